"""RunTable: runs, one or two lines each: state, id, definition, where it stands, how long since it moved, and its error."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from textual.strip import Strip

from lexiconsole.durable.rows import RunRow, TaskRow
from lexiconsole.tui.ink import EDGE, Part, ink, line, width_of
from lexiconsole.tui.widgets.virtual_table import Drawn, VirtualTable
from lexiconsole.types import Instant, RunStatus
from lexiconsole.views.board import TALL
from lexiconsole.views.cells import cell_width, cut, padded
from lexiconsole.views.durations import span
from lexiconsole.views.faults import cause
from lexiconsole.views.safe import harmless
from lexiconsole.views.words import RUN_LOOKS

if TYPE_CHECKING:
    from lexiconsole.app.grouping import GroupRow

__all__ = ["SOON", "RunTable", "short_age", "short_id"]

_NARROW = 70
"""Columns below which ids are shown with fewer letters, which still tell them apart."""

_GIVEN = 12
"""Letters of a made id; one that somebody gave and that is no longer is shown whole as well."""


class RunTable(VirtualTable["RunRow | GroupRow"]):
    """Failed and doubtful runs have their error on a second line, where the spans give them one."""

    def __init__(self, *, empty: str = "") -> None:
        super().__init__(empty=empty)
        self.tasks: dict[str, TaskRow] = {}
        """The first open question of each run, as far as they were read."""
        self.opened: set[str] = set()
        """The groups that are unfolded, by id."""
        self._measured: tuple[tuple[int, int, int], int] = (0, 0, 0), 0

    def moments(self, row: RunRow | GroupRow) -> tuple[Instant | None, ...]:
        if not isinstance(row, RunRow):
            return ()
        task = self.tasks.get(row.id)
        return row.changed_at, row.wake_at, None if task is None else task.due

    def draw(self, row: RunRow | GroupRow, how: Drawn) -> list[Strip]:
        if not isinstance(row, RunRow):
            return self._draw_group(row, how)
        console = self.console
        colours, glyphs = console.palette, console.glyphs
        look = RUN_LOOKS[row.status]
        needs = row.status in {*TALL, RunStatus.WAITING}
        ground = ink(back=colours.chosen if how.focused else colours.chosen_far) if how.selected else None
        edge = (glyphs.cursor if how.selected else " ", ink(colours.accent))
        mark = (glyphs.mark if how.marked else " ", ink(colours.key, bold=True))
        text = ink(colours.bright if needs or how.selected else colours.text, bold=how.selected)
        short = self._id_width(how.width)
        name_width = max(10, min(22, (how.width - short) * 2 // 5))
        age = short_age(console.now() - row.changed_at)
        left: list[Part] = [
            edge,
            mark,
            (f"{glyphs.state(look)} ", ink(colours.state(look), bold=True)),
            (padded(cut(harmless(short_id(row.id, short)), short), short + 1), ink(colours.faint)),
            (padded(cut(harmless(row.name), name_width), name_width + 1), text),
        ]
        left += self._where(row, how.width - width_of(left) - 6, one_line=how.height < 2)
        lines = [line(left, how.width, [(f"{age:>4}", ink(colours.faint)), EDGE], ground)]
        if how.height > 1:
            error = cause(harmless(row.error)) or "no reason was recorded"
            lines.append(line([edge, ("   ", ink()), (error, ink(colours.state(look)))], how.width, [EDGE], ground))
        return lines

    def _draw_group(self, row: GroupRow, how: Drawn) -> list[Strip]:
        from lexiconsole.tui.widgets.run_groups import group_parts

        colours = self.console.palette
        ground = ink(back=colours.chosen if how.focused else colours.chosen_far) if how.selected else None
        edge = (self.console.glyphs.cursor if how.selected else " ", ink(colours.accent))
        most = max(other.runs for other in (row, *self.rows_at_hand.values()) if not isinstance(other, RunRow))
        opened, bright = row.id in self.opened, how.selected
        left, right = group_parts(self.console, row, how.width, most=most, opened=opened, bright=bright)
        return [line([edge, *left], how.width, right, ground)]

    def _id_width(self, width: int) -> int:
        """An id that somebody gave is shown whole where it is not too long."""
        rows = self.rows_at_hand
        known = width, len(rows), next(iter(rows), 0)
        if known != self._measured[0]:
            least = 6 if width < _NARROW else 8
            given = [len(row.id) for row in rows.values() if len(row.id) <= _GIVEN]
            self._measured = known, min(max([least, *given]), 10 if width < _NARROW else _GIVEN)
        return self._measured[1]

    def _where(self, row: RunRow, room: int, *, one_line: bool) -> list[Part]:
        colours = self.console.palette
        look = RUN_LOOKS[row.status]
        requested = self.console.acts.requested(row.id)
        if requested:
            return [(requested, ink(colours.key, italic=True))]
        where = harmless(row.where)
        if row.status is RunStatus.WAITING:
            where = where.rpartition("/")[2].partition("#")[0]  # the level of a chain, and not how often it came there
        if one_line and row.error and row.status in TALL:
            return [
                (f"{where}  " if where else "", ink(colours.text)),
                (cause(harmless(row.error)), ink(colours.state(look))),
            ]
        if row.status is RunStatus.COMPLETED:
            return [(f"took {span(row.changed_at - row.created_at)}", ink(colours.dim))]
        if row.status in {RunStatus.COMPENSATED, RunStatus.CANCELLED, RunStatus.PAUSED}:
            said = f"{look.word}{': ' + cause(harmless(row.error)) if row.error else ''}"
            return [(said, ink(colours.faint))]
        parts: list[Part] = [(where or look.word, ink(colours.text))]
        task = self.tasks.get(row.id) if row.status is RunStatus.WAITING else None
        if task is not None:
            return [*parts, *self._awaited(task, room - width_of(parts))]
        if row.wake_at is not None:
            ahead = row.wake_at - self.console.now()
            parts.append((f"  {'in ' + short_age(ahead) if ahead > 0 else 'due'}", ink(colours.faint)))
        return parts

    def _awaited(self, task: TaskRow, room: int) -> list[Part]:
        """Whom it waits for, and until when; the one where there is no room for both, neither in parts."""
        colours = self.console.palette
        data: dict[str, Any] = task.data
        who = ", ".join(harmless(str(name)) for name in data.get("who", ()))
        parts: list[Part] = []
        if task.due is not None:
            left = task.due - self.console.now()
            alarm = colours.state(RUN_LOOKS[RunStatus.FAILED])
            word = f"  due {short_age(left)}" if left > 0 else "  overdue!"
            parts = [(word, ink(alarm if left < SOON else colours.faint))] if cell_width(word) <= room else []
        if who and cell_width(who) + 2 + width_of(parts) <= room:
            parts.insert(0, (f"  {who}", ink(colours.faint)))
        return parts


SOON = 3600.0
"""Seconds before its due time from which a question is marked."""


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
