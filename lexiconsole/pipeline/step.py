"""PipelineStep: what every step has in common, and the order of its hooks. Subclass it for steps of your own."""

from __future__ import annotations

import types
from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable, Sequence
from functools import cached_property, lru_cache, partial
from typing import Any, ClassVar

from lexiconsole.durable.codec import returns_of
from lexiconsole.durable.context import INFER
from lexiconsole.durable.outline import EdgeKind, NodeKind, Outline, OutlineNode
from lexiconsole.durable.policy import Backoff, StepPolicy, check_terms
from lexiconsole.durable.truth import truth
from lexiconsole.errors import DefinitionError, RunCancelled, StepError
from lexiconsole.pipeline.context import PipelineContext
from lexiconsole.pipeline.walk import SKIPPED, Outcome, Walk
from lexiconsole.result import Err, Ok

__all__ = ["PipelineStep"]


class PipelineStep(ABC):
    """One step: implement `execute`, and override the hooks you need. Fields are class attributes or arguments.

    `dependencies` are names of steps that must be done before; `timeout` is seconds for one try; `max_retries` counts
    all tries, `retry_delay` is seconds before the second one and doubles from there. With `idempotent=False` a try whose
    outcome nobody knows is never repeated: a recorded run then asks an operator.

    `execute` and the hooks may be async. Each that is overridden is recorded as work of its own.
    """

    name: str = ""
    dependencies: Sequence[str] = ()
    timeout: float | None = None
    max_retries: int = 1
    retry_delay: float = 1.0
    idempotent: bool = True

    is_plain: ClassVar[bool] = True
    """Whether it is its own work and nothing else: none of the hooks is overridden."""

    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__(**options)
        cls.is_plain = not any(_overrides(cls, hook) for hook in ("should_skip", "on_error", "cleanup"))

    def __init__(
        self,
        name: str = "",
        *,
        dependencies: Sequence[str] = (),
        timeout: float | None = None,
        max_retries: int | None = None,
        retry_delay: float | None = None,
        idempotent: bool | None = None,
    ) -> None:
        self.name = name or self.name
        self.dependencies = names(dependencies) or self.dependencies
        self.timeout = self.timeout if timeout is None else timeout
        self.max_retries = self.max_retries if max_retries is None else max_retries
        self.retry_delay = self.retry_delay if retry_delay is None else retry_delay
        self.idempotent = self.idempotent if idempotent is None else idempotent

    # what a step of your own implements

    @abstractmethod
    def execute(self, ctx: PipelineContext) -> Any:
        """The work. Gives a value or a `Result`, or raises."""

    def should_skip(self, ctx: PipelineContext) -> bool | Awaitable[bool]:
        """Whether it need not run now; asked once and remembered."""
        return False

    def on_error(self, ctx: PipelineContext, error: StepError) -> Any:
        """After the last try failed. Give `Ok(value)` to go on with that value, None to let the error stand."""
        return None

    def cleanup(self, ctx: PipelineContext) -> Any:
        """After the step was started, however it ended. Failing here does not change how it ended."""
        return None

    # how it is driven

    def perform(self, walk: Walk, key: str, under: str) -> Awaitable[Outcome]:
        """Drives the step under `key`; what it needs beside its own work gets keys that begin with `under`."""
        if self.is_plain:
            return self.begin(walk, key, under)
        return self._with_hooks(walk, key, under)

    def begin(self, walk: Walk, key: str, under: str) -> Awaitable[Outcome]:
        """Its own work, without the hooks."""
        return walk.ctx.step(key, self.call(walk.shared), policy=walk.terms(self.policy))

    def call(self, shared: PipelineContext) -> Callable[[], Any]:
        return partial(self.execute, shared)

    async def _with_hooks(self, walk: Walk, key: str, under: str) -> Outcome:
        if _overrides(type(self), "should_skip"):
            try:
                if await walk.ctx.choose(f"{under}skip", partial(truth, partial(self.should_skip, walk.shared))):
                    return Ok(SKIPPED)
            except StepError as error:
                return Err(error)
        if not _overrides(type(self), "cleanup"):
            return await self._recovered(walk, await self.begin(walk, key, under), under)
        walk.under_way.append(self)
        doing = self.begin(walk, key, under)
        try:
            outcome = await self._recovered(walk, await doing, under)
        except RunCancelled:
            async with walk.ctx.shielded():
                if hasattr(doing, "key"):
                    await doing  # still running: it is waited for before anything of it is tidied up
                await self._clean_up(walk, under)
            raise
        async with walk.ctx.shielded():
            await self._clean_up(walk, under)
        return outcome

    async def _recovered(self, walk: Walk, outcome: Outcome, under: str) -> Outcome:
        """What it came to after `on_error` had its say. If that fails itself, the step's own error stands."""
        if isinstance(outcome, Ok) or not _overrides(type(self), "on_error"):
            return outcome
        value_type = returns_of(self.on_error)
        returns = INFER if value_type is INFER else types.GenericAlias(list, (value_type,))
        ask = partial(_recovery, partial(self.on_error, walk.shared, outcome.error))
        match await walk.ctx.step(f"{under}on_error", ask, returns=returns):
            case Ok([value]):
                return Ok(value)
            case _:
                return outcome

    async def _clean_up(self, walk: Walk, under: str) -> None:
        walk.under_way.remove(self)
        outcome = await walk.ctx.step(f"{under}cleanup", partial(self.cleanup, walk.shared))
        if isinstance(outcome, Err):
            walk.shared.cleanup_errors[self.name] = outcome.error

    @cached_property
    def policy(self) -> StepPolicy:
        return _policy(self.max_retries, self.retry_delay, self.timeout, self.idempotent)

    # what it looks like, and whether it can work

    @property
    def parts(self) -> Sequence[PipelineStep]:
        """The steps inside it."""
        return ()

    @property
    def is_single(self) -> bool:
        """One piece of work, so that it needs no branch to run beside others."""
        return self.is_plain and not self.parts

    @cached_property
    def cleans_up(self) -> bool:
        """Whether it, or a step inside it, has a `cleanup`."""
        return _overrides(type(self), "cleanup") or any(part.cleans_up for part in self.parts)

    def outline(self, key: str, under: str, parent: str = "") -> Outline:
        """Its boxes, from the one with its own key."""
        return Outline((OutlineNode(key, NodeKind.TASK, label="" if key == self.name else self.name, parent=parent),))

    def exits(self, key: str, under: str) -> Sequence[tuple[str, EdgeKind]]:
        """The boxes from which the next step is reached."""
        return ((key, EdgeKind.NEXT),)

    def check(self) -> None:
        """Raises DefinitionError when it can not work."""
        name: Any = self.name
        if not isinstance(name, str) or not name or "/" in name or not name.isprintable():
            raise DefinitionError(f"a {type(self).__name__} needs a printable name without slashes, not {name!r}")
        if name in self.dependencies:
            raise DefinitionError(f"{name} waits for itself: {name} → {name}")
        check_terms(name, self.max_retries, self.retry_delay, self.timeout)
        for part in self.parts:
            part.check()


def names(given: Sequence[str]) -> tuple[str, ...]:
    """What a step depends on; one name alone is one name, not its letters."""
    try:
        return (given,) if isinstance(given, str) else tuple(given)
    except TypeError:
        raise DefinitionError(f"dependencies are names of steps, not {given!r}") from None


def _overrides(cls: type[PipelineStep], hook: str) -> bool:
    return getattr(cls, hook) is not getattr(PipelineStep, hook)


@lru_cache(maxsize=256)
def _policy(attempts: int, delay: float, timeout: float | None, idempotent: bool) -> StepPolicy:
    """Most steps share their terms, so there is one object for all of them."""
    return StepPolicy(attempts=attempts, backoff=Backoff(initial=delay), timeout=timeout, idempotent=idempotent)


async def _recovery(on_error: Callable[[], Any]) -> list[Any]:
    """[] when the error stands, [value] when there is a value to go on with: None is a value too."""
    recovery = on_error()
    if hasattr(recovery, "__await__"):
        recovery = await recovery
    match recovery:
        case None | Err():
            return []
        case Ok(value):
            return [value]
        case value:
            return [value]
