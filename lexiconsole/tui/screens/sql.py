"""SQL: a question of one's own to the store, which is only read, and what it answers; ready questions for a start."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from functools import partial
from typing import TYPE_CHECKING

from textual import events, on
from textual.containers import Horizontal, Vertical
from textual.widget import Widget

from lexiconsole.app.exporting import Draft
from lexiconsole.app.queries import Answer, QueryHistory, SqlError, ask, tables, views
from lexiconsole.tui.copying import offer
from lexiconsole.tui.exporting import Export, offer_exports
from lexiconsole.tui.ink import ink
from lexiconsole.tui.keymap import Place
from lexiconsole.tui.place import ConsoleScreen
from lexiconsole.tui.widgets.painted import entitle, pressable
from lexiconsole.tui.widgets.query_text import QueryText
from lexiconsole.tui.widgets.question_table import QuestionTable
from lexiconsole.tui.widgets.result_table import ResultTable, cell_text
from lexiconsole.tui.widgets.virtual_table import VirtualTable
from lexiconsole.views.copies import Copy
from lexiconsole.views.many import many
from lexiconsole.views.safe import harmless
from lexiconsole.views.shapes import rows_json
from lexiconsole.views.spreadsheet import csv_text
from lexiconsole.views.ways import Way

if TYPE_CHECKING:
    from lexiconsole.app.workspace import Workspace
    from lexiconsole.durable.journal import RunRow

__all__ = ["SqlScreen"]

_NARROW, _LOW, _TINY = 90, 18, 14
_SECONDS = 10.0
_KEYS = "enter asks   ctrl+j new line"
_OFFERED = 4
"""Ways that a word can go on which are shown."""
_RUNS = ("id", "run", "parent", "origin")
"""Columns in which a run's id may stand, the likeliest first."""


class SqlScreen(ConsoleScreen):
    """Only enter in the question asks; nothing is asked while one types."""

    place = Place.SQL
    AUTO_FOCUS = "QueryText"
    DEFAULT_CSS = """
    SqlScreen #upper { height: 11; }
    SqlScreen #query { width: 1fr; }
    SqlScreen #ready { width: 40; }
    SqlScreen #result { height: 1fr; }
    SqlScreen.-narrow #ready { width: 26; }
    SqlScreen.-low #upper { height: 5; }
    SqlScreen.-tiny.-reading #upper { height: 0; }
    """

    def __init__(self) -> None:
        super().__init__()
        self.header.tell(trail=("SQL",))
        self.query_text = QueryText()
        self.ready = QuestionTable(id="ready", classes="pane")
        self.table = ResultTable(empty="enter asks")
        self._query_pane = Vertical(self.query_text, id="query", classes="pane")
        self._result_pane = Vertical(self.table.head, self.table, id="result", classes="pane")
        self.answer: Answer | None = None
        self.asked = ""
        """The question that the answer is of."""
        self._stop: threading.Event | None = None

    def body(self) -> Iterator[Widget]:
        with Horizontal(id="upper"):
            yield self._query_pane
            yield self.ready
        yield self._result_pane

    def panes(self) -> Sequence[Widget]:
        return (self._query_pane, self.ready, self._result_pane)

    def on_mount(self) -> None:
        super().on_mount()
        self._query_pane.border_title, self.ready.border_title = "1 Question", "2 Ready and asked"
        self._result_pane.border_title = "3 Answer"
        self._query_pane.border_subtitle = pressable(_KEYS)
        self.console.reads.of_workspace("sql history", lambda workspace: _history(workspace).all(), self._remember)
        self.console.reads.of_workspace(
            "sql words", lambda workspace: tables(workspace.store_path), self._learn, _unheard
        )
        self._say()

    def _learn(self, known: dict[str, tuple[str, ...]]) -> None:
        self.query_text.tables = known

    @on(QueryText.Offered)
    def _offered(self, event: QueryText.Offered) -> None:
        event.stop()
        said = "  ".join(event.offers[:_OFFERED])
        more = "  …" if len(event.offers) > _OFFERED else ""
        entitle(self._query_pane, None, f"tab: {said}{more}" if said else pressable(_KEYS))

    def on_resize(self, event: events.Resize) -> None:
        self.set_class(event.size.width < _NARROW, "-narrow")
        self.set_class(event.size.height < _LOW, "-low")
        self.set_class(event.size.height < _TINY, "-tiny")

    def on_screen_suspend(self) -> None:
        self._halt()

    def _remember(self, asked: list[str]) -> None:
        if self.is_attached:
            self.query_text.remember(asked)
            self.ready.show_history(asked)

    # asking

    @on(QueryText.Asked)
    def _asks(self, event: QueryText.Asked) -> None:
        event.stop()
        self._ask(self.query_text.text)

    def _ask(self, sql: str) -> None:
        self._halt()
        stop, keeps = threading.Event(), not self.console.readonly
        self._stop = stop
        self.status.explain("asking… esc stops it")
        self.console.reads.of_workspace(
            "sql",
            lambda workspace: _asked(workspace, sql, stop, keeps=keeps),
            lambda found: self._answered(sql, stop, *found),
            lambda fault: self._refused(stop, fault),
        )

    def _halt(self) -> None:
        """Stops the question that is on its way; another one may come."""
        if self._stop is not None:
            self._stop.set()

    @property
    def asking(self) -> bool:
        return self._stop is not None

    def _answered(self, sql: str, stop: threading.Event, answer: Answer, history: list[str]) -> None:
        if stop is not self._stop or not self.is_attached:
            return
        self._stop, self.answer, self.asked = None, answer, sql
        self.table.empty = "no row answers it"
        self.table.show_answer(answer.columns, answer.rows)
        self._remember(history)
        self.status.explain("")
        if answer.rows and self.query_text.text == sql:  # else somebody types the next one: its letters are no keys
            self.table.focus()
        self._entitle()
        self._say()
        self.show_keys()

    def _refused(self, stop: threading.Event, fault: Exception) -> None:
        if stop is not self._stop or not self.is_attached:
            return
        self._stop = None
        if isinstance(fault, SqlError):
            self.query_text.mark(fault.line, fault.column)
        self.status.explain(harmless(str(fault)))

    def _entitle(self) -> None:
        answer = self.answer
        if answer is None:
            return
        rows = f"{'the first ' if answer.more else ''}{many(len(answer.rows), 'row')}"
        more = self.table.hidden_right
        right = f"l: {many(more, 'more column')}" if more else ""
        left = f"h: {self.table.left} at the left" if self.table.left else ""
        entitle(self._result_pane, f"3 Answer  {rows}  {answer.took:.2f} s", "   ".join(filter(None, (left, right))))

    # what is said

    def _say(self) -> None:
        text = ink(self.console.palette.text)
        if self.ready.has_focus and (row := self.ready.selected_row) is not None:
            self.say([(harmless(row.about or row.title), text)], ("enter", "asks it"))
        elif self.table.has_focus and (named := self._value()) is not None:
            run = self._run_id()
            self.say([(f"{named[0]}: {named[1]}", text)], *([("enter", "the run")] if run else []), ("X", "as a file"))
        else:
            self.say([(f"only read; views: {', '.join(views())}", text)], ("tab", "ready questions"))

    def _value(self) -> tuple[str, str] | None:
        """The first shown column of the selected row, whole."""
        row = self.table.selected_row
        if row is None or not self.table.columns:
            return None
        return self.table.columns[self.table.left], cell_text(row.values[self.table.left])

    @on(VirtualTable.Moved)
    def _moved(self, event: VirtualTable.Moved) -> None:
        event.stop()
        self.status.explain("")
        self._say()
        self.show_keys()

    def on_descendant_focus(self, event: events.DescendantFocus) -> None:
        self.set_class(self.table.has_focus, "-reading")
        self._say()
        self.show_keys()

    # keys

    def why_not(self, action: str) -> str:
        if action in ("export", "copy", "columns_left", "columns_right") and not (self.answer and self.answer.columns):
            return "nothing was asked yet"
        if action == "open" and not self.ready.has_focus and not self._run_id():
            return "no run's id stands in this row"
        return ""

    @on(VirtualTable.Opened)
    def _opened(self, event: VirtualTable.Opened) -> None:
        event.stop()
        self.do("open")

    def action_open(self) -> None:
        """A ready question is asked; a row leads to its run."""
        if self.ready.has_focus and (row := self.ready.selected_row) is not None:
            self.query_text.put(row.sql)
            self._ask(row.sql)
        elif run := self._run_id():
            self.console.reads.look("sql run", lambda look: look.run(run), partial(self._go_to, run), leads=True)

    def _run_id(self) -> str:
        row = self.table.selected_row
        if row is None or self.answer is None:
            return ""
        named = dict(zip(self.answer.columns, row.values, strict=True))
        return next((named[name] for name in _RUNS if isinstance(named.get(name), str) and named[name]), "")

    def _go_to(self, run: str, row: RunRow | None) -> None:
        place = self.console.place_of(row) if row is not None else None
        if row is None or place is None:
            self.status.explain(f"there is no run {harmless(run)}")
        elif self.is_current:
            self.console.go(place, row.id)

    def action_sql(self) -> None:
        self.query_text.focus()

    def action_columns_left(self) -> None:
        self._shift(-1)

    def action_columns_right(self) -> None:
        self._shift(1)

    def _shift(self, step: int) -> None:
        if not self.table.shift(step):
            self.status.explain("there is no column farther that way")
        self._entitle()
        self._say()

    def action_copy(self) -> None:
        if self.answer is None:
            return
        copies = [
            Copy("q", "question", self.asked),
            Copy("1", "command that asks it", Way(("sql", self.asked), "").line),
        ]
        row = self.table.selected_row
        if row is not None:
            named = self._value()
            copies.insert(0, Copy("v", f"value of {named[0]}" if named else "value", named[1] if named else ""))
            copies.insert(1, Copy("r", "row as JSON", "".join(rows_json(self.answer.columns, [row.values]))))
        offer(self.console, "an answer", copies)

    def action_export(self) -> None:
        answer = self.answer
        if answer is None:
            return
        some = f"{len(answer.rows):,} rows"
        formats = (("c", "CSV", "csv", csv_text), ("n", "JSON", "jsonl", rows_json))
        exports = [
            Export(
                key,
                f"{some} as {name}",
                "with a head" if key == "c" else "an object for each row",
                lambda look, now, suffix=suffix, write=write: Draft(  # type: ignore[misc]
                    f"answer.{suffix}",
                    (text.encode("utf-8", "backslashreplace") for text in write(answer.columns, answer.rows)),
                ),
            )
            for key, name, suffix, write in formats
        ]
        offer_exports(self.console, "an answer", exports)

    @on(QueryText.Left)
    def _left(self, event: QueryText.Left) -> None:
        event.stop()
        self.do("close")

    def action_close(self) -> None:
        """Stops what is being asked; leaves the question for its answer; goes back."""
        if self.asking:
            self._halt()
        elif self.query_text.has_focus and self.table.total:
            self.table.focus()
        else:
            super().action_close()


def _unheard(fault: Exception) -> None:
    """What is wrong with the store is told when it is asked; until then only the words of SQL are offered."""


def _history(workspace: Workspace) -> QueryHistory:
    return QueryHistory(workspace.store_path)


def _asked(workspace: Workspace, sql: str, stop: threading.Event, *, keeps: bool) -> tuple[Answer, list[str]]:
    """On a thread. What could be answered is kept, unless the console only looks."""
    if not workspace.store_path.is_file():
        raise SqlError("nothing has run here yet: there is no store to ask")
    answer = ask(workspace.store_path, sql, seconds=_SECONDS, stop=stop)
    history = _history(workspace)
    if keeps:
        history.keep(sql)
    return answer, history.all()
