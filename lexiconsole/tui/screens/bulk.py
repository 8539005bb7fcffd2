"""Bulk: one operation over many items, live: how far and how fast, why items failed, and what to do about them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from textual import events, on
from textual.containers import Horizontal, Vertical
from textual.widget import Widget
from textual.widgets import Input

from lexiconsole.app.exporting import Draft
from lexiconsole.durable.journal import RequestKind, RunRow
from lexiconsole.tui.exporting import Export
from lexiconsole.tui.ink import Part, ink
from lexiconsole.tui.keymap import Place, with_keys
from lexiconsole.tui.place import ConsoleScreen
from lexiconsole.tui.requesting import change_of, steering
from lexiconsole.tui.screens.diffing import RowDiffing
from lexiconsole.tui.screens.jumping import BulkJumps
from lexiconsole.tui.screens.run_copies import RunCopies
from lexiconsole.tui.throttle import Throttle
from lexiconsole.tui.widgets.bulk_panes import CauseTable, ItemTable, NowPane, ProgressPane
from lexiconsole.tui.widgets.painted import titled
from lexiconsole.tui.widgets.reason import ReasonPanel
from lexiconsole.tui.widgets.virtual_table import Span, VirtualTable
from lexiconsole.types import Instant, RunStatus
from lexiconsole.views.bulk import BulkFold
from lexiconsole.views.bulk_figures import BulkView
from lexiconsole.views.bulk_words import bulk_sentence, items_csv, let_go, matching, tried_again
from lexiconsole.views.cells import cut
from lexiconsole.views.copies import Copy
from lexiconsole.views.many import many
from lexiconsole.views.safe import harmless, harmless_sentence
from lexiconsole.views.words import NOBODY, RUN_LOOKS

if TYPE_CHECKING:
    from lexiconsole.app.look import Look
    from lexiconsole.durable.entry import Entry
    from lexiconsole.tui.feed import Tidings

__all__ = ["BulkScreen"]

_EVERY = 0.15
"""Seconds between two looks while batches end."""

_NONE_NOTED = "no item needs a look: {filter} all shows every one"
_NONE_LIKE_THAT = "no item is like that: {filter} takes failed, done, all, #12 or a part of the error"

_STEERED = frozenset({"faster", "slower", "rate", "retry_all", "exclude", "finish"})


class BulkScreen(BulkJumps, RowDiffing, RunCopies, ConsoleScreen):
    """`subject` is the run's id."""

    place = Place.BULK
    DEFAULT_CSS = """
    BulkScreen #progress { height: 8; }
    BulkScreen #middle { height: 11; }
    BulkScreen #causes { width: 1fr; }
    BulkScreen #now { width: 1fr; }
    BulkScreen #items { height: 1fr; min-height: 3; }
    BulkScreen #items Input { padding: 0 1; background: $panel; }
    BulkScreen.-narrow #now { display: none; }
    BulkScreen.-narrow #progress { height: 6; }
    BulkScreen.-narrow #middle { height: 7; }
    BulkScreen.-low #middle { display: none; }
    BulkScreen.-low #progress { height: 4; }
    """

    def __init__(self, subject: str) -> None:
        super().__init__()
        self.run_id = subject
        self.row: RunRow | None = None
        self.fold: BulkFold | None = None
        self.view = BulkView()
        self.header.tell(trail=("Runs", harmless(subject)))
        self.progress, self.now_pane = ProgressPane(id="progress", classes="pane"), NowPane(id="now", classes="pane")
        self.causes = CauseTable(id="causes", classes="pane", empty="no item has failed")
        self.items = ItemTable(empty=with_keys(_NONE_NOTED))
        self._typing = Input(
            placeholder="failed  excluded  all  #12  or a part of the error", classes="-hidden", compact=True
        )
        self._items_pane = Vertical(self._typing, self.items, id="items", classes="pane")
        self._filter = ""
        self._chosen: Sequence[int] = ()
        self._pace = Throttle(self, _EVERY, self._read)

    def body(self) -> Iterator[Widget]:
        self.causes.border_title, self.now_pane.border_title = "1 Causes", "2 Now"
        yield self.progress
        with Horizontal(id="middle"):
            yield self.causes
            yield self.now_pane
        yield self._items_pane

    def panes(self) -> Sequence[Widget]:
        return (self.causes, self.now_pane, self._items_pane)

    def on_mount(self) -> None:
        super().on_mount()
        self.progress.border_title = "Progress"
        self.causes.focus()

    def on_resize(self, event: events.Resize) -> None:
        self.set_class(event.size.width < 100, "-narrow")
        self.set_class(event.size.height < 18, "-low")

    # what it knows

    def returned(self) -> None:
        self._read()

    def definition_here(self) -> str:
        return self.row.name if self.row is not None else ""

    def heard(self, tidings: Tidings) -> None:
        if self.run_id in tidings.runs:
            self._pace.ask()

    def tick(self, now: Instant) -> None:
        if self.row is not None and self.row.status is RunStatus.RUNNING and self.view.open:
            self.now_pane.refresh()

    def _read(self) -> None:
        if self.is_attached:
            known = self.fold.seq if self.fold is not None else None
            self.console.reads.look(
                f"bulk {self.run_id}", lambda look: self._ask(look, known), self._got, panes=self.panes()
            )

    def _ask(self, look: Look, known: int | None) -> tuple[RunRow | None, list[Entry] | BulkFold]:
        """On a thread. The first time all is folded there; afterwards what is new is handed over."""
        row = look.run(self.run_id)
        if row is None:
            return None, []
        if known is not None:
            return row, look.entries(row, known)
        fold = BulkFold()
        fold.add(look.entries(row))
        return row, fold

    def _got(self, answer: tuple[RunRow | None, list[Entry] | BulkFold]) -> None:
        row, found = answer
        if row is None:
            self.status.explain(f"there is no run {harmless(self.run_id)} in this store")
            return
        self.row = row
        if isinstance(found, BulkFold):  # asked for twice before it came, the later one knows more
            self.fold = found if self.fold is None or found.seq > self.fold.seq else self.fold
        elif self.fold is not None:
            self.fold.add(found)
        if self.is_attached and self.fold is not None:
            self._show(self.fold)

    # what it shows

    def _show(self, fold: BulkFold) -> None:
        assert self.row is not None
        self.view = view = fold.view()
        self.progress.show(view, self.row.status)
        self.now_pane.show(view, self.row.status)
        self.causes.show_all(view.causes)
        self.causes.border_subtitle = self._sample()
        total = "" if view.total is None else f"  {many(view.total, 'item')}"
        self.progress.border_title = f"Progress{total}"
        self.causes.border_title = f"1 Causes  {view.failed:,} failed" if view.failed else "1 Causes"
        self._list()
        look = RUN_LOOKS[self.row.status]
        said: list[Part] = [
            (
                f"{self.console.glyphs.state(look)} {look.word.upper()}",
                ink(self.console.palette.state(look), bold=True),
            )
        ]
        if asked := self.console.acts.requested(self.run_id):
            said.append((f"  {asked}", ink(self.console.palette.key)))
        self.header.tell(trail=("Runs", harmless(self.row.name), harmless(self.run_id)), said=said)
        self._say()
        self.show_keys()

    def _sample(self) -> str:
        cause = self.causes.selected_row
        if cause is None:
            return ""
        where = harmless(f"#{cause.sample.index:,} in {cause.sample.batch}")
        return titled(cut(where, max(10, self.causes.size.width - 4)))

    def _list(self) -> None:
        """The items that the filter shows; only those near the screen are made."""
        assert self.fold is not None
        self._chosen = matching(self.fold, self._filter)
        self.items.empty = with_keys(_NONE_LIKE_THAT if self._filter.strip() else _NONE_NOTED)
        first, count = self.items.seen() if self.items.total else (0, 60)
        at = self._place_of(self.items.selected)
        start = max(0, min(first, at if at is not None else first) - 50)
        end = min(len(self._chosen), max(first + count, (at or 0) + 1) + 50)
        rows = [self.fold.item(index) for index in self._chosen[start:end]]
        self.items.show((Span(len(self._chosen)),), start, rows, at=at)
        shown = f"  / {self._filter}" if self._filter else ""
        known = "" if self.view.total is None else f" of {self.view.total:,}"
        self._items_pane.border_title = titled(f"3 Items  {len(self._chosen):,}{known}{shown}")

    def _place_of(self, selected: str | None) -> int | None:
        if selected is None:
            return None
        index = int(selected)
        if isinstance(self._chosen, range):
            return index if index in self._chosen else None
        from bisect import bisect_left

        place = bisect_left(self._chosen, index)
        return place if place < len(self._chosen) and self._chosen[place] == index else None

    def on_virtual_table_wanted(self, event: VirtualTable.Wanted) -> None:
        if event.table is self.items and self.fold is not None:
            wanted = self._chosen[event.first : event.first + event.count]
            self.items.fill(event.first, [self.fold.item(index) for index in wanted])

    def on_virtual_table_moved(self, event: VirtualTable.Moved) -> None:
        self.causes.border_subtitle = self._sample()
        self._say()

    def _say(self) -> None:
        if self.row is None:
            return
        palette, item = self.console.palette, self.items.selected_row
        if self.items.has_focus and item is not None and item.error:
            self.say([(f"#{item.index:,}: {harmless_sentence(item.error)}", ink(palette.text))])
            return
        if self.row.status is RunStatus.PENDING:
            self.say([(f"pending: {self.console.driving.awaited or NOBODY}", ink(palette.text))])
            return
        said = bulk_sentence(self.view, self.row.status, f"failed at {self.row.where}: {self.row.error}")
        self.say([(said.text, ink(palette.text))], *said.keys)

    # filter

    def action_filter(self) -> None:
        self._typing.remove_class("-hidden")
        self._typing.value = self._filter
        self._typing.focus()

    @on(Input.Changed)
    def _typed(self, event: Input.Changed) -> None:
        if not self._typing.has_class("-hidden") and self.fold is not None:
            self._filter = event.value.strip()
            self.items.forget()
            self._list()

    @on(Input.Submitted)
    def _taken(self) -> None:
        self._typing.add_class("-hidden")
        self.items.focus()

    def on_descendant_blur(self) -> None:
        """Whoever goes to another pane has typed what they wanted."""
        if self.focused not in (None, self._typing):
            self._typing.add_class("-hidden")

    def action_close(self) -> None:
        if not self._typing.has_class("-hidden"):
            self._taken()
            self._filter = ""
            if self.fold is not None:
                self._list()
            return
        super().action_close()

    # what the keys do

    def why_not(self, action: str) -> str:
        if action == "diff" or self.row is None:
            return self.why_not_diff() if action in {*_STEERED, "diff", "pause", "cancel", "retry", "export"} else ""
        status = self.row.status
        if action in {*_STEERED, "pause", "cancel"} and status.ended:
            why = "" if self.view.hold else "; BulkOperation(hold_failures=True) waits to be told about failures"
            return f"the run is {RUN_LOOKS[status].word}{why if action in ('retry_all', 'exclude') else ''}"
        if action == "retry" and status is not RunStatus.FAILED:
            return with_keys("the run has not failed; {retry_all} is for its items")
        if action in ("retry_all", "exclude") and not self._meant():
            return "no failed item is selected or marked"
        if action == "finish" and not (self.view.hold and status is RunStatus.WAITING):
            return "it does not wait to be told about failures"
        if action == "slower" and self.view.concurrency == 1:
            return "one batch at a time is the least"
        return ""

    def action_open(self) -> None:
        """From a cause to its items, from there to the run entry by entry."""
        cause = self.causes.selected_row
        if self.causes.has_focus and cause is not None and self.fold is not None:
            index = cause.items[0]
            self.items.focus()
            place = self._place_of(str(index))
            if place is not None:
                self.items.go(place)
        elif self.row is not None:
            self.console.go(Place.RUN, self.run_id)

    def action_mark(self) -> None:
        if self.items.has_focus:
            self.items.toggle_mark()

    def action_faster(self) -> None:
        now = self.view.concurrency or 1
        self._steer(
            {"concurrency": now + max(1, now // 4)}, f"{now + max(1, now // 4):,} batches at once instead of {now:,}"
        )

    def action_slower(self) -> None:
        now = self.view.concurrency or 1
        less = max(1, now - max(1, now // 5))
        self._steer({"concurrency": less}, f"{less:,} batches at once instead of {now:,}; what runs now ends first")

    def action_rate(self) -> None:
        """Asks for the limit, then previews it."""

        def typed(text: str | None) -> None:
            if text is None:
                return
            try:
                rate = float(text or "0")
            except ValueError:
                rate = -1.0
            if not 0 <= rate < float("inf"):
                self.status.explain(f"{harmless(text)} is no rate: items a second, 0 for no limit")
                return
            self._steer({"rate": rate}, f"at most {rate:g} items a second" if rate else "no rate limit any more")

        limit = self.view.limit
        panel = ReasonPanel(
            "Rate", "Items a second, for all batches together; 0 for no limit.", needed=False, value=f"{limit or 0:g}"
        )
        self.app.push_screen(panel, typed)

    def action_retry_all(self) -> None:
        items = self._meant()
        self._steer({"retry": items}, tried_again(len(items)))

    def action_exclude(self) -> None:
        items = self._meant()
        self._steer({"exclude": items}, let_go(len(items)))

    def action_finish(self) -> None:
        self._steer({"finish": True}, f"it ends, with {many(self.view.failed, 'failed item')}")

    def _meant(self) -> list[int]:
        """The failed items that are marked; else the selected one, or those of the selected cause."""
        failed = {index for cause in self.view.causes for index in cause.items}
        if self.items.marks:
            return sorted(failed & {int(mark) for mark in self.items.marks})
        item = self.items.selected_row
        if self.items.has_focus and item is not None:
            return [item.index] if item.index in failed else []
        cause = self.causes.selected_row
        return [*cause.items] if cause is not None else []

    def _steer(self, payload: dict[str, Any], sentence: str) -> None:
        if self.row is None:
            return
        title = f"Steer {self.row.name} {self.row.id}"
        change = change_of([self.row], RequestKind.SIGNAL, "steer", {"payload": payload}, title=title)
        self.console.acts.ask(steering(change, sentence))

    def action_pause(self) -> None:
        if self.row is not None:
            paused = self.row.status is RunStatus.PAUSED
            self.console.acts.ask(change_of([self.row], RequestKind.RESUME if paused else RequestKind.PAUSE))

    def action_retry(self) -> None:
        if self.row is not None:
            self.console.acts.ask(change_of([self.row], RequestKind.RETRY))

    def action_cancel(self) -> None:
        if self.row is not None:
            self.console.acts.ask(change_of([self.row], RequestKind.CANCEL))

    def own_copies(self) -> Sequence[Copy]:
        return [Copy("c", "command that shows it", f"lexiconsole bulk {self.run_id}")]

    def own_exports(self) -> Sequence[Export]:
        """The items that are listed."""
        fold, chosen = self.fold, self._chosen
        if fold is None:
            return ()
        return [
            Export(
                "i",
                f"{many(len(chosen), 'item')} as CSV",
                "those that are listed, a line each",
                lambda look, now: Draft(
                    f"{self.run_id}-items.csv", [items_csv(fold.item(index) for index in chosen).encode()]
                ),
            )
        ]
