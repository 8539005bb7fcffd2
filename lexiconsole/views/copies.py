"""What of a run, a step, a task or a definition is worth copying: its id, its error, its JSON, and the lines that do the same
at the command line.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace

from lexiconsole.durable.entry import Entry
from lexiconsole.durable.journal import RunRow
from lexiconsole.durable.vault import hidden
from lexiconsole.types import Instant, Json, JsonObject
from lexiconsole.views.incidents import Incident
from lexiconsole.views.shapes import entry_shape, story_shape
from lexiconsole.views.story import Row, Story
from lexiconsole.views.telling import tell
from lexiconsole.views.values import error_line
from lexiconsole.views.verdict import verdict
from lexiconsole.views.ways import Way, ways_to_decide

__all__ = ["Copy", "copies_of_definition", "copies_of_incident", "copies_of_run", "copies_of_task"]


@dataclass(frozen=True, slots=True)
class Copy:
    """One thing to copy, as it is: `text` is not made harmless. `key` is the letter or digit that takes it."""

    key: str
    name: str
    text: str


def copies_of_run(row: RunRow, entries: Sequence[Entry], now: Instant, step: str = "") -> list[Copy]:
    """Of the run as its entries tell it; with a `step` also what is known of that key."""
    story = replace(tell(entries), status=row.status)
    said = verdict(story, now, driven=row.owner is not None)
    copies = [Copy("i", "id", row.id)]
    row_of_step = story.row(step) if step else None
    if row_of_step is not None:
        copies += _of_step(row_of_step)
    if error := _whole_error(story):
        copies.append(Copy("e", "error", error))
    copies.append(Copy("c", "command that shows it", Way(("show-run", row.id), "").line))
    copies += _numbered(said.ways)
    copies.append(Copy("s", "story as JSON", _text(hidden(story_shape(story, row, said)))))
    lines = "".join(f"{_text(hidden(entry_shape(entry)), indent=None)}\n" for entry in entries)
    copies.append(Copy("n", "entries as JSON lines", lines))
    return copies


def _of_step(row: Row) -> list[Copy]:
    copies = []
    if row.result is not None:
        copies.append(Copy("r", f"result of {row.key}", _text(hidden(row.result))))
    if row.error is not None:
        copies.append(Copy("t", f"error of {row.key}", _error(row.error)))
    return copies


def copies_of_task(id: str, asked: JsonObject) -> list[Copy]:
    """Of the question RUN:KEY; `asked` is what was asked, as its entry has it, or as much of that as is known."""
    prompt = str(asked.get("prompt", ""))
    copies = [Copy("i", "id", id), Copy("r", "id of its run", id.partition(":")[0])]
    copies += [Copy("q", "question", prompt)] if prompt else []
    copies += _numbered(ways_to_decide(id, asked))
    return [*copies, Copy("s", "question as JSON", _text(hidden(asked)))]


def copies_of_incident(incident: Incident) -> list[Copy]:
    status = "doubtful" if incident.doubtful else "failed"
    ways = [Way(("runs", "--status", status, "--name", incident.name), "")]
    return [Copy("e", "error", incident.error), Copy("i", "definition", incident.name), *_numbered(ways)]


def copies_of_definition(name: str) -> list[Copy]:
    ways = [Way(("run", name), ""), Way(("show", name), ""), Way(("runs", "--name", name), "")]
    return [Copy("i", "name", name), *_numbered(ways)]


def _numbered(ways: Sequence[Way]) -> list[Copy]:
    """Commands, by digit; there are never more than nine."""
    return [Copy(str(n), way.about or "command", way.line) for n, way in enumerate(ways[:9], start=1)]


def _whole_error(story: Story) -> str:
    """Why the run failed, with the traceback of the step that did, where one was kept."""
    failed = [row.error for row in story.rows if row.error and row.error.get("traceback")]
    if story.error is None:
        return _error(failed[-1]) if failed else ""
    trace = str(failed[-1]["traceback"]) if failed and "traceback" not in story.error else ""
    return "\n".join(part for part in (_error(story.error), trace.rstrip()) if part)


def _error(error: JsonObject) -> str:
    line, trace = error_line(error, 10_000), str(error.get("traceback", "")).rstrip()
    return f"{line}\n{trace}" if trace else line


def _text(value: Json, indent: int | None = 2) -> str:
    return json.dumps(value, ensure_ascii=False, indent=indent)
