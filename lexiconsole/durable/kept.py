"""KeptContext: a context in memory whose outcomes somebody else's store keeps, so that a later one goes on from there.

What a journal does for runs this does for a saga on a saga store and a pipeline with checkpoints: an outcome that is kept
is given back instead of being made again. It keeps outcomes of steps and decisions, under the keys they have in the run.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Generator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from contextvars import ContextVar
from datetime import datetime, timedelta
from typing import Any, NoReturn, TypeVar

from lexiconsole.durable.codec import Codec, returns_of
from lexiconsole.durable.context import INFER, Chain, Context, Durable, Progress, RunInfo
from lexiconsole.durable.people import People
from lexiconsole.durable.policy import ONCE, StepPolicy, StepRole
from lexiconsole.durable.question import Question
from lexiconsole.durable.scrubbing import masked_texts
from lexiconsole.errors import StepError, ValueNotStorableError
from lexiconsole.result import Err, Ok, Result
from lexiconsole.types import Instant, JsonObject

__all__ = ["AsTheyAre", "KeptContext"]

K = TypeVar("K")
T = TypeVar("T")

_prefix: ContextVar[str] = ContextVar("lexiconsole_kept_prefix", default="")


class _Kept:
    """A durable whose outcome is saved before whoever waits for it goes on; with `known`, one that was saved before."""

    __slots__ = ("durable", "finish", "key", "known", "settled")

    def __init__(
        self, key: str, durable: Durable[Any] | None, finish: Callable[[Any], Awaitable[Any]], known: Any = None
    ):
        self.key, self.durable, self.finish, self.known = key, durable, finish, known
        self.settled = durable is None

    def __await__(self) -> Generator[Any, None, Any]:
        return self._outcome().__await__()

    async def _outcome(self) -> Any:
        if not self.settled and self.durable is not None:
            outcome = await self.durable
            self.known, self.settled = await self.finish(outcome), True
        return self.known


class AsTheyAre(Codec):
    """Keeps values themselves instead of their JSON, for as long as the process lives."""

    def encode(self, value: Any, returns: Any, where: str) -> Any:
        return value

    def decode(self, value: Any, returns: Any, where: str) -> Any:
        return value


class KeptContext:
    """Wraps a context. `kept` is the JSON of outcomes by key; `save` is awaited after each change to it.

    With `errors`, a failed step is kept as well and not tried again.
    """

    def __init__(
        self,
        inner: Context,
        kept: dict[str, JsonObject],
        save: Callable[[], Awaitable[None]],
        *,
        errors: bool,
        codec: Codec | None = None,
    ) -> None:
        self._inner, self._kept, self._save, self._errors = inner, kept, save, errors
        self._codec = codec or Codec()

    @property
    def run(self) -> RunInfo:
        return self._inner.run

    @property
    def journaled(self) -> bool:
        return self._inner.journaled

    @property
    def observed(self) -> bool:
        return True

    @property
    def people(self) -> People:
        return self._inner.people

    @property
    def elapsed(self) -> float:
        return self._inner.elapsed

    def step(
        self,
        key: str,
        call: Callable[[], Any],
        *,
        policy: StepPolicy = ONCE,
        role: StepRole = StepRole.ACTION,
        returns: Any = INFER,
    ) -> Durable[Result[Any, StepError]]:
        full = _prefix.get() + key
        returns = returns_of(call) if returns is INFER else returns

        async def keep(outcome: Result[Any, StepError]) -> Result[Any, StepError]:
            if isinstance(outcome, Err):
                if self._errors:
                    self._kept[full] = {"error": masked_texts(outcome.error.to_data(), (), self._codec.secrets)}
                    await self._save()
                return outcome
            try:
                self._kept[full] = {"result": self._codec.encode(outcome.value, returns, full)}
            except ValueNotStorableError as fault:
                return Err(StepError(full, fault.reason, type=type(fault).__name__, unknown=True))
            await self._save()
            return outcome

        known = self._kept.get(full)
        if known is not None and (self._errors or "result" in known):
            return _Kept(full, None, keep, self._recall(full, known, returns))
        return _Kept(full, self._inner.step(key, call, policy=policy, role=role, returns=returns), keep)

    def _recall(self, key: str, known: JsonObject, returns: Any) -> Result[Any, StepError]:
        error = known.get("error")
        if isinstance(error, dict):
            return Err(StepError.from_data(key, error))
        return Ok(self._codec.decode(known.get("result"), returns, key))

    def choose(self, key: str, pick: Callable[[], Any], *, returns: Any = INFER) -> Durable[Any]:
        full = _prefix.get() + key
        returns = returns_of(pick) if returns is INFER else returns

        async def keep(value: Any) -> Any:
            self._kept[full] = {"result": self._codec.encode(value, returns, full)}
            await self._save()
            return value

        known = self._kept.get(full)
        if known is not None:
            return _Kept(full, None, keep, self._codec.decode(known.get("result"), returns, full))
        return _Kept(full, self._inner.choose(key, pick, returns=returns), keep)

    def approve(self, key: str, chain: Chain, subject: Any = None) -> Durable[Any]:
        return self.branch(key, lambda: chain.judge(self, subject))

    def branch(self, key: str, body: Callable[[], Awaitable[T]]) -> Durable[T]:
        prefix = f"{_prefix.get()}{key}/"

        async def inside() -> T:
            _prefix.set(prefix)  # a branch has a task, and so a context of variables, of its own
            return await body()

        return self._inner.branch(key, inside)

    async def first(self, waiting: Mapping[K, Durable[Any]]) -> K:
        for name, durable in waiting.items():
            if isinstance(durable, _Kept) and durable.settled:
                return name
        return await self._inner.first({name: _inner_of(durable) for name, durable in waiting.items()})

    async def all(self, waiting: Sequence[Durable[T]]) -> list[T]:
        """As `all`, but each outcome is saved as soon as it is there."""
        still: dict[int, Durable[T]] = dict(enumerate(waiting))
        outcomes: dict[int, T] = {}
        while still:
            index = await self.first(still)
            outcomes[index] = await still.pop(index)
        return [outcomes[index] for index in range(len(waiting))]

    def drop(self, durable: Durable[Any], reason: str) -> None:
        if not (isinstance(durable, _Kept) and durable.settled):
            self._inner.drop(_inner_of(durable), reason)

    def ask(self, key: str, question: Question) -> Durable[Any]:
        return self._inner.ask(key, question)

    def receive(self, key: str, name: str, *, expected: Sequence[str] = (), aside: bool = False) -> Durable[Any]:
        return self._inner.receive(key, name, expected=expected, aside=aside)

    def sleep(self, key: str, until: Instant | datetime | timedelta) -> Durable[None]:
        return self._inner.sleep(key, until)

    def child(self, key: str, definition: Any, input: Any = None) -> Durable[Result[Any, StepError]]:
        return self._inner.child(key, definition, input)

    def renew(self, state: Any) -> NoReturn:
        self._inner.renew(state)

    def shielded(self) -> AbstractAsyncContextManager[None]:
        return self._inner.shielded()

    def note(self, event: Progress) -> None:
        self._inner.note(event)

    def idempotency_key(self, key: str) -> str:
        return self._inner.idempotency_key(key)

    def now(self, key: str = "now") -> Durable[Instant]:
        return self._inner.now(key)

    def patched(self, key: str) -> Mapping[str, Any]:
        return self._inner.patched(key)


def _inner_of(durable: Durable[Any]) -> Durable[Any]:
    return durable.durable if isinstance(durable, _Kept) and durable.durable is not None else durable
