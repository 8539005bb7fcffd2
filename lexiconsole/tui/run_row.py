"""A run as a row, one or two lines: state, id, definition, where it stands, how long since it moved, and its error."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Protocol

from lexiconsole.tui.drawing import EDGE, Drawn, Line, Said, Tone, width_of
from lexiconsole.tui.widgets.spans import Span
from lexiconsole.types import RunStatus
from lexiconsole.views.board import TALL
from lexiconsole.views.cells import cell_width, cut, padded
from lexiconsole.views.durations import span
from lexiconsole.views.faults import cause
from lexiconsole.views.safe import harmless, harmless_sentence
from lexiconsole.views.words import RUN_LOOKS

if TYPE_CHECKING:
    from lexiconsole.durable.rows import RunRow, TaskRow
    from lexiconsole.tui.glyphs import Glyphs
    from lexiconsole.tui.palettes import Palette
    from lexiconsole.types import Instant
    from lexiconsole.views.board import Board

__all__ = ["SOON", "Face", "letters_of", "run_lines", "short_age", "short_id", "spans_of"]

SOON = 3600.0
"""Seconds before its due time from which a question is marked."""

_NARROW = 70
"""Columns below which ids are shown with fewer letters, which still tell them apart."""

_GIVEN = 12
"""Letters of a made id; one that somebody gave and that is no longer is shown whole as well."""


_ROOMY = 8
"""Lines from which a list has room for the errors."""


class Face(Protocol):
    """What everything that is drawn is drawn with."""

    @property
    def palette(self) -> Palette: ...
    @property
    def glyphs(self) -> Glyphs: ...
    def now(self) -> Instant: ...


def run_lines(
    row: RunRow, how: Drawn, face: Face, *, letters: int, requested: str = "", task: TaskRow | None = None
) -> list[Line]:
    """Failed and doubtful runs have their error on a second line, where there is one for it. `letters`: how many of an id;
    `requested` is what was asked of the run and is not done yet, `task` its first open question.
    """
    colours, glyphs, look = face.palette, face.glyphs, RUN_LOOKS[row.status]
    needs = row.status in {*TALL, RunStatus.WAITING}
    back = "" if not how.selected else colours.chosen if how.focused else colours.chosen_far
    edge: Said = (glyphs.cursor if how.selected else " ", Tone(colours.accent))
    name_width = max(10, min(22, (how.width - letters) * 2 // 5))
    left: list[Said] = [
        edge,
        (glyphs.mark if how.marked else " ", Tone(colours.key, bold=True)),
        (f"{glyphs.state(look)} ", Tone(colours.state(look), bold=True)),
        (padded(cut(harmless(short_id(row.id, letters)), letters), letters + 1), Tone(colours.faint)),
        (
            padded(cut(harmless(row.name), name_width), name_width + 1),
            Tone(colours.bright if needs or how.selected else colours.text, bold=how.selected),
        ),
    ]
    if requested:
        left.append((requested, Tone(colours.key, italic=True)))
    else:
        left += _where(row, face, task, how.width - width_of(left) - 6, one_line=how.height < 2)
    lines = [Line(left, [(f"{short_age(face.now() - row.changed_at):>4}", Tone(colours.faint)), EDGE], back)]
    if how.height > 1:
        error = cause(harmless_sentence(row.error)) or "no reason was recorded"
        lines.append(Line([edge, ("   ", Tone()), (error, Tone(colours.state(look)))], [EDGE], back))
    return lines


def spans_of(board: Board, height: int) -> list[Span]:
    """A list so many lines high gives errors a line of their own where there is room for some."""
    return [Span(runs, 2 if tall and height >= _ROOMY else 1) for runs, tall in board.spans]


def letters_of(rows: Iterable[RunRow], width: int) -> int:
    """How many letters of their ids are shown: an id that somebody gave is shown whole where it is not too long."""
    narrow = width < _NARROW
    given = [len(row.id) for row in rows if len(row.id) <= _GIVEN]
    return min(max([6 if narrow else 8, *given]), 10 if narrow else _GIVEN)


def _where(row: RunRow, face: Face, task: TaskRow | None, room: int, *, one_line: bool) -> list[Said]:
    colours, look = face.palette, RUN_LOOKS[row.status]
    where = harmless(row.where)
    if row.status is RunStatus.WAITING:
        where = where.rpartition("/")[2].partition("#")[0]  # the level of a chain, and not how often it came there
    if one_line and row.error and row.status in TALL:
        return [
            (f"{where}  " if where else "", Tone(colours.text)),
            (cause(harmless_sentence(row.error)), Tone(colours.state(look))),
        ]
    if row.status is RunStatus.COMPLETED:
        return [(f"took {span(row.changed_at - row.created_at)}", Tone(colours.dim))]
    if row.status in {RunStatus.COMPENSATED, RunStatus.CANCELLED, RunStatus.PAUSED}:
        said = f"{look.word}{': ' + cause(harmless_sentence(row.error)) if row.error else ''}"
        return [(said, Tone(colours.faint))]
    parts: list[Said] = [(where or look.word, Tone(colours.text))]
    if task is not None and row.status is RunStatus.WAITING:
        return [*parts, *_awaited(task, face, room - width_of(parts))]
    if row.wake_at is not None:
        ahead = row.wake_at - face.now()
        parts.append((f"  {'in ' + short_age(ahead) if ahead > 0 else 'due'}", Tone(colours.faint)))
    return parts


def _awaited(task: TaskRow, face: Face, room: int) -> list[Said]:
    """Whom it waits for, and until when; the one where there is no room for both, neither in parts."""
    colours = face.palette
    data: dict[str, Any] = task.data
    who = ", ".join(harmless(str(name)) for name in data.get("who", ()))
    parts: list[Said] = []
    if task.due is not None:
        left = task.due - face.now()
        alarm = colours.state(RUN_LOOKS[RunStatus.FAILED])
        word = f"  due {short_age(left)}" if left > 0 else "  overdue!"
        parts = [(word, Tone(alarm if left < SOON else colours.faint))] if cell_width(word) <= room else []
    if who and cell_width(who) + 2 + width_of(parts) <= room:
        parts.insert(0, (f"  {who}", Tone(colours.faint)))
    return parts


def short_id(id: str, room: int) -> str:
    """A made one whole, and a given one if it is not longer; of a long one as many letters as there is room for."""
    return id if len(id) <= _GIVEN else cut(id, max(room, _GIVEN))


def short_age(seconds: float) -> str:
    """`0s`, `59s`, `12m`, `3h`, `12d`, `40w`: at most four letters."""
    seconds = max(0.0, seconds)
    for unit, length, upto in (("s", 1, 60), ("m", 60, 3600), ("h", 3600, 86_400), ("d", 86_400, 8_640_000)):
        if seconds < upto:
            return f"{int(seconds // length)}{unit}"
    return f"{int(seconds // 604_800)}w"
