"""Panel: what lies over a screen, framed and titled, until it is answered or left. Escape leaves it."""

from __future__ import annotations

from typing import ClassVar, TypeVar

from textual.binding import Binding, BindingType
from textual.screen import ModalScreen
from textual.widget import Widget
from textual.widgets import OptionList

from lexiconsole.tui.in_turn import PaintsAtOnce
from lexiconsole.tui.widgets.closing import close
from lexiconsole.tui.widgets.painted import pressable, titled

__all__ = ["ChoicePanel", "Panel"]

T = TypeVar("T")
Frame = TypeVar("Frame", bound=Widget)


class Panel(ModalScreen[T | None], PaintsAtOnce):
    """Gives a T to whoever opened it, None when it was left."""

    DEFAULT_CSS = """
    Panel { align: center middle; background: $background 60%; }
    Panel > .frame {
        width: 84; max-width: 96%; height: auto; max-height: 90%; border: heavy $accent; background: $background;
        padding: 1 2; border-title-color: $accent; border-title-style: bold; border-title-background: $background;
        border-subtitle-color: $faint; border-subtitle-background: $background;
    }
    Panel > .frame Static { width: 1fr; height: auto; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "leave", show=False, priority=True)]

    def framed(self, frame: Frame, title: str, keys: str = "") -> Frame:
        """The frame around all that the panel shows; `keys` stands in its lower edge."""
        frame.add_class("frame")
        frame.border_title = titled(title)
        frame.border_subtitle = pressable(keys)
        return frame

    def action_leave(self) -> None:
        close(self, None)


class ChoicePanel(Panel[T]):
    """A panel with a list, of which one is taken."""

    DEFAULT_CSS = """
    ChoicePanel OptionList, ChoicePanel OptionList:focus {
        height: auto; max-height: 18; border: none; background: $background; background-tint: $background 0%; padding: 0;
    }
    ChoicePanel OptionList > .option-list--option-highlighted,
    ChoicePanel OptionList:focus > .option-list--option-highlighted {
        background: $chosen; color: $foreground; text-style: bold;
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("j", "down", show=False),
        Binding("k", "up", show=False),
    ]
    AUTO_FOCUS = "OptionList"

    def action_down(self) -> None:
        self.query_one(OptionList).action_cursor_down()

    def action_up(self) -> None:
        self.query_one(OptionList).action_cursor_up()
