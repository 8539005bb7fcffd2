"""Which events a run of a state machine would take now: its guards are asked, as it stands in its journal."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import TYPE_CHECKING

from lexiconsole.durable.history import History
from lexiconsole.errors import RefusedError
from lexiconsole.state.machine import StateMachine
from lexiconsole.state.prospects import Prospect, prospects

if TYPE_CHECKING:
    from lexiconsole.app.workspace import Workspace
    from lexiconsole.durable.entry import Entry
    from lexiconsole.durable.journal import RunRow

__all__ = ["Prospect", "prospects_of"]


def prospects_of(
    workspace: Workspace, run: RunRow, entries: Sequence[Entry], state: str, version: int
) -> list[Prospect]:
    """`state` and `version` as the entries tell them. Call it on a thread: guards are code of the definition.

    Raises RefusedError when the definition is of another version by now, or is no machine.
    """
    definition = workspace.definition(run.name)
    if definition.version != run.version:
        raise RefusedError(f"{run.name} is of version {definition.version} by now, the run is of {run.version}")
    machine = definition.build(definition.validate(History.of(entries).input))
    if not isinstance(machine, StateMachine):
        raise RefusedError(f"{run.name} is no state machine")
    machine.place(run.id, state, version)
    return asyncio.run(prospects(machine))
