"""Prospects: which events a machine would take where it stands, and why it would not take the others. Changes nothing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from lexiconsole.state.acts import HERE
from lexiconsole.state.declaration import Change

if TYPE_CHECKING:
    from lexiconsole.state.machine import StateMachine
    from lexiconsole.state.table import Move

__all__ = ["Prospect", "prospects"]


@dataclass(frozen=True, slots=True)
class Prospect:
    """One event. `target` is where it would lead, "" when nowhere; `guards` those that were asked.

    `refused` says why it would change nothing now, "" when it would. Guards are asked without a payload: `bare` tells that
    one said no and may say yes to an event that carries something.
    """

    event: str
    target: str = ""
    guards: tuple[str, ...] = ()
    refused: str = ""
    bare: bool = False

    @property
    def possible(self) -> bool:
        return not self.refused


async def prospects(machine: StateMachine) -> list[Prospect]:
    """Those that mean something in the machine's state first, in the order of declaration."""
    table = machine.table
    here = table.moves[machine.current_state]
    found = [await _asked(machine, move) for move in here.values()]
    for event in table.events:
        if event not in here:
            sources = [state for state, moves in table.moves.items() if event in moves]
            found.append(Prospect(event, refused=f"only from {', '.join(sources)}"))
    return found


async def _asked(machine: StateMachine, move: Move) -> Prospect:
    asked: list[str] = []
    said_no = ""
    for edge in move.edges:
        change = Change(move.event, edge.source, edge.target)
        guards = (*move.guards, *edge.guards)
        said_no = ""
        for guard in guards:
            asked.append(guard.name)
            try:
                holds = await HERE.holds(machine, guard, change)
            except Exception as fault:
                return Prospect(
                    move.event, edge.target, tuple(asked), f"{guard.name} raises {_brief(fault)}", bare=True
                )
            if not holds:
                said_no = guard.name
                break
        if not said_no:
            return Prospect(move.event, edge.target, tuple(asked))
    return Prospect(move.event, move.edges[0].target, tuple(asked), f"{said_no} says no", bare=True)


def _brief(fault: Any) -> str:
    text = str(fault)
    return f"{type(fault).__name__}: {text}" if text else type(fault).__name__
