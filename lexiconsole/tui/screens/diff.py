"""Diff: two runs beside each other, or one run then and now: where they part ways first, and all that differs behind it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING

from textual import events
from textual.widget import Widget

from lexiconsole.durable.journal import RunRow
from lexiconsole.errors import LexiconsoleError
from lexiconsole.tui.copying import offer
from lexiconsole.tui.ink import ink
from lexiconsole.tui.keymap import Place
from lexiconsole.tui.place import ConsoleScreen
from lexiconsole.tui.screens.diffing import Moment, pair_of
from lexiconsole.tui.widgets.diff_heads import DiffHeads
from lexiconsole.tui.widgets.diff_table import DiffTable
from lexiconsole.tui.widgets.inspector import Inspector
from lexiconsole.tui.widgets.painted import entitle, titled
from lexiconsole.tui.widgets.virtual_table import VirtualTable
from lexiconsole.types import Json, ModelKind
from lexiconsole.views.copies import Copy
from lexiconsole.views.diff import Diff, PartKind, Sign, compared, side_of
from lexiconsole.views.diff_lines import LineKind, difference, first_line, lines, moments_of, values_at
from lexiconsole.views.safe import harmless
from lexiconsole.views.shapes import diff_shape
from lexiconsole.views.ways import Way

if TYPE_CHECKING:
    from lexiconsole.app.look import Look
    from lexiconsole.app.workspace import Workspace
    from lexiconsole.durable.entry import Entry
    from lexiconsole.tui.feed import Tidings

__all__ = ["DiffScreen"]

_NARROW, _LOW = 100, 18


class DiffScreen(ConsoleScreen):
    """`subject` names the two moments, as `diffing.subject_of` writes them. Both are followed while they go on."""

    place = Place.DIFF
    DEFAULT_CSS = """
    DiffScreen #lines { height: 1fr; }
    DiffScreen #values { height: 9; }
    DiffScreen.-narrow #values { height: 6; }
    DiffScreen.-low #values { display: none; }
    """

    def __init__(self, subject: str) -> None:
        super().__init__()
        self.moments = pair_of(subject)
        self.header.tell(trail=("Diff",))
        self.heads = DiffHeads()
        self.table = DiffTable(id="lines", classes="pane")
        self.values = Inspector(id="values", classes="pane")
        self.diff: Diff | None = None
        self._opened: set[str] = set()
        self._everything = False
        self._entries: dict[str, list[Entry]] = {}
        self._states: dict[Moment, tuple[int, Json]] = {}

    def body(self) -> Iterator[Widget]:
        yield self.heads
        yield self.table
        yield self.values

    def panes(self) -> Sequence[Widget]:
        return (self.table, self.values)

    def on_mount(self) -> None:
        super().on_mount()
        self.table.border_title, self.values.border_title = "1 Differences", "2 Values"
        self.table.focus()

    def on_resize(self, event: events.Resize) -> None:
        self.set_class(event.size.width < _NARROW, "-narrow")
        self.set_class(event.size.height < _LOW, "-low")

    # what it reads

    def heard(self, tidings: Tidings) -> None:
        if any(moment.run in tidings.runs for moment in self.moments):
            self._read()

    def returned(self) -> None:
        self._read()

    @property
    def expects(self) -> bool:
        return self.diff is None or super().expects

    def _read(self) -> None:
        self.console.reads.look("diff", self._gather, self._gathered, panes=self.panes())

    def _gather(self, look: Look) -> list[RunRow] | str:
        """On a thread, one at a time. The rows of both; of one that is not there the id."""
        rows = []
        for moment in self.moments:
            row = look.run(moment.run)
            if row is None:
                return moment.run
            known = self._entries.setdefault(row.id, [])
            known += look.entries(row, known[-1].seq if known else 0)
            rows.append(row)
        return rows

    def _gathered(self, rows: list[RunRow] | str) -> None:
        if isinstance(rows, str):
            self.status.explain(f"there is no run {harmless(rows)} in this store")
            return
        if not self.is_attached:
            return
        if all(moment.at is None for moment in self.moments):
            rows.sort(key=lambda row: row.created_at)  # the older one on the left, so that + is what is new
            self.moments = (Moment(rows[0].id), Moment(rows[1].id))
        self._compare(rows)
        if any(row.kind == ModelKind.GRAPH for row in rows):
            entries = [self._seen(moment) for moment in self.moments]
            self.console.reads.of_workspace(
                "diff states", lambda workspace: _states(workspace, rows, entries), lambda told: self._told(rows, told)
            )

    def _seen(self, moment: Moment) -> list[Entry]:
        entries = self._entries[moment.run]
        return [entry for entry in entries if moment.at is None or entry.seq <= moment.at]

    def _told(self, rows: list[RunRow], states: list[Json]) -> None:
        """The states of graphs, which their definitions make of the entries; they come a moment later."""
        for moment, state in zip(self.moments, states, strict=True):
            self._states[moment] = (len(self._seen(moment)), state)
        if self.is_attached:
            self._compare(rows)

    def _compare(self, rows: list[RunRow]) -> None:
        (one, other), (left, right) = rows, self.moments
        labels = moments_of(one, left.at, other, right.at)
        sides = [
            replace(side_of(label, row, self._entries[row.id], moment.at), state=self._state_of(moment))
            for label, row, moment in zip(labels, rows, self.moments, strict=True)
        ]
        before, self.diff = self.diff, compared(*sides)
        self._show(first=before is None)

    def _state_of(self, moment: Moment) -> Json:
        seen, state = self._states.get(moment, (0, None))
        return state if seen == len(self._seen(moment)) else None

    # what it shows

    def _show(self, *, first: bool = False) -> None:
        diff = self.diff
        if diff is None:
            return
        told = lines(diff, self._opened)
        if self._everything:
            told = lines(diff, {line.opens for line in lines(diff) if line.opens} | self._opened)
        self.heads.tell(diff)
        self.table.show_lines(told)
        if first:
            self.table.go(first_line(told, diff), touched=False)
        steps = [part for part in diff.parts if part.kind is PartKind.STEP]
        differ = sum(part.sign is not Sign.SAME for part in steps)
        count = f"{differ} of {len(steps)} steps differ" if differ else "no step differs"
        entitle(self.table, f"1 {'Everything' if self._everything else 'Differences'}", count)
        names = [harmless(moment.run) for moment in self.moments]
        same = names[0] == names[1]
        self.header.tell(trail=("Diff", f"{names[0]} then and now" if same else f"{names[0]} and {names[1]}"))
        self._tell_selected()
        self.show_keys()

    def _tell_selected(self) -> None:
        line = self.table.selected_row
        if self.diff is None or line is None:
            return
        facts = values_at(self.diff, line)
        self.values.show(line.id, facts)
        title = f"{line.many} alike" if line.kind is LineKind.FOLD else line.name
        entitle(self.values, titled(f"2 Values  {title}"))
        ways = {LineKind.FOLD: [("enter", "unfold")], LineKind.HEAD: [("n", "next"), ("v", "all")]}.get(line.kind)
        if line.open:
            ways = [("enter", "fold")]
        self.say([(difference(self.diff), ink(self.console.palette.text))], *(ways or [("n", "next")]))

    def on_virtual_table_moved(self, event: VirtualTable.Moved) -> None:
        event.stop()
        self.status.explain("")
        self._tell_selected()
        self.show_keys()

    def on_virtual_table_opened(self, event: VirtualTable.Opened) -> None:
        event.stop()
        self.do("open")

    # keys

    def why_not(self, action: str) -> str:
        if self.diff is None and action in _OF_A_DIFF:
            return "both are being read"
        if self.diff is not None and self.diff.alike and action in ("next_difference", "previous_difference"):
            return "nothing differs"
        return ""

    def action_open(self) -> None:
        """Folds or unfolds; of a single value goes to all of it."""
        line = self.table.selected_row
        if line is None or self.diff is None:
            return
        part = next((part for part in self.diff.parts if part.id == line.id), None)
        fold = line.opens or (f"same {part.id}" if part is not None else "")
        if fold:
            self._opened ^= {fold}
            self._show()
        else:
            self.to_pane(2)

    def action_unfold(self) -> None:
        self._everything = not self._everything
        self._show()

    def action_next_difference(self) -> None:
        self._step(1)

    def action_previous_difference(self) -> None:
        self._step(-1)

    def _step(self, step: int) -> None:
        """To the next part that differs, around the end."""
        heads = [
            number
            for number, line in self.table.rows_at_hand.items()
            if line.kind is LineKind.HEAD and line.sign is not Sign.SAME
        ]
        here = self.table.cursor
        ahead = [n for n in heads if n > here] if step > 0 else [n for n in reversed(heads) if n < here]
        self.table.go(ahead[0] if ahead else heads[0 if step > 0 else -1])

    def action_copy(self) -> None:
        left, right = self.moments
        command = Way(("diff", left.words, right.words), "").line
        copies = [Copy("c", "command that shows it", command)]
        if self.diff is not None:
            line = self.table.selected_row
            if line is not None and line.kind is not LineKind.FOLD:
                values = "\n".join(f"{fact.label}: {fact.text}" for fact in values_at(self.diff, line))
                copies.append(Copy("v", f"values of {line.name}", values))
            copies.append(Copy("d", "first difference", difference(self.diff)))
            copies.append(
                Copy("s", "all of it as JSON", json.dumps(diff_shape(self.diff), ensure_ascii=False, indent=2))
            )
        offer(self.console, "the differences", copies)


_OF_A_DIFF = frozenset({"open", "unfold", "next_difference", "previous_difference"})


def _states(workspace: Workspace, rows: Sequence[RunRow], entries: Sequence[Sequence[Entry]]) -> list[Json]:
    """On a thread; None for what is no graph, or what its definition can not tell any more."""
    from lexiconsole.app.graph_state import state_of

    told: list[Json] = []
    for row, seen in zip(rows, entries, strict=True):
        state: Json = None
        with suppress(LexiconsoleError):
            state = state_of(workspace, row, seen).fields
        told.append(state)
    return told
