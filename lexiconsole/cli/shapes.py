"""What `--json` prints: one object per line, told apart by `type`. Times are seconds since 1970 UTC.

entry       a fact of a run, as the journal has it: run, seq, at, kind, key, attempt, by, data
progress    how far something is, now: key, done, total, failed, text
result      the last line of a command that drives or watches a run: see `result_shape`
interrupted the last line after Ctrl-C: run, exit
run         a run in a list; `show-run` adds its story
preview     what an act would do: sentence, details, revision
act         what became of it: applied, pending
definition  a definition; problem a file of definitions that could not be loaded
finding     of `check` and `doctor`; setting of `config`; code of `check --explain`; live_run of `show --live`
task        an open question of the inbox
decision    a link of the audit; verdict whether the chain holds
bulk        how far a bulk operation is; cause why some of its items failed
row         of an answer of `sql`; query a ready question
export      a document of `export`; exported and init the files that were written
diff        two runs, or moments of one: left, right, alike, first, parts
error       the last line when something could not be done: error, message, exit, fields (of an invalid input)
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from lexiconsole.types import JsonObject
from lexiconsole.views.story import Story
from lexiconsole.views.verdict import Verdict

if TYPE_CHECKING:
    from lexiconsole.durable.context import Progress
    from lexiconsole.durable.journal import RunRow

__all__ = ["progress_shape", "result_shape"]


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
