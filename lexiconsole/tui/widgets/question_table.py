"""QuestionTable: ready questions to the store, its views, then what was asked before, the newest first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from textual.strip import Strip

from lexiconsole.app.queries import ReadyQuery, ready_queries, view_queries
from lexiconsole.tui.drawing import Drawn
from lexiconsole.tui.ink import ink, line
from lexiconsole.tui.widgets.virtual_table import VirtualTable
from lexiconsole.views.cells import cut
from lexiconsole.views.safe import harmless

__all__ = ["Question", "QuestionTable"]


@dataclass(frozen=True, slots=True)
class Question:
    """`about` is "" for what somebody typed."""

    id: str
    title: str
    about: str
    sql: str


class QuestionTable(VirtualTable[Question]):
    """`show_history` gives it what was asked before, the newest last."""

    def show_history(self, asked: Sequence[str]) -> None:
        before = [Question(f"asked {sql}", " ".join(sql.split()), "", sql) for sql in reversed(asked)]
        self.show_all([*(_ready(query) for query in (*ready_queries(), *view_queries())), *before])

    def draw(self, row: Question, how: Drawn) -> list[Strip]:
        colours = self.console.palette
        ground = ink(back=colours.chosen if how.focused else colours.chosen_far) if how.selected else None
        edge = (self.console.glyphs.cursor if how.selected else " ", ink(colours.accent))
        style = ink(colours.text) if row.about else ink(colours.faint, italic=True)
        return [line([edge, (cut(harmless(row.title), how.width - 2), style)], how.width, ground=ground)]


def _ready(query: ReadyQuery) -> Question:
    return Question(query.name, query.title, query.about, query.sql)
