"""What `--json` prints: one object per line, told apart by `type`. Times are seconds since 1970 UTC.

entry       a fact of a run, as the journal has it: run, seq, at, kind, key, attempt, by, data
progress    how far something is, now: key, done, total, failed, text
result      the last line of a command that drives or watches a run: see `result_shape`
interrupted the last line after Ctrl-C: run, exit
run         a run in a list; `show-run` adds its story
preview     what an act would do: sentence, details, revision
act         what became of it: applied, pending
definition  a definition; problem a file of definitions that could not be loaded
finding     of `check` and `doctor`; setting of `config`
diff        two runs, or moments of one: left, right, alike, first, parts
error       the last line when something could not be done: error, message, exit, fields (of an invalid input)
"""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

from lexiconsole.durable.entry import Entry
from lexiconsole.types import JsonObject
from lexiconsole.views.story import Row, Story
from lexiconsole.views.verdict import Verdict

if TYPE_CHECKING:
    from lexiconsole.durable.context import Progress
    from lexiconsole.durable.journal import RunRow
    from lexiconsole.views.diff import Diff, Part, Side

__all__ = ["diff_shape", "entry_shape", "progress_shape", "result_shape", "run_shape", "story_shape"]


def entry_shape(entry: Entry) -> JsonObject:
    return {
        "type": "entry",
        "run": entry.run_id,
        "seq": entry.seq,
        "at": entry.at,
        "kind": entry.kind.value,
        "key": entry.key,
        "attempt": entry.attempt,
        "by": entry.by,
        "data": entry.data,
    }


def progress_shape(run_id: str, note: Progress) -> JsonObject:
    return {
        "type": "progress",
        "run": run_id,
        "key": note.key,
        "done": note.done,
        "total": note.total,
        "failed": note.failed,
        "text": note.text,
    }


def run_shape(row: RunRow) -> JsonObject:
    """A run in a list; `where` is the key that matters now, `error` one line."""
    return {
        "type": "run",
        "id": row.id,
        "name": row.name,
        "kind": row.kind,
        "version": row.version,
        "status": row.status.value,
        "by": row.by,
        "created_at": row.created_at,
        "changed_at": row.changed_at,
        "seq": row.seq,
        "where": row.where,
        "error": row.error,
        "wake_at": row.wake_at,
        "parent": row.parent,
        "origin": row.origin,
    }


def result_shape(story: Story, row: RunRow, verdict: Verdict, code: int) -> JsonObject:
    """How a run stands at the end of a command; `undone` newest first, `next` the words behind `lexiconsole`."""
    return {
        "type": "result",
        "run": row.id,
        "name": row.name,
        "status": row.status.value,
        "exit": int(code),
        "result": story.result,
        "error": story.error,
        "undone": list(story.undone),
        "took": None if story.ended_at is None else round(story.ended_at - story.created_at, 6),
        "verdict": verdict.sentence,
        "next": [list(way.words) for way in verdict.ways],
    }


def story_shape(story: Story, row: RunRow, verdict: Verdict) -> JsonObject:
    """What `show-run --json` prints: the run and its steps, each with its attempts."""
    return {
        **run_shape(row),
        "input": story.input,
        "result": story.result,
        "failure": story.error,
        "generation": story.generation,
        "ended_at": story.ended_at,
        "turned_at": story.turned_at,
        "undone": list(story.undone),
        "steps": [_row_shape(step) for step in story.rows],
        "verdict": verdict.sentence,
        "next": [list(way.words) for way in verdict.ways],
    }


def _row_shape(row: Row) -> JsonObject:
    return {
        "key": row.key,
        "kind": row.kind.value,
        "state": row.state.value,
        "undoes": row.undoes,
        "revision": row.revision,
        "attempts": [{**asdict(attempt), "state": attempt.state.value} for attempt in row.attempts],
        "result": row.result,
        "error": row.error,
        "log": row.log,
        "text": row.text,
        "until": row.until,
    }


def diff_shape(diff: Diff) -> JsonObject:
    """What `diff --json` prints. `parts` are in the order of the first run that came to them, those that are alike without
    their facts; `first` is the id of the part where the two part ways, null when they are alike.
    """
    return {
        "type": "diff",
        "left": _side_shape(diff.left),
        "right": _side_shape(diff.right),
        "alike": diff.alike,
        "first": diff.first.id if diff.first is not None else None,
        "parts": [_part_shape(part) for part in diff.parts],
    }


def _side_shape(side: Side) -> JsonObject:
    story = side.story
    return {
        "label": side.label,
        "run": side.row.id,
        "name": side.row.name,
        "version": side.row.version,
        "at": side.at,
        "head": side.head,
        "status": story.status.value,
    }


def _part_shape(part: Part) -> JsonObject:
    return {
        "id": part.id,
        "kind": part.kind.value,
        "key": part.key,
        "sign": part.sign.value,
        "left": part.left.value if part.left is not None else None,
        "right": part.right.value if part.right is not None else None,
        "facts": [
            {
                "name": fact.name,
                "sign": fact.sign.value,
                "left": fact.left,
                "right": fact.right,
                "kind": fact.kind.value,
            }
            for fact in part.differing
        ],
    }
