"""In hand: which runs a living process drives. A process that was killed still stands in the store as their owner."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING

from lexiconsole.runtime.owner import Liveness, liveness

if TYPE_CHECKING:
    from lexiconsole.app.workspace import Workspace

__all__ = ["living_owners"]


def living_owners(workspace: Workspace) -> frozenset[int]:
    """The numbers of the owners that live; a run of another one is driven by nobody, whatever its status."""
    with closing(workspace.look()) as look:
        owners = look.owners()
    locks, stall_after = workspace.store_path.parent / "locks", workspace.settings.engine.stall_after
    return frozenset(
        row.number for row in owners if liveness(row, locks, workspace.now(), stall_after) is not Liveness.DEAD
    )
