"""Checks before a run: what can not work stops it; what is doubtful is told once for each version of a definition."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from lexiconsole.catalog import CODES, Severity
from lexiconsole.errors import DefinitionError, LexiconsoleError
from lexiconsole.replacing import replace_file
from lexiconsole.runtime.live_runs import Fit, LiveRun, LiveRuns
from lexiconsole.views.many import many

if TYPE_CHECKING:
    from lexiconsole.app.workspace import Workspace
    from lexiconsole.catalog import Finding

__all__ = ["check_live_runs", "refuse_what_can_not_work", "untold_warnings"]

_FILE = "checked.json"


def refuse_what_can_not_work(workspace: Workspace, name: str) -> None:
    """Raises DefinitionError with every error that the checks find. A version that has passed is not looked at again."""
    notes = _Notes(workspace)
    if notes.has("passed", name):
        return
    from lexiconsole.catalog import check_one  # reading the models takes a moment, and most versions have passed

    wrong = [finding for finding in check_one(workspace.catalog, name) if finding.severity is Severity.ERROR]
    if wrong:
        lines = "".join(f"\n  {finding}" for finding in wrong)
        raise DefinitionError(
            f"{name} can not work as it is written, so nothing was started; `lexiconsole check` tells more{lines}"
        )
    notes.keep(name, "passed")


def untold_warnings(workspace: Workspace, name: str) -> list[Finding]:
    """The warnings about a definition that were not told yet of this version of it; from here on they count as told."""
    notes = _Notes(workspace)
    if notes.has("told", name):
        return []
    from lexiconsole.catalog import check_one

    findings = check_one(workspace.catalog, name)
    works = not any(finding.severity is Severity.ERROR for finding in findings)
    notes.keep(name, "told", *(["passed"] if works else []))
    return [finding for finding in findings if finding.severity is Severity.WARNING]


def check_live_runs(workspace: Workspace, live: Iterable[LiveRuns] | None = None) -> list[Finding]:
    """LX050 for each definition and version whose runs do not simply go on: how many, and the reason of the newest.

    `live` is what `workspace.live_runs()` gave, if somebody asked already.
    """
    found: list[Finding] = []
    for one in workspace.live_runs() if live is None else live:
        for version in sorted({run.version for run in one.tried}, reverse=True):
            for fit in (Fit.STUCK, Fit.MIGRATES):
                runs = [run for run in one.tried if run.version == version and run.fit is fit]
                if runs:
                    found.append(_finding_of(workspace, one, runs))
    return found


def _finding_of(workspace: Workspace, one: LiveRuns, runs: Sequence[LiveRun]) -> Finding:
    from lexiconsole.catalog import Finding

    first, version = runs[0], runs[0].version
    try:
        source = workspace.definition(one.name).source
        file, line = source.file, source.line
    except LexiconsoleError:
        file, line = str(workspace.catalog.places[0]), 0
    those = f"{many(len(runs), 'live run')} of version {version}"
    if first.fit is Fit.MIGRATES:
        said = (
            f"{those} must be migrated before {'they go' if runs[1:] else 'it goes'} on: lexiconsole migrate {first.id}"
        )
    else:
        said = f"{those} can not go on with it: {first.id} {first.reason}"
    return Finding.of("LX050", file, line, f"{one.name}: {said}", one.name)


class _Notes:
    """Which version of each definition has `passed` and was `told` of: a file beside the store, by what and by name."""

    def __init__(self, workspace: Workspace) -> None:
        self._catalog = workspace.catalog
        self._file: Path = workspace.store_path.parent / _FILE
        try:
            known = json.loads(self._file.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            known = None
        self._known: dict[str, dict[str, str]] = {"passed": {}, "told": {}}
        if isinstance(known, dict):
            self._known |= {what: known[what] for what in self._known if isinstance(known.get(what), dict)}

    def has(self, what: str, name: str) -> bool:
        return self._known[what].get(name) == self._mark(name)

    def keep(self, name: str, *whats: str) -> None:
        """Where it can not be written, it is looked at again next time."""
        for what in whats:
            self._known[what][name] = self._mark(name)
        with contextlib.suppress(OSError):
            self._file.parent.mkdir(parents=True, exist_ok=True)
            replace_file(self._file, json.dumps(self._known))

    def _mark(self, name: str) -> str:
        """New codes are new questions: what passed under fewer is looked at again."""
        return f"{self._catalog.fingerprint(name)}/{len(CODES)}"
