"""`doctor`: whether the store, its owners and the definitions are well."""

from __future__ import annotations

import sqlite3
import sys
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from lexiconsole.app.operators import Operators
from lexiconsole.errors import StoreError
from lexiconsole.runtime.owner import Liveness, liveness
from lexiconsole.runtime.runtime import Runtime
from lexiconsole.views.many import many
from lexiconsole.views.set_back import set_back

if TYPE_CHECKING:
    from lexiconsole.app.workspace import Workspace

__all__ = ["Finding", "examine"]


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at: well or not, and a sentence."""

    ok: bool
    subject: str
    message: str


def examine(workspace: Workspace, call: Callable[[Any], Any], *, rebuild: bool) -> list[Finding]:
    """Looks at everything; `rebuild` makes the lists of runs, questions and timers anew from the journal first."""
    found = [Finding(True, "python", f"{sys.version.split()[0]}, SQLite {sqlite3.sqlite_version}")]
    if not workspace.store_path.exists() and not rebuild:
        found.append(Finding(True, "store", f"{workspace.store_path} does not exist yet; the first run makes it"))
    else:
        if rebuild:
            count = call(lambda runtime: runtime.journal.rebuild())
            found.append(Finding(True, "projections", f"made anew for {many(count, 'run')}"))
        faults = call(lambda runtime: runtime.journal.check())
        found += [Finding(False, "store", fault) for fault in faults]
        if not faults:
            counts = call(lambda runtime: runtime.journal.counts())
            place = call(_place)
            found.append(Finding(True, "store", f"{place}: sound, {many(sum(counts.values()), 'run')}"))
        found.append(_clock(workspace))
        found += call(_owners)
        found += call(_notices)
    found += [_audit(workspace), _people(workspace)]
    problems = workspace.problems()
    found += [Finding(False, "definitions", str(problem)) for problem in problems]
    if not problems:
        found.append(Finding(True, "definitions", f"{len(workspace.definitions())} loaded"))
    return found


def _clock(workspace: Workspace) -> Finding:
    with closing(workspace.look()) as look:
        said = set_back(look.written_at(), workspace.now())
    return Finding(not said, "clock", said or "not behind what was written last")


def _audit(workspace: Workspace) -> Finding:
    try:
        verdict = workspace.verify_audit()
    except StoreError as fault:
        return Finding(False, "audit", str(fault))
    return Finding(verdict.sound, "audit", verdict.fault or verdict.sentence)


def _people(workspace: Workspace) -> Finding:
    if not workspace.people.enforced:
        what = "none are configured, so one person can do everything and rules about persons are not enforced"
        return Finding(True, "operators", what)
    count = len(workspace.people.known) if isinstance(workspace.people, Operators) else 0
    return Finding(True, "operators", f"{count} configured; you are {workspace.me}")


async def _notices(runtime: Runtime) -> list[Finding]:
    from lexiconsole.store import SqliteJournal

    if not isinstance(runtime.journal, SqliteJournal) or await runtime.journal.notices.upto() is None:
        return []
    faults = await runtime.journal.notices.faults()
    told = [
        Finding(
            False, "notifications", f"{count} not told by {channel}, {'given up' if over else 'tried again'}: {why}"
        )
        for channel, over, count, why in faults
    ]
    return told or [Finding(True, "notifications", "everything was told")]


async def _place(runtime: Runtime) -> str:
    return runtime.journal.place


async def _owners(runtime: Runtime) -> list[Finding]:
    found = []
    for row in await runtime.journal.owners():
        state = liveness(row, runtime.locks, runtime.clock.now(), runtime.settings.stall_after)
        what = {
            Liveness.ALIVE: "drives runs",
            Liveness.STALLED: "is stopped or starved; a worker takes its runs over",
            Liveness.DEAD: "died; its runs go on with `lexiconsole worker` or `lexiconsole resume`",
        }[state]
        found.append(Finding(state is Liveness.ALIVE, "process", f"{row.pid} on {row.host} {what}"))
    return found
