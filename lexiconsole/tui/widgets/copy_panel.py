"""CopyPanel: what can be copied of the selection, or exported, each by its letter; enter takes the one under the cursor."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, cast

from textual import events
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import OptionList

from lexiconsole.tui.widgets.closing import close
from lexiconsole.tui.widgets.panel import ChoicePanel
from lexiconsole.views.cells import cut, padded
from lexiconsole.views.copies import Copy
from lexiconsole.views.safe import harmless

if TYPE_CHECKING:
    from lexiconsole.tui.app import ConsoleApp

__all__ = ["CopyPanel"]

_NAME = 26
_LEAST = 12


class CopyPanel(ChoicePanel[Copy]):
    """Gives the one that was chosen, None when none was."""

    DEFAULT_CSS = """
    CopyPanel > .frame { padding: 0 1; }
    """

    def __init__(self, title: str, copies: Sequence[Copy], verb: str = "copies") -> None:
        super().__init__()
        self._title, self._verb, self.copies = title, verb, tuple(copies)

    def compose(self) -> ComposeResult:
        with self.framed(Vertical(), self._title, f"a letter or enter {self._verb}   esc leaves"):
            yield OptionList(*(self._row(copy) for copy in self.copies), compact=True)

    def _row(self, copy: Copy) -> Content:
        colours = cast("ConsoleApp", self.app).palette
        lines = copy.text.count("\n") + 1
        more = f"  ({lines} lines)" if lines > 1 else ""
        first = harmless(copy.text.split("\n", 1)[0])
        width = min(84, self.app.size.width * 96 // 100) - _NAME - 12
        named = Content.styled(f" {copy.key}  ", f"bold {colours.key}")
        if width < _LEAST:  # half of it says nothing
            return named + Content.styled(cut(harmless(copy.name), _NAME), colours.text)
        return (
            named
            + Content.styled(padded(cut(harmless(copy.name), _NAME), _NAME + 2), colours.text)
            + Content.styled(cut(first, width - len(more)) + more, colours.faint)
        )

    def on_key(self, event: events.Key) -> None:
        found = next((copy for copy in self.copies if copy.key == event.key), None)
        if found is not None:
            event.stop()
            event.prevent_default()
            close(self, found)

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        close(self, self.copies[event.option_index])
