"""JumpPanel: a label over every row and field that is seen. Typing a label goes there; escape, or what is no label, leaves."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, cast

from textual import events
from textual.app import ComposeResult
from textual.screen import ModalScreen
from textual.strip import Strip
from textual.widget import Widget

from lexiconsole.tui.ink import ink, line
from lexiconsole.tui.jump import Target
from lexiconsole.tui.widgets.closing import close

if TYPE_CHECKING:
    from lexiconsole.tui.app import ConsoleApp

__all__ = ["JumpPanel"]


class _Label(Widget):
    """`typed` letters of it are fainter."""

    DEFAULT_CSS = "_Label { position: absolute; height: 1; }"

    def __init__(self, text: str, target: Target, screen_width: int) -> None:
        super().__init__()
        self.text, self.typed = text, 0
        self.styles.width = len(text)
        self.styles.offset = (max(0, min(target.x, screen_width - len(text))), target.y)

    def render_line(self, y: int) -> Strip:
        colours = cast("ConsoleApp", self.app).palette
        rest = ink(colours.ground, back=colours.key, bold=True)
        return line([(self.text[: self.typed], ink(colours.key)), (self.text[self.typed :], rest)], self.size.width)


class JumpPanel(ModalScreen["Target | None"]):
    """Gives the target of the label that was typed, None when it was left."""

    DEFAULT_CSS = """
    JumpPanel { layout: vertical; overflow: hidden; }
    """

    def __init__(self, labelled: Mapping[str, Target]) -> None:
        super().__init__()
        self._labelled, self._typed = labelled, ""
        self._laid_out = False

    def compose(self) -> ComposeResult:
        for text, target in self._labelled.items():
            yield _Label(text, target, self.app.size.width)

    def on_key(self, event: events.Key) -> None:
        event.stop()
        event.prevent_default()
        typed = self._typed + (event.character or "")
        left = [text for text in self._labelled if typed and text.startswith(typed)]
        if event.key == "escape" or not left:
            close(self, None)
        elif typed in self._labelled:
            close(self, self._labelled[typed])
        else:
            self._typed = typed
            for label in self.query(_Label):
                label.typed = len(typed)
                label.set_class(not label.text.startswith(typed), "-hidden")
                label.refresh()

    def on_resize(self, event: events.Resize) -> None:
        """Behind the first one, what is seen stands elsewhere."""
        if self._laid_out:
            close(self, None)
        self._laid_out = True

    def on_click(self) -> None:
        close(self, None)
