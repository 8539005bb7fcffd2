"""AbstractSaga: steps in order, and when one fails everything done is undone, newest first. `drive` is the whole of it."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Mapping
from typing import Any, ClassVar, Generic, TypeVar, cast

from lexiconsole.contracts.saga import SagaState, SagaStep, SagaStoreProtocol
from lexiconsole.durable.context import Context, RunInfo
from lexiconsole.durable.memory import memory_context
from lexiconsole.durable.outline import Outline
from lexiconsole.errors import DefinitionError, NotFoundError, RunCancelled, StepError
from lexiconsole.result import Err, Ok, Result
from lexiconsole.saga.decorator import Declared, declared_steps, step_of
from lexiconsole.saga.error import SagaCancelled, SagaError
from lexiconsole.saga.forward import carry_on
from lexiconsole.saga.interrupted import undo_interrupted
from lexiconsole.saga.ledger import Ledger
from lexiconsole.saga.outline import saga_outline
from lexiconsole.saga.rollback import roll_back
from lexiconsole.saga.step import PreparedStep, SagaContext, Stage, outcomes_of
from lexiconsole.saga.store import current_store
from lexiconsole.saga.stored import execute_stored
from lexiconsole.types import ModelKind, RunStatus

__all__ = ["AbstractSaga"]

T = TypeVar("T")


class AbstractSaga(Generic[T]):
    """Base class of sagas. Call `super().__init__()`, then add steps; or mark methods with `@saga_step`.

    An instance is one saga: it holds its id, its state, and what was done and undone. Raise VERSION when steps change.
    """

    VERSION: ClassVar[int] = 1
    KIND: ClassVar[ModelKind] = ModelKind.SAGA
    _declared: ClassVar[tuple[Declared, ...]] = ()

    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__(**options)
        cls._declared = declared_steps(cls)

    def __init__(self) -> None:
        self._id = ""
        self._stages: list[Stage] = []
        self._steps: dict[str, PreparedStep] = {}
        self._groups: set[str] = set()
        self._pivot: str = ""
        self._until_pivot = 0
        self._state = SagaState.PENDING
        self._ledger = Ledger()
        for declared in self._declared:
            self.add_step(declared.bound_to(self))

    # what it consists of

    def add_step(self, step: SagaStep | Any) -> None:
        """Adds a step at the end: a SagaStep, or a function that `@saga_step` marked."""
        self._add(Stage((PreparedStep(step_of(step)),)))

    def add_parallel(self, *steps: SagaStep | Any, name: str = "") -> None:
        """Adds a group whose steps are done side by side. When one fails the others are waited for, then all are undone."""
        prepared = tuple(PreparedStep(step_of(step)) for step in steps)
        name = name or "+".join(step.name for step in prepared)
        if not prepared or name in self._steps or name in self._groups:
            raise DefinitionError(f"the parallel group {name!r} needs steps, and a name of its own")
        if any(step.step.pivot for step in prepared):
            raise DefinitionError(f"{name}: a pivot stands alone, it can not be part of a parallel group")
        self._add(Stage(prepared, name))

    def conclude(self, results: Mapping[str, Any]) -> T:
        """The saga's result from the results of its steps, in order; the last step's unless overridden. No effects here."""
        return cast(T, list(results.values())[-1] if results else None)

    def outline(self) -> Outline:
        return saga_outline(self._stages)

    # its meaning

    async def drive(self, ctx: Context) -> Result[T, SagaError]:
        """Does the stages in order. When one fails, or the run is cancelled, undoes what was done, newest first.

        Once the pivot is done there is no way back: what follows is carried on to the end.
        """
        ledger, seen = self._begin(ctx)
        failed: StepError | RunCancelled | None
        for stage in self._stages[: self._until_pivot]:
            ledger.doing, doing = stage.steps, [step.act(ctx, seen) for step in stage.steps]
            try:
                failed = ledger.enter([await doing[0]] if len(doing) == 1 else await ctx.all(doing))
            except RunCancelled as cancelled:
                async with ctx.shielded():
                    ledger.enter(await outcomes_of(ctx, doing))
                failed = None if self.pivot_done else cancelled
            if failed is not None:
                self._state = SagaState.COMPENSATING
                async with ctx.shielded():
                    await roll_back(ctx, ledger.done, ledger.back)
                return self._undone(failed, asked=ctx.journaled)
        for stage in self._stages[self._until_pivot :]:
            async with ctx.shielded():
                ledger.doing = stage.steps
                failed = ledger.enter(await carry_on(ctx, stage.steps, seen))
            if failed is not None:
                return self._stuck(failed)
        self._state = SagaState.COMPLETED
        return Ok(self.conclude(ledger.results))

    def _begin(self, ctx: Context) -> tuple[Ledger, SagaContext]:
        self._state, self._ledger = SagaState.RUNNING, Ledger()
        return self._ledger, SagaContext(ctx.run.id, self._ledger.results)

    def _undone(self, failed: StepError | RunCancelled, *, asked: bool) -> Err[SagaError]:
        self._state, back = SagaState.FAILED, self._ledger.back
        if isinstance(failed, RunCancelled):
            raise SagaCancelled(failed, undone=back.undone, left=back.left.items())
        status = RunStatus.COMPENSATED if back.complete else RunStatus.FAILED
        if back.left and not asked:
            status = RunStatus.DOUBTFUL
        return Err(SagaError(self.name, failed, undone=back.undone, left=back.left.items(), status=status))

    def _stuck(self, failed: StepError) -> Err[SagaError]:
        self._state = SagaState.FAILED
        return Err(SagaError(self.name, failed, pivot=self._pivot, status=RunStatus.DOUBTFUL))

    # in memory, or on a saga store

    async def execute(self, *, store: SagaStoreProtocol | None = None) -> Result[T, SagaError]:
        """Runs the saga here and now. With a store, its state is saved between steps, and it goes on where it stopped.

        Raises SagaVersionMismatchError, before any step, when the store holds it under other steps or another VERSION.
        Without a store, a saga whose task is cancelled undoes what it did before it lets the cancellation through.
        """
        kept_in = store if store is not None else current_store()
        if kept_in is not None:
            return await execute_stored(self, kept_in)
        try:
            return await memory_context(self.run_info()).drive(self.drive)
        except asyncio.CancelledError:
            if not self._state.ended and not self.pivot_done:
                self._state = SagaState.COMPENSATING
                await undo_interrupted(self._ledger, self.run_info())
                self._state = SagaState.FAILED
            raise

    def run_info(self) -> RunInfo:
        return RunInfo(self.get_id(), self.name, self.VERSION)

    # where it stands

    @property
    def state(self) -> SagaState:
        return self._state

    @property
    def results(self) -> Mapping[str, Any]:
        """What the steps gave, by name."""
        return self._ledger.results

    def get_id(self) -> str:
        """The saga's identity: a random one unless overridden."""
        self._id = self._id or f"{self.name}-{uuid.uuid4().hex[:12]}"
        return self._id

    def is_completed(self) -> bool:
        return self._state is SagaState.COMPLETED

    def was_compensated(self, step: str | None = None) -> bool:
        """Whether that step was undone; without a name, whether everything that was done has been undone."""
        if step is None:
            return self._state is SagaState.FAILED and self._ledger.back.complete
        if step not in self._steps:
            raise NotFoundError(f"step of {self.name}", step, self._steps)
        return step in self._ledger.back.undone

    @property
    def name(self) -> str:
        return type(self).__name__

    @property
    def step_names(self) -> list[str]:
        return list(self._steps)

    @property
    def steps_until_pivot(self) -> list[str]:
        return [step.name for stage in self._stages[: self._until_pivot] for step in stage.steps]

    @property
    def pivot_done(self) -> bool:
        return bool(self._pivot) and self._pivot in self._ledger.results

    def _add(self, stage: Stage) -> None:
        for step in stage.steps:
            if step.name in self._steps or step.name in self._groups:
                raise DefinitionError(f"{self.name} has two steps named {step.name!r}; each needs a name of its own")
            self._steps[step.name] = step
        self._stages.append(stage)
        self._groups.add(stage.name)
        if not self._pivot:
            self._until_pivot = len(self._stages)
            self._pivot = next((step.name for step in stage.steps if step.step.pivot), "")
