"""`migrate`: a run goes on under another version of its definition, where the definition says how."""

from __future__ import annotations

from lexiconsole.cli.exits import ExitCode
from lexiconsole.cli.face import Face
from lexiconsole.cli.shared import AsWho, DryRun, Reason, RecordOnly, RunId, Wait, Yes, command
from lexiconsole.cli.terms import Terms

__all__ = ["migrate"]


@command
def migrate(
    face: Face,
    id: RunId,
    reason: Reason = "",
    yes: Yes = False,
    dry_run: DryRun = False,
    record_only: RecordOnly = False,
    wait: Wait = None,
    by: AsWho = "",
) -> ExitCode:
    """Take a run to the version that its definition has by now.

    The definition says with `migrations` what became of the keys of its older versions; whether that fits this run is tried
    first, without running anything, and what changes is listed. Exits as the run then stands.
    """
    from lexiconsole.cli.acting import ask_first
    from lexiconsole.cli.driving import bring_on

    terms = Terms(yes, dry_run, record_only=record_only, wait=wait)
    with face.workspace() as workspace:
        row = workspace.run(id)
        if not ask_first(face, workspace.preview_migration(row), terms):
            return ExitCode.COMPLETED if terms.dry_run else ExitCode.REFUSED
        now = workspace.migrate(row, by=face.shared.by, reason=reason, record_only=record_only)
        if record_only:
            face.out.line(now.id)
            return ExitCode.COMPLETED
        return bring_on(face, workspace, now, after=row.seq, wait=wait)
