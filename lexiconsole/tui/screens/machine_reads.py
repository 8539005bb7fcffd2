"""What the machine screen reads: news of the selected run and of all runs of its machine, and what its guards say."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lexiconsole.durable.journal import RunRow
from lexiconsole.views.watched import Snapshot

if TYPE_CHECKING:
    from lexiconsole.app.prospecting import Prospect
    from lexiconsole.app.workspace import Workspace
    from lexiconsole.durable.entry import Entry

__all__ = ["Found", "asked"]


@dataclass(slots=True)
class Found:
    """The selected run as it stands, and what moved any run of the machine since the last look."""

    snapshot: Snapshot
    moves: list[Entry]


def asked(
    workspace: Workspace, run: RunRow, entries: Sequence[Entry], state: str, version: int
) -> tuple[str, list[Prospect], str]:
    """The run, its events, or why they are not known. On a thread: guards are the definition's own code."""
    from lexiconsole.app.prospecting import prospects_of

    try:
        return run.id, prospects_of(workspace, run, entries, state, version), ""
    except Exception as fault:  # whatever it raises is what is shown
        return run.id, [], f"its guards can not be asked: {fault}"
