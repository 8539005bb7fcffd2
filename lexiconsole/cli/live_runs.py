"""`show --live`: the runs of a definition that are on their way, and whether they could be taken up again now."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lexiconsole.cli.exits import ExitCode
from lexiconsole.types import JsonObject
from lexiconsole.views.cells import columns
from lexiconsole.views.live_runs import by_version
from lexiconsole.views.safe import harmless, harmless_lines
from lexiconsole.views.words import AMBER, GREEN, RED

if TYPE_CHECKING:
    from lexiconsole.cli.face import Face
    from lexiconsole.views.live_runs import LiveRun, LiveRuns

__all__ = ["print_live_runs"]

_COLOURS = {"goes on": GREEN, "can be migrated": AMBER, "can not go on": RED}


def print_live_runs(face: Face, name: str) -> ExitCode:
    """Exits 1 when a run can not go on."""
    with face.workspace() as workspace:
        found = next((one for one in workspace.live_runs() if one.name == name), None)
        if found is None:
            workspace.definition(name)  # it says when there is none of that name
        face.remember(workspace)
    tried = found.tried if found is not None else ()
    if face.json:
        for run in tried:
            face.out.object(_shape(run))
    elif found is not None:
        face.out.lines(_lines(face, found))
    if found is None:
        face.err.hint(f"no run of {name} is on its way")
    elif found.untried:
        face.err.hint(f"{found.untried:,} older ones were not tried")
    return ExitCode.FAILED if any(run.fit.value == "can not go on" for run in tried) else ExitCode.COMPLETED


def _lines(face: Face, found: LiveRuns) -> list[str]:
    lines = [harmless(sentence) for sentence in by_version(found)]
    rows = [(run.id, f"v{run.version}", run.status.value, run.fit.value) for run in found.tried]
    told = columns([tuple(harmless(field) for field in row) for row in rows])
    for run, row in zip(found.tried, told, strict=True):
        head, _, fit = row.rpartition(run.fit.value)
        lines.append(f"  {head}{face.out.paint.text(run.fit.value, _COLOURS[run.fit.value])}{fit}")
        lines += [f"    {line}" for line in harmless_lines(run.why) if run.why]
    return lines


def _shape(run: LiveRun) -> JsonObject:
    return {
        "type": "live_run",
        "id": run.id,
        "name": run.name,
        "version": run.version,
        "status": run.status.value,
        "fit": run.fit.value,
        "why": run.why,
    }
