"""What the bulk screen is made of: progress in figures, causes of failures, what runs now, and the items."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, cast

from textual.strip import Strip
from textual.widget import Widget

from lexiconsole.tui.drawing import Drawn
from lexiconsole.tui.ink import Part, ink, line
from lexiconsole.tui.widgets.virtual_table import VirtualTable
from lexiconsole.types import RunStatus
from lexiconsole.views.bulk_figures import BulkItem, BulkView, Cause
from lexiconsole.views.bulk_words import ITEM_WORDS, counts_of
from lexiconsole.views.cells import cell_width, cut, padded
from lexiconsole.views.durations import clock, span
from lexiconsole.views.safe import harmless_sentence
from lexiconsole.views.words import STEP_LOOKS, StepState

if TYPE_CHECKING:
    from lexiconsole.tui.app import ConsoleApp

__all__ = ["CauseTable", "ItemTable", "NowPane", "ProgressPane"]


class _Lines(Widget):
    """Lines that are made anew whenever there is something new to say."""

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self.view = BulkView()
        self.status = RunStatus.PENDING

    @property
    def console(self) -> ConsoleApp:
        return cast("ConsoleApp", self.app)

    def show(self, view: BulkView, status: RunStatus) -> None:
        if (view, status) != (self.view, self.status) or not status.ended:
            self.view, self.status = view, status
            self.refresh()

    def lines(self, width: int) -> Sequence[tuple[list[Part], list[Part]]]:
        raise NotImplementedError

    def render_line(self, y: int) -> Strip:
        width = self.size.width
        lines = self.lines(width)
        left, right = lines[y] if y < len(lines) else ([], [])
        return line(left, width, right).apply_style(self.rich_style)


class ProgressPane(_Lines):
    """The bar, the counts, how fast it goes and how long a batch takes."""

    def lines(self, width: int) -> Sequence[tuple[list[Part], list[Part]]]:
        view = self.view
        rows = [(self._bar(width), self._eta()), (self._counts(), self._loss())]
        runs = self.status is RunStatus.RUNNING
        said = f"{_rate(view.rate)} now" if runs else f"{_rate(view.average)} on average"
        speed = self._series("speed", view.speed, said, f"peak {_rate(view.peak)}", width)
        if self.size.height <= 4:
            return [*rows, (speed, self._times(short=True)), (self._begun(), [])]
        per = f"{sum(view.faults):,} in all"
        faults = self._series("errors", view.faults, per, "", width)
        return [*rows, ([], []), (speed, self._times(short=False)), (faults, self._limits()), (self._begun(), [])]

    def _bar(self, width: int) -> list[Part]:
        view, colours, glyphs = self.view, self.console.palette, self.console.glyphs
        total = view.total
        if not total:
            begun = f"{view.settled:,} items so far; nobody knows how many there are" if view.began_at else "not begun"
            return [(f" {begun}", ink(colours.text))]
        room = max(8, width - 10 - (12 if view.eta is not None and self.status is RunStatus.RUNNING else 0))
        parts = ((view.done, StepState.DONE), (view.excluded, StepState.SKIPPED), (view.failed, StepState.FAILED))
        bar: list[Part] = [(" ", ink())]
        used = 0
        for count, state in parts:
            cells = min(room - used, max(int(bool(count)), round(count / total * room)))
            if state is StepState.DONE and count < total:
                cells = min(cells, room - sum(bool(other) for other, _ in parts[1:]) - 1)
            sign = glyphs.full if state is StepState.DONE else glyphs.state(STEP_LOOKS[state])[0]
            bar.append((sign * max(0, cells), ink(colours.state(STEP_LOOKS[state]))))
            used += max(0, cells)
        flying = min(room - used, max(1, round((view.running + view.retrying) / total * room))) if view.running else 0
        bar.append(((">" if glyphs.ascii_only else "▒") * flying, ink(colours.state(STEP_LOOKS[StepState.RUNNING]))))
        bar.append((glyphs.empty * (room - used - flying), ink(colours.line)))
        return bar

    def _eta(self) -> list[Part]:
        view, colours = self.view, self.console.palette
        if view.share is None:
            return []
        said: list[Part] = [(f"{view.share:.1%}", ink(colours.bright, bold=True))]
        if view.eta is not None and self.status is RunStatus.RUNNING:
            said.append((f"  ETA {span(view.eta)}", ink(colours.key)))
        return [*said, (" ", ink())]

    def _counts(self) -> list[Part]:
        view, colours, glyphs = self.view, self.console.palette, self.console.glyphs
        said: list[Part] = []
        for state, count in counts_of(view, self.status):
            look = STEP_LOOKS[state]
            word = "" if self.size.width < 90 else f" {ITEM_WORDS[state]}"
            strong = bool(count) and state in (StepState.FAILED, StepState.RETRYING)
            said.append(
                (
                    f" {glyphs.state(look)} {count:,}{word} ",
                    ink(colours.state(look) if count else colours.dim, bold=strong),
                )
            )
        return said

    def _loss(self) -> list[Part]:
        view, colours = self.view, self.console.palette
        if view.stop_loss is None:
            return []
        over = view.failed_share > view.stop_loss and view.settled >= view.stop_loss_after
        colour = colours.state(STEP_LOOKS[StepState.FAILED]) if over else colours.faint
        return [(f"stop-loss {view.stop_loss * 100:g}%, now {view.failed_share:.1%} ", ink(colour, bold=over))]

    def _series(self, name: str, counts: Sequence[int], said: str, more: str, width: int) -> list[Part]:
        colours, glyphs = self.console.palette, self.console.glyphs
        shown = counts if width >= 90 else counts[-14:]
        colour = colours.state(STEP_LOOKS[StepState.FAILED if name == "errors" else StepState.DONE])
        if name == "errors" and not sum(counts):
            colour = colours.dim
        spark = glyphs.spark([float(count) for count in shown])
        extra = f"  {more}" if more and width >= 90 else ""
        return [(f" {name:<7}", ink(colours.faint)), (spark, ink(colour)), (f"  {said}{extra}", ink(colours.text))]

    def _times(self, *, short: bool) -> list[Part]:
        view, colours = self.view, self.console.palette
        if not view.batches:
            return []
        shown = [("p95", view.p95)] if short else [("p50", view.p50), ("p95", view.p95), ("p99", view.p99)]
        said: list[Part] = [("a batch  ", ink(colours.faint))]
        for name, seconds in shown:
            said += [(f"{name} ", ink(colours.faint)), (f"{span(seconds)}  ", ink(colours.text))]
        return said

    def _limits(self) -> list[Part]:
        view, colours = self.view, self.console.palette
        said = f"at most {_rate(view.limit)}" if view.limit else "no rate limit"
        return [(f"{said} ", ink(colours.text if view.limit else colours.faint))]

    def _begun(self) -> list[Part]:
        view, colours = self.view, self.console.palette
        if view.began_at is None:
            return [(" its batches have not begun", ink(colours.faint))]
        said = f" since {clock(view.began_at)}   {view.batches:,} batches of {view.batch_size:,} ended"
        if view.last_at is not None:
            said += f", the last at {clock(view.last_at)}"
        return [(f"{said}; a crash repeats only open ones" if self.size.width >= 90 else said, ink(colours.faint))]


class NowPane(_Lines):
    """Batches that are on their way, the slowest first, and the two knobs."""

    can_focus = True

    def lines(self, width: int) -> Sequence[tuple[list[Part], list[Part]]]:
        view, colours, glyphs, now = self.view, self.console.palette, self.console.glyphs, self.console.now()
        faint, text, key = ink(colours.faint), ink(colours.text), ink(colours.key, bold=True)
        open_now = sorted(view.open, key=lambda one: (one.until is not None, one.since))
        room = max(1, self.size.height - 3)
        rows: list[tuple[list[Part], list[Part]]] = []
        longest = max((now - one.since for one in open_now if one.until is None), default=1.0)
        for one in open_now[: room - (len(open_now) > room)]:
            resting = one.until is not None
            look = STEP_LOOKS[StepState.RETRYING if resting else StepState.RUNNING]
            name = f" {glyphs.state(look)} {one.key}"
            took = max(0.0, now - one.since)
            said = f"again in {span((one.until or now) - now)}" if resting else span(took)
            bar = "" if resting else glyphs.bars[3] * max(1, round(took / max(longest, 1e-9) * 8))
            left: list[Part] = [
                (padded(name, 16), ink(colours.state(look))),
                (padded(f"#{one.first:,} +{one.items:,}", 18), text),
                (f"try {one.attempt}  " if one.attempt > 1 else "", faint),
                (bar, ink(colours.state(look))),
            ]
            rows.append((left, [(f"{said} ", text)]))
        if len(open_now) > room:
            rows.append(([(f"   {glyphs.more} {len(open_now) - len(rows):,} more", faint)], []))
        if not open_now:
            said = (
                " nothing runs"
                if self.status is not RunStatus.RUNNING
                else " a batch is listed once it takes longer than a moment"
            )
            rows.append(([(said, faint)], []))
        rows += [([], [])] * (self.size.height - 2 - len(rows))
        many = "?" if view.concurrency is None else f"{view.concurrency:,}"
        rate = _rate(view.limit) if view.limit else "any"
        knobs: list[Part] = [
            (" batches at once ", faint),
            ("- ", key),
            (many, ink(colours.bright, bold=True)),
            (" +", key),
        ]
        knobs += [("   rate ", faint), (f"{rate} ", ink(colours.bright, bold=True)), ("t", key)]
        held = " holds until somebody says what becomes of failures" if view.hold else ""
        if self.status.ended:
            held, knobs = "", [(" it ended: nothing is steered any more", faint)]
        return [*rows, ([(held, faint)], []), (knobs, [])]


class CauseTable(VirtualTable[Cause]):
    """Why items failed, the most frequent cause first: how many, when along the run, and what the first one says."""

    def draw(self, row: Cause, how: Drawn) -> list[Strip]:
        colours, glyphs = self.console.palette, self.console.glyphs
        ground = ink(back=colours.chosen if how.focused else colours.chosen_far) if how.selected else None
        red = ink(colours.state(STEP_LOOKS[StepState.FAILED]), bold=True)
        left: list[Part] = [
            (glyphs.cursor if how.selected else " ", ink(colours.accent if how.focused else colours.line)),
            (f"{len(row.items):>6,} ", red),
            (f"{glyphs.spark([float(n) for n in row.over_time])}  ", ink(colours.faint)),
            (harmless_sentence(row.sample.error), ink(colours.bright if how.selected else colours.text)),
        ]
        return [line(left, how.width, [(f"#{row.items[0]:,} ", ink(colours.dim))], ground)]


class ItemTable(VirtualTable[BulkItem]):
    """Items, one a line, known by their place in the source."""

    def identity(self, row: BulkItem) -> str:
        return str(row.index)

    def draw(self, row: BulkItem, how: Drawn) -> list[Strip]:
        colours, glyphs = self.console.palette, self.console.glyphs
        ground = ink(back=colours.chosen if how.focused else colours.chosen_far) if how.selected else None
        look = STEP_LOOKS[row.state]
        number = f"#{row.index:,}"
        wide = how.width >= 90
        left: list[Part] = [
            (glyphs.cursor if how.selected else " ", ink(colours.accent if how.focused else colours.line)),
            (glyphs.mark if how.marked else " ", ink(colours.key, bold=True)),
            (padded(number, max(9, cell_width(number) + 1)), ink(colours.bright if how.selected else colours.text)),
            (f"{glyphs.state(look)} {padded(ITEM_WORDS[row.state], 9)} ", ink(colours.state(look))),
            (harmless_sentence(row.error), ink(colours.text)),
        ]
        said = [row.batch if wide else "", f"try {row.tries}" if row.tries > 1 else ""]
        said.append(f"batch took {span(row.seconds)}" if row.seconds is not None and wide else "")
        right = cut("  ".join(filter(None, said)), how.width // 2)
        return [line(left, how.width, [(f"{right} ", ink(colours.faint))] if right else (), ground)]


def _rate(rate: float | None) -> str:
    """`104/s`, `0.5/s`; for a slow one items a minute."""
    rate = rate or 0.0
    if rate >= 10:
        return f"{rate:,.0f}/s"
    return f"{rate:.1f}/s" if rate >= 0.1 or not rate else f"{rate * 60:.1f}/min"
