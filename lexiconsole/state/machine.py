"""StateMachine: states, and the events that lead from one to another. `_take` is the whole of a transition."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Any, ClassVar

from lexiconsole.contracts.state import StateConcurrencyError, StatePersistenceProtocol, StateTransitionRecord
from lexiconsole.durable.context import Context, RunInfo
from lexiconsole.durable.outline import Outline
from lexiconsole.durable.policy import ONCE, StepPolicy
from lexiconsole.durable.watching import tell_transition, watched
from lexiconsole.errors import ContextMisuseError, DefinitionError, NotFoundError, StepError
from lexiconsole.result import Err, Ok, Result
from lexiconsole.state.acts import HERE, Acts, InRun
from lexiconsole.state.declaration import Change, State, Transition
from lexiconsole.state.error import TransitionRefusedError
from lexiconsole.state.hooks import Hook
from lexiconsole.state.outline import machine_outline
from lexiconsole.state.table import Edge, Move, Table
from lexiconsole.types import Json, JsonObject, ModelKind

__all__ = ["StateMachine"]


class StateMachine:
    """Declare `states` and `transitions` in a subclass, or give them to the constructor.

    Methods `can_EVENT` are guards; `on_enter_STATE`, `on_exit_STATE` and `on_transition` are hooks. Each may be async and
    may take a Change. Raises DefinitionError, when the class is made, for a machine that can not work.

    An instance is one machine: it holds its state and its version, the number of transitions so far. With `persistence`,
    every transition is kept there under `machine_id`, and the first one begins where the last one kept there ended.
    """

    VERSION: ClassVar[int] = 1
    KIND: ClassVar[ModelKind] = ModelKind.MACHINE
    RENEW_EVERY: ClassVar[int] = 1_000
    """Events after which a run begins a new generation, so that a replay never goes far back."""

    states: ClassVar[Sequence[State | str]] = ()
    transitions: ClassVar[Sequence[Transition]] = ()
    hook_policy: StepPolicy = ONCE
    """How a run tries its hooks."""

    _table: Table | None = None
    _state: str = ""
    _version = 0
    _id = ""
    _name = ""
    _loaded = False
    _run: RunInfo | None = None
    _persistence: StatePersistenceProtocol | None = None

    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__(**options)
        if cls.states or cls.transitions:
            cls._table = Table.of(cls, cls.states, cls.transitions)
            cls._state = cls._table.initial

    def __init__(
        self,
        *,
        states: Sequence[State | str] = (),
        transitions: Sequence[Transition] = (),
        initial: str = "",
        name: str = "",
        machine_id: str = "",
        persistence: StatePersistenceProtocol | None = None,
    ) -> None:
        self._id, self._name, self._persistence = machine_id, name, persistence
        if states or transitions or initial or self._table is None:
            cls = type(self)
            self._table = Table.of(cls, states or cls.states, transitions or cls.transitions, initial)
            self._state = self._table.initial

    # where it stands

    @property
    def current_state(self) -> str:
        return self._state

    @property
    def declared(self) -> State:
        """The current state as it was declared."""
        return self._known.states[self._state]

    @property
    def version(self) -> int:
        """The number of transitions so far."""
        return self._version

    @property
    def is_final(self) -> bool:
        return not self._known.moves[self._state]

    @property
    def events(self) -> tuple[str, ...]:
        """What the table knows for the current state, whatever the guards say."""
        return tuple(self._known.moves[self._state])

    def can_transition(self, event: str) -> bool:
        """Whether the table and the guards that are not async allow it now; the others are asked in `transition`.

        False as well when such a guard raises: `transition` then tells what.
        """
        move = self._known.moves[self._state].get(event)
        return move is not None and any(
            all(
                self._may_hold(guard, Change(event, edge.source, edge.target)) for guard in (*move.guards, *edge.guards)
            )
            for edge in move.edges
        )

    async def allowed_events(self) -> list[str]:
        """The events that all guards allow now, in the order of declaration. A guard that raises allows nothing."""
        return [event for event, move in self._known.moves[self._state].items() if await self._allows(move)]

    async def _allows(self, move: Move) -> bool:
        try:
            await self._choose(move, None, HERE)
        except Exception:
            return False
        return True

    # going on

    async def transition(self, event: str, payload: Any = None) -> str:
        """Goes on to another state and gives its name.

        Guards are asked, exit hooks called, the transition is kept, enter and transition hooks are called, in this order.
        Until it is kept, a failure leaves the machine where it was. Raises TransitionRefusedError, StateConcurrencyError
        (somebody else was quicker: `recover()` tells where it is now), and what guards, hooks and persistence raise.
        """
        if self._run is not None:
            raise ContextMisuseError(
                f"{self.name} is driven by run {self._run.id}, which waits for events from outside; send it the signal {event!r}"
            )
        if self._persistence is not None and not self._loaded:
            await self.recover()
        change = await self._take(event, payload, HERE)
        if watched():
            run = RunInfo(self.machine_id, self.name, self.VERSION)
            tell_transition(run, event, change.source, change.target)
        return change.target

    async def _take(self, event: str, payload: Any, acts: Acts) -> Change:
        version = self._version
        move = self._known.moves[self._state].get(event)
        if move is None:
            known = self._known.events
            raise TransitionRefusedError(self._called, event, self._state, self.events, known=known)
        edge, change = await self._choose(move, payload, acts)
        for hook in edge.before:
            await acts.call(self, hook, change)
        if self._version == version:
            await acts.keep(self, change)
        if self._version != version:  # another task was quicker
            raise StateConcurrencyError(self._called, version, self._version)
        self._state, self._version = edge.target, version + 1
        for hook in edge.after:
            await acts.call(self, hook, change)
        return change

    async def _choose(self, move: Move, payload: Any, acts: Acts) -> tuple[Edge, Change]:
        """The first way whose guards hold."""
        change = Change(move.event, move.edges[0].source, move.edges[0].target, payload)
        said_no = await self._first_no(move.guards, change, acts) if move.guards else ""
        for edge in () if said_no else move.edges:
            change = Change(move.event, edge.source, edge.target, payload)
            said_no = await self._first_no(edge.guards, change, acts) if edge.guards else ""
            if not said_no:
                return edge, change
        raise TransitionRefusedError(self._called, move.event, self._state, self.events, guard=said_no)

    async def _first_no(self, guards: Sequence[Hook], change: Change, acts: Acts) -> str:
        """The name of the first guard that does not hold, empty when all do."""
        for guard in guards:
            if not await acts.holds(self, guard, change):
                return guard.name
        return ""

    def _may_hold(self, guard: Hook, change: Change) -> bool:
        if guard.is_async:
            return True
        try:
            value = guard.bound(self, change)()
        except Exception:
            return False
        if hasattr(value, "__await__"):
            if hasattr(value, "close"):
                value.close()
            return True
        return not isinstance(value, Err) and bool(value.value if isinstance(value, Ok) else value)

    @property
    def table(self) -> Table:
        """Its states, and what each event does in each of them."""
        return self._known

    def place(self, machine_id: str, state: str, version: int) -> None:
        """Puts it where another one of its kind stands, to be looked at. No hook is called."""
        self._id = machine_id
        self._go_to(state, version)

    # what is kept

    @property
    def machine_id(self) -> str:
        """Under which its transitions are kept: what it was given, the id of its run, or a random one."""
        self._id = self._id or f"{self.name}-{uuid.uuid4().hex[:12]}"
        return self._id

    @property
    def persistence(self) -> StatePersistenceProtocol | None:
        return self._persistence

    async def recover(self) -> str:
        """Takes the state and the version that are kept, and gives the state. No hook is called."""
        if self._persistence is not None:
            record = await self._persistence.load_state(self.machine_id)
            self._go_to(*(self._known.initial, 0) if record is None else (record.to_state, record.version))
            self._loaded = True
        return self._state

    async def history(self) -> Sequence[StateTransitionRecord]:
        """The transitions that are kept, oldest first; none without persistence."""
        return [] if self._persistence is None else await self._persistence.history(self.machine_id)

    def _go_to(self, state: str, version: int) -> None:
        if state not in self._known.states:
            raise NotFoundError(f"state of {self._called}", state, self._known.states, hint="it was left there")
        self._state, self._version = state, version

    # as a run

    async def drive(self, ctx: Context) -> Result[Any, StepError]:
        """Enters the initial state, then takes the events that come, one by one, until a final state is reached.

        An event that does nothing now, that a guard refuses or whose exit hook fails is left in the journal with the
        reason and changes nothing. A hook that fails after the transition is kept fails the run.
        """
        acts = InRun(ctx, self.hook_policy)
        try:
            await self._begin(ctx.run, acts)
            while not self.is_final:
                if acts.taken == self.RENEW_EVERY:
                    ctx.renew(self._where())
                event = await acts.event(self, self.events)
                await self._attempt(event.name, event.payload, acts)
        except StepError as failed:
            return Err(failed)
        return Ok(self.conclude())

    async def _attempt(self, event: str, payload: Any, acts: InRun) -> None:
        version = self._version
        try:
            await self._take(event, payload, acts)
        except TransitionRefusedError as refused:
            await acts.ignore(str(refused))
        except StepError as failed:
            if self._version != version:
                raise
            await acts.ignore(f"{self._called} stays in {self._state!r}, {event!r} did not succeed: {failed}")

    async def _begin(self, run: RunInfo, acts: InRun) -> None:
        """The first generation enters the initial state; a later one is where the one before it stopped."""
        self._run, self._id = run, self._id or run.id
        if isinstance(run.state, dict):
            self._go_to(**run.state)
            await acts.enter(self._state, self._where())
            return
        self._go_to(self._known.initial, 0)
        entering = Change("", "", self._state)
        await acts.enter(self._state, self._where())
        for hook in self._known.entering:
            await acts.call(self, hook, entering)

    def _where(self) -> JsonObject:
        return {"state": self._state, "version": self._version}

    def conclude(self) -> Json:
        """The result of a run, once a final state is reached. No effects here."""
        return self._where()

    def outline(self) -> Outline:
        return machine_outline(self._known)

    @property
    def name(self) -> str:
        return self._name or type(self).__name__

    @property
    def _called(self) -> str:
        return self._id or self.name

    @property
    def _known(self) -> Table:
        if self._table is None:
            raise DefinitionError(
                f"{type(self).__name__} has no states; declare `states` and `transitions` in the class"
            )
        return self._table
