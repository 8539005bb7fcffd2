"""Acts: how a machine asks a guard, calls a hook and keeps a transition: here and now, or durably as a run."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Protocol

from lexiconsole.contracts.state import StateConcurrencyError, StateTransitionRecord
from lexiconsole.durable.context import ANY_SIGNAL, Context, Durable
from lexiconsole.durable.history import Signal
from lexiconsole.durable.policy import StepPolicy
from lexiconsole.durable.question import Question
from lexiconsole.errors import HumanInputRequiredError, StepError
from lexiconsole.result import Err, Ok
from lexiconsole.state.declaration import Change, State
from lexiconsole.state.hooks import Hook
from lexiconsole.types import JsonObject

if TYPE_CHECKING:
    from lexiconsole.state.machine import StateMachine

__all__ = ["HERE", "Acts", "InRun"]


class Acts(Protocol):
    """What the order of a transition is written in."""

    async def holds(self, machine: StateMachine, guard: Hook, change: Change) -> bool: ...

    async def call(self, machine: StateMachine, hook: Hook, change: Change) -> None: ...

    async def keep(self, machine: StateMachine, change: Change) -> None: ...


class _Here:
    """In this process, now. What a guard or a hook raises goes to whoever asked for the transition."""

    async def holds(self, machine: StateMachine, guard: Hook, change: Change) -> bool:
        return bool(_unwrapped(guard.name, await _value(guard.bound(machine, change)())))

    async def call(self, machine: StateMachine, hook: Hook, change: Change) -> None:
        _unwrapped(hook.name, await _value(hook.bound(machine, change)()))

    async def keep(self, machine: StateMachine, change: Change) -> None:
        if machine.persistence is not None:
            await machine.persistence.save_transition(_record(machine, change))


HERE = _Here()


class InRun:
    """As a run. Guards are decisions, hooks are steps, and the state is a decision under the state's own name.

    What belongs to one event has keys under that of the event: `event#2`, `event#2/can_confirm`, `event#2/on_exit_draft`.
    A state that is entered for the second time is `review#2`.
    """

    def __init__(self, ctx: Context, policy: StepPolicy) -> None:
        self._ctx, self._policy = ctx, policy
        self._key, self._visits = "start", dict[str, int]()
        self.taken = 0

    async def event(self, machine: StateMachine, expected: tuple[str, ...]) -> Signal:
        """The next event from outside, whatever it is."""
        if not self._ctx.journaled:
            wanted = (
                f"one of the events {', '.join(expected)}; in memory nobody can send one, call transition() instead"
            )
            raise HumanInputRequiredError(machine.current_state, wanted)
        self.taken += 1
        self._key = _numbered("event", self.taken)
        signal = self._ctx.receive(self._key, ANY_SIGNAL, expected=expected)
        if not machine.declared.ask:
            return await signal  # type: ignore[no-any-return]
        return await self._signal_or_choice(machine.declared, signal, expected)

    async def _signal_or_choice(self, state: State, signal: Durable[Any], expected: tuple[str, ...]) -> Signal:
        """Whichever comes first: an event from outside, or a person's word which one it shall be."""
        question = Question(state.ask, form=_one_of(expected), who=tuple(state.who))
        choice = self._ctx.ask(f"{self._key}/choice", question)
        if await self._ctx.first({"signal": signal, "choice": choice}) == "signal":
            came: Signal = await signal
            self._ctx.drop(choice, f"the event {came.name} came")
            return came
        self._ctx.drop(signal, "a person chose the event")
        chosen = await choice
        return Signal(str(chosen["event"]), chosen.get("payload"))

    async def ignore(self, reason: str) -> None:
        """Leaves in the journal why an event changed nothing."""
        await self._ctx.choose(f"{self._key}/ignored", lambda: reason, returns=str)

    async def holds(self, machine: StateMachine, guard: Hook, change: Change) -> bool:
        call = guard.bound(machine, change)

        async def ask() -> bool:
            return bool(_unwrapped(guard.name, await _value(call())))

        return bool(await self._ctx.choose(f"{self._key}/{guard.name}", ask, returns=bool))

    async def call(self, machine: StateMachine, hook: Hook, change: Change) -> None:
        outcome = await self._ctx.step(f"{self._key}/{hook.name}", hook.bound(machine, change), policy=self._policy)
        if isinstance(outcome, Err):
            raise outcome.error

    async def keep(self, machine: StateMachine, change: Change) -> None:
        if machine.persistence is not None:
            record = _record(machine, change, at=await self._ctx.now(f"{self._key}/at"))
            await self._save(machine, record)
        fact: JsonObject = {"event": change.event, "from": change.source, "version": machine.version + 1}
        await self.enter(change.target, fact)

    async def enter(self, state: str, fact: JsonObject) -> None:
        """The state's own entry in the journal: from here on the machine is there."""
        visit = self._visits[state] = self._visits.get(state, 0) + 1
        await self._ctx.choose(_numbered(state, visit), lambda: fact)

    async def _save(self, machine: StateMachine, record: StateTransitionRecord) -> None:
        """A step that may run again after a crash: what it then finds there is what it saved itself."""
        persistence = machine.persistence
        assert persistence is not None

        async def save() -> None:
            try:
                await persistence.save_transition(record)
            except StateConcurrencyError:
                if await persistence.load_state(record.machine_id) != record:
                    raise

        outcome = await self._ctx.step(f"{self._key}/save", save)
        if isinstance(outcome, Err):
            raise outcome.error


def _one_of(events: Sequence[str]) -> JsonObject:
    """The form for choosing an event, as a JSON schema."""
    return {
        "type": "object",
        "properties": {
            "event": {"type": "string", "enum": list(events)},
            "payload": {"description": "What comes with it."},
        },
        "required": ["event"],
        "additionalProperties": False,
    }


def _record(machine: StateMachine, change: Change, at: float | None = None) -> StateTransitionRecord:
    payload = change.payload
    data = payload if isinstance(payload, dict) else {} if payload is None else {"payload": payload}
    return StateTransitionRecord(
        machine.machine_id,
        change.event,
        change.source,
        change.target,
        machine.version + 1,
        time.time() if at is None else at,
        data,
    )


async def _value(value: Any) -> Any:
    return await value if hasattr(value, "__await__") else value


def _unwrapped(name: str, value: Any) -> Any:
    """Guards and hooks may give a Result too."""
    if isinstance(value, Ok):
        return value.value
    if isinstance(value, Err):
        raise value.error if isinstance(value.error, Exception) else StepError(name, str(value.error))
    return value


def _numbered(name: str, visit: int) -> str:
    return name if visit == 1 else f"{name}#{visit}"
