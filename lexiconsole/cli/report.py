"""A run as text for people: its header, its timeline, the last word and the commands that lead on."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from lexiconsole.cli.paint import Paint
from lexiconsole.views.cells import cell_width, cut, padded
from lexiconsole.views.durations import clock, day, span, stamp
from lexiconsole.views.safe import harmless, harmless_lines
from lexiconsole.views.story import Lane, Moment, Story
from lexiconsole.views.values import pairs
from lexiconsole.views.verdict import Verdict
from lexiconsole.views.ways import Way
from lexiconsole.views.words import FAINT, RUN_LOOKS

if TYPE_CHECKING:
    from lexiconsole.durable.journal import RunRow
    from lexiconsole.types import Instant

__all__ = ["header_lines", "log_lines", "moment_line", "moment_lines", "verdict_lines", "way_line"]


def header_lines(story: Story, row: RunRow, now: Instant, paint: Paint) -> list[str]:
    """Definition, version, id and status; who started it when, with which input."""
    title = f"{paint.bold(harmless(row.name))} v{row.version}  {row.id}"
    lines = [f"{title}  {paint.look(RUN_LOOKS[row.status], word=True)}"]
    who = f" by {harmless(row.by)}" if row.by else ""
    took = span(story.took(now))
    entries = "1 entry" if row.seq == 1 else f"{row.seq} entries"
    lines.append(f"  started{who} {stamp(row.created_at)}, {'took' if story.ended else 'for'} {took}, {entries}")
    if row.origin:
        lines.append(f"  forked from {row.origin} at seq {row.origin_seq}")
    if row.parent:
        lines.append(f"  child of {row.parent} ({harmless(row.parent_key)})")
    if story.generation:
        lines.append(f"  generation {story.generation}")
    if story.input not in (None, {}):
        lines.append(f"  input {pairs(story.input, 200)}")
    return lines


def moment_lines(moments: Sequence[Moment], paint: Paint) -> list[str]:
    """The timeline, subjects lined up, with a line of its own for each new day."""
    width = min(28, max((cell_width(_subject(moment)) for moment in moments), default=0))
    lines, today = [], day(moments[0].at) if moments else ""
    for moment in moments:
        if day(moment.at) != today:
            today = day(moment.at)
            lines.append(f"  {paint.text(today, FAINT)}")
        lines.append(moment_line(moment, paint, width))
    return lines


def moment_line(moment: Moment, paint: Paint, width: int = 0, room: int | None = None) -> str:
    """`12:04:31 ✓ charge  840 ms  try 2  {…}`; what comes back is indented, what people did says who.

    `width` is that of the subjects' column; a text that would reach beyond `room` cells is cut.
    """
    subject = padded(_subject(moment), width)
    facts = [paint.text(subject, moment.look.colour) if moment.lane in (Lane.RUN, Lane.PEOPLE) else subject]
    if moment.took is not None:
        facts.append(span(moment.took))
    if moment.attempt > 1 or (moment.attempt and moment.look.word == "retrying"):
        facts.append(f"try {moment.attempt}")
    if moment.lane is Lane.PEOPLE and moment.by:
        facts.append(f"by {harmless(moment.by)}")
    if moment.text:
        used = 15 + cell_width(subject) + sum(cell_width(fact) + 2 for fact in facts[1:])
        text = harmless(moment.text)
        facts.append(text if room is None else cut(text, max(10, room - used)))
    if moment.voided:
        facts.append(paint.text("(set aside)", FAINT))
    mark = paint.look(moment.look) + " " * (2 - cell_width(moment.look.mark(paint.ascii_only)))
    return f"  {paint.text(clock(moment.at), FAINT)} {mark}{'  '.join(facts)}".rstrip()


def _subject(moment: Moment) -> str:
    return ("   " if moment.lane is Lane.BACK else "") + harmless(moment.subject)


def verdict_lines(verdict: Verdict, paint: Paint) -> list[str]:
    """The sentence behind its glyph, what else there is to say, and each way on with the line to type."""
    lines = [f"{paint.look(verdict.look)} {harmless(verdict.sentence)}"]
    lines += [f"  {harmless(detail)}" for detail in verdict.details]
    lines += [way_line(way, paint) for way in verdict.ways]
    return lines


def way_line(way: Way, paint: Paint) -> str:
    return f"  {paint.bold(harmless(way.line))}  {paint.text(f'# {harmless(way.about)}', FAINT)}"


def log_lines(logs: Iterable[tuple[str, str]]) -> list[str]:
    """What steps printed, each line behind its key."""
    return [f"  {harmless(key)} | {line}" for key, log in logs for line in harmless_lines(log.rstrip("\n"))]
