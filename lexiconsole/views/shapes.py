"""Runs, entries, diffs, findings and rows as JSON for programs: what `--json` prints, what is copied and what is exported."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from lexiconsole.durable.entry import Entry
from lexiconsole.types import JsonObject
from lexiconsole.views.diff import Diff, Part, Side
from lexiconsole.views.story import Row, Story
from lexiconsole.views.verdict import Verdict

if TYPE_CHECKING:
    from lexiconsole.catalog import Finding
    from lexiconsole.durable.journal import RunRow

__all__ = ["diff_shape", "entry_shape", "finding_shape", "rows_json", "run_shape", "story_shape"]


def rows_json(columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> Iterator[str]:
    """An object a line for each row of an answer in SQL."""
    return (json.dumps(dict(zip(columns, row, strict=True)), ensure_ascii=False) + "\n" for row in rows)


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


def finding_shape(finding: Finding, fix: str) -> JsonObject:
    """What a check found; `fix` is what its quick fix would do, "" when it has none."""
    return {
        "type": "finding",
        "code": finding.code,
        "severity": finding.severity.value,
        "file": finding.file,
        "line": finding.line,
        "definition": finding.definition,
        "message": finding.message,
        "traceback": finding.traceback,
        "fix": fix,
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
