"""CommandLine: the line behind `:` at the bottom of the screen, with how it can go on above it.

tab takes what is offered, enter does what stands there (or what was chosen with the arrows), escape leaves.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, cast

from textual import events
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.strip import Strip
from textual.widgets import Input

from lexiconsole.errors import LexiconsoleError
from lexiconsole.tui.commands import Offer, offers, understood
from lexiconsole.tui.drawing import Drawn
from lexiconsole.tui.in_turn import Awaiting
from lexiconsole.tui.ink import ink, line
from lexiconsole.tui.widgets.closing import close
from lexiconsole.tui.widgets.static import Static
from lexiconsole.tui.widgets.virtual_table import VirtualTable
from lexiconsole.views.cells import padded
from lexiconsole.views.safe import harmless

if TYPE_CHECKING:
    from lexiconsole.durable.journal import RunRow
    from lexiconsole.tui.app import ConsoleApp
    from lexiconsole.tui.place import ConsoleScreen
    from lexiconsole.tui.reads import Reads

__all__ = ["CommandLine"]

_NAME = 22
_OFFERS = 8
_OF_THE_OFFERS = frozenset({"up", "down", "tab", "shift+tab"})
_KEYS = "tab completes   enter does it   esc leaves"


class _Offers(VirtualTable[Offer]):
    can_focus = False

    def __init__(self) -> None:
        super().__init__(empty="nothing begins so")
        self.chosen = False
        """Whether the arrows were used: then enter does what is selected."""

    def identity(self, row: Offer) -> str:
        return row.line

    def draw(self, row: Offer, how: Drawn) -> list[Strip]:
        colours = self.console.palette
        picked = how.selected and self.chosen
        return [
            line(
                [
                    (self.console.glyphs.cursor if how.selected else " ", ink(colours.accent)),
                    (padded(f" {row.shown}", _NAME), ink(colours.key, bold=True)),
                    (f" {row.about}", ink(colours.text if picked else colours.faint)),
                ],
                how.width,
                ground=ink(back=colours.chosen) if picked else None,
            )
        ]


class CommandLine(Awaiting, ModalScreen[str]):
    """Gives back the line that was typed, "" when it was left."""

    DEFAULT_CSS = """
    CommandLine { align: left bottom; background: $background 0%; }
    CommandLine > Vertical { width: 1fr; height: auto; border-top: heavy $primary; background: $background; }
    CommandLine Horizontal { height: 1; background: $panel; }
    CommandLine #colon { width: 2; color: $primary; text-style: bold; }
    CommandLine Input { width: 1fr; background: $panel; }
    CommandLine #why { height: auto; max-height: 2; padding: 0 1; color: $warning; }
    """

    AUTO_FOCUS = "Input"

    def __init__(self, screen: ConsoleScreen, text: str = "") -> None:
        super().__init__()
        self._place, self._text = screen, text
        self._asked = False
        self._offers, self._why = _Offers(), Static(id="why")

    def compose(self) -> ComposeResult:
        with Vertical():
            yield self._offers
            with Horizontal():
                yield Static(" :", id="colon")
                yield Input(self._text, compact=True, select_on_focus=False)
            yield self._why

    def on_mount(self) -> None:
        self._say("")
        self._offer()

    def on_resize(self, event: events.Resize) -> None:
        """Half of a low screen is the line's: what is below it is what it is about."""
        self._offers.styles.height = max(1, min(_OFFERS, event.size.height // 2))

    def on_input_changed(self, event: Input.Changed) -> None:
        event.stop()
        self._say("")
        self._offer()

    def _offer(self, runs: tuple[RunRow, ...] = ()) -> None:
        if not self.is_attached:
            return
        text = self.query_one(Input).value
        self._offers.chosen = False
        self._offers.show_all(offers(self._place, text, runs))
        self._offers.go(0)
        wanted = text.rpartition(" ")[2]
        if wanted and not runs:
            matched = partial(self._matched, text)
            self._reads.look("command", lambda look: look.match(wanted), matched, leads=True)

    @property
    def _reads(self) -> Reads:
        return cast("ConsoleApp", self.app).reads

    def _matched(self, text: str, rows: list[RunRow]) -> None:
        if rows and self.is_attached and text == self.query_one(Input).value and not self._offers.chosen:
            self._offer(tuple(rows))

    def _say(self, why: str) -> None:
        """Why it can not be done; else which keys there are."""
        self._why.update(Content(harmless(why)) if why else Content.styled(_KEYS, "$faint"))

    def on_key(self, event: events.Key) -> None:
        match event.key:
            case "escape":
                close(self, "")
            case "up" | "down":
                self._move(-1 if event.key == "up" else 1)
            case "tab" | "shift+tab":
                self._take()
            case "backspace" if not self.query_one(Input).value:
                close(self, "")
            case _:
                return
        event.stop()
        event.prevent_default()

    def awaits(self, key: str) -> bool:
        """Behind an enter that came before the line was there; and one that chooses, for the runs that are offered."""
        return self._asked or (key in _OF_THE_OFFERS and self._reads.leading)

    def take_key(self, event: events.Key) -> bool:
        """Takes a key that was on its way to the screen below when the line opened: people type `:inbox` as one word. False for
        those that move in the line or delete from it: the field knows them.
        """
        sign = event.character if event.is_printable else None
        if sign is None and event.key != "enter":
            return self._asked
        if self._asked:
            return True
        if sign is None:
            self._asked = True
            self.call_after_refresh(self._do)
        elif self.query(Input):
            self.query_one(Input).insert_text_at_cursor(sign)
        else:
            self._text += sign
        return True

    def _move(self, step: int) -> None:
        table = self._offers
        place = table.cursor + step if table.chosen else table.cursor if step > 0 else table.total - 1
        table.chosen = True
        table.go(place)
        table.repaint()

    def _take(self) -> None:
        """What is selected goes into the line."""
        offer = self._offers.selected_row
        if offer is not None:
            typed = self.query_one(Input)
            typed.value = offer.line
            typed.action_end()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self._do()

    def on_virtual_table_opened(self) -> None:
        self._offers.chosen = True
        self._do()

    def _do(self) -> None:
        offer = self._offers.selected_row if self._offers.chosen else None
        text = self.query_one(Input).value if offer is None else offer.line
        try:
            understood(self._place, text)
        except LexiconsoleError as fault:
            self._asked = False
            if offer is not None and offer.line.endswith(" "):
                self._take()  # what it needs is still to be typed
            self.call_after_refresh(self._say, str(fault))
            return
        close(self, text)
