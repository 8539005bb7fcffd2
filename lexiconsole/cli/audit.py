"""`audit`: what people decided, and whether it still stands as it was written."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from enum import StrEnum
from itertools import islice
from typing import TYPE_CHECKING, Annotated, Any

import typer

from lexiconsole.cli.exits import ExitCode
from lexiconsole.cli.face import Face
from lexiconsole.cli.shared import command
from lexiconsole.types import JsonObject
from lexiconsole.views.cells import columns
from lexiconsole.views.durations import stamp
from lexiconsole.views.safe import harmless
from lexiconsole.views.values import brief
from lexiconsole.views.words import STEP_LOOKS, StepState

if TYPE_CHECKING:
    from lexiconsole.app.audit import Verdict
    from lexiconsole.app.workspace import Workspace
    from lexiconsole.durable.audit import Audited
    from lexiconsole.durable.entry import Entry

__all__ = ["audit"]


class What(StrEnum):
    """What to do with the audit."""

    LIST = "list"
    VERIFY = "verify"
    EXPORT = "export"


@command
def audit(
    face: Face,
    what: Annotated[What, typer.Argument(metavar="list|verify|export", help="What to do.", show_default=False)],
    run: Annotated[str, typer.Option("--run", metavar="ID", help="Only decisions on this run.")] = "",
    by: Annotated[str, typer.Option("--by", metavar="NAME", help="Only what this person did.")] = "",
    limit: Annotated[int, typer.Option("--limit", "-n", metavar="N", min=1, help="List how many, the newest.")] = 50,
) -> ExitCode:
    """List, verify or export what people decided.

    Every decision, intervention and refused attempt is a link of a chain of hashes. `verify` names the first link that
    was changed, removed or reordered, and exits 1 then. `export` writes all of them, one JSON object per line.
    """
    with face.workspace() as workspace:
        match what:
            case What.LIST:
                return _list(face, workspace, run, by, limit)
            case What.EXPORT:
                for link in filter(_wanted(workspace, run, by), workspace.audit()):
                    face.out.raw(_line(link))
                return ExitCode.COMPLETED
            case What.VERIFY:
                return _verify(face, workspace.verify_audit())


def _wanted(workspace: Workspace, run: str, by: str) -> Callable[[Audited], bool]:
    """Whether a link is of that run, and by that person; one that can not be read may be anybody's."""
    whose = workspace.run(run).id if run else ""

    def wanted(link: Audited) -> bool:
        entry = _entry(link)
        return entry is None or ((not run or entry.run_id == whose) and (not by or entry.by == by))

    return wanted


def _entry(link: Audited) -> Entry | None:
    """None for one that somebody made unreadable; it is shown nevertheless."""
    try:
        return link.entry
    except ValueError:
        return None


def _line(link: Audited) -> str:
    """The fact as it was hashed, so that whoever has the export can follow the chain without this program."""
    from lexiconsole.cli.output import json_line

    return json_line({"number": link.number, "hash": link.hash, "fact": link.fact}) + "\n"


def _list(face: Face, workspace: Workspace, run: str, by: str, limit: int) -> ExitCode:
    with closing(workspace.audit(newest_first=True)) as links:
        found = list(islice(filter(_wanted(workspace, run, by), links), limit + 1))
    shown = found[:limit][::-1]
    if face.json:
        for link in shown:
            face.out.object(_shape(link))
        return ExitCode.COMPLETED
    if not shown:
        whose = f"{f' by {by}' if by else ''}{' on that run' if run else ''}"
        face.err.hint(f"nothing{whose} is on record" if whose else "nothing was decided yet")
        return ExitCode.COMPLETED
    face.out.lines(columns([_cells(link) for link in shown]))
    if len(found) > limit:
        face.err.hint(f"the newest {limit:,}; there are older ones, --limit shows more")
    return ExitCode.COMPLETED


def _cells(link: Audited) -> tuple[str, ...]:
    entry = _entry(link)
    if entry is None:
        return str(link.number), "", "", "unreadable", "", ""
    key = entry.key or str(entry.data.get("target", ""))  # what a refused act was about
    where = f"{entry.run_id}:{key}" if entry.run_id and key else entry.run_id or key
    return (
        str(link.number),
        stamp(entry.at),
        harmless(_who(entry)),
        harmless(str(entry.kind)),
        harmless(where),
        _told(entry.data),
    )


def _who(entry: Entry) -> str:
    """The operator, and in brackets who was logged in when that is another name."""
    sender: Any = entry.data.get("sender") or entry.data.get("from")
    user = sender.get("os_user") if isinstance(sender, dict) else None
    return f"{entry.by} ({user})" if entry.by and user and user != entry.by else entry.by or "-"


def _told(data: JsonObject) -> str:
    """What was decided, and why."""
    value = data.get("value")
    if isinstance(value, dict) and value.get("outcome") == "info" and "votes" in value:
        return f"asks: {brief(value.get('question'), 80)}"
    what = next(
        (brief(data[name], 40) for name in ("verdict", "how", "value", "result", "to", "kind") if name in data), ""
    )
    return "  ".join(part for part in (what, brief(data.get("reason") or "", 80) if data.get("reason") else "") if part)


def _shape(link: Audited) -> JsonObject:
    entry = _entry(link)
    if entry is None:
        return {"type": "decision", "number": link.number, "fact": link.fact, "hash": link.hash}
    return {
        "type": "decision",
        "number": link.number,
        "run": entry.run_id,
        "seq": entry.seq,
        "at": entry.at,
        "kind": str(entry.kind),
        "key": entry.key,
        "by": entry.by,
        "data": entry.data,
        "hash": link.hash,
    }


def _verify(face: Face, verdict: Verdict) -> ExitCode:
    if face.json:
        face.out.object(
            {
                "type": "verdict",
                "ok": verdict.sound,
                "count": verdict.count,
                "head": verdict.head,
                "signed": verdict.signed,
                "kept": verdict.kept,
                "number": verdict.number,
                "fault": verdict.fault,
                "set_back": list(verdict.set_back),
            }
        )
    elif verdict.sound:
        look = face.out.paint.look(STEP_LOOKS[StepState.DONE])
        face.out.line(f"{look} {verdict.sentence}")
    else:
        look = face.out.paint.look(STEP_LOOKS[StepState.FAILED])
        face.out.line(f"{look} {harmless(verdict.fault)}")
    return ExitCode.COMPLETED if verdict.sound else ExitCode.FAILED
