"""`migrate`: a run goes on under another version of its definition, where the definition says how."""

from __future__ import annotations

from lexiconsole.cli.exits import ExitCode
from lexiconsole.cli.face import Face
from lexiconsole.cli.shared import RunId, Sending, command

__all__ = ["migrate"]


@command
def migrate(face: Face, id: RunId, terms: Sending) -> ExitCode:
    """Take a run to the version that its definition has by now.

    The definition says with `migrations` what became of the keys of its older versions; whether that fits this run is tried
    first, without running anything, and what changes is listed. Exits as the run then stands.
    """
    from lexiconsole.cli.acting import ask_first
    from lexiconsole.cli.driving import bring_on, recorded

    with face.workspace() as workspace:
        row = workspace.run(id)
        if not ask_first(face, workspace.preview_migration(row), terms):
            return ExitCode.COMPLETED if terms.dry_run else ExitCode.REFUSED
        now = workspace.migrate(row, by=face.shared.by, reason=terms.reason, record_only=terms.record_only)
        if terms.record_only:
            return recorded(face, now)
        return bring_on(face, workspace, now, after=row.seq, wait=terms.wait)
