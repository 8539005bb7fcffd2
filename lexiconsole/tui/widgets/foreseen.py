"""ForeseenPanel: a name or a question is typed, what would follow stands under it, and enter does that and nothing else."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, cast

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Input

from lexiconsole.tui.widgets.closing import close
from lexiconsole.tui.widgets.panel import Panel
from lexiconsole.tui.widgets.static import Static
from lexiconsole.views.safe import harmless, harmless_sentence

if TYPE_CHECKING:
    from lexiconsole.app.workspace import Preview
    from lexiconsole.tui.acts import Change
    from lexiconsole.tui.app import ConsoleApp

__all__ = ["ForeseenPanel"]

_PAUSE = 0.1
"""Seconds without a key after which it is asked what would follow."""


class ForeseenPanel(Panel["tuple[Change, Sequence[Preview]]"]):
    """`change_for` makes the change of what is typed. Gives it back with the previews that were seen, None when it was left."""

    DEFAULT_CSS = """
    ForeseenPanel Input { border: none; height: 1; padding: 0 1; margin: 1 0; background: $panel; width: 1fr; }
    """
    AUTO_FOCUS = "Input"

    def __init__(self, title: str, prompt: str, change_for: Callable[[str], Change]) -> None:
        super().__init__()
        self._title, self._prompt, self._change_for = title, prompt, change_for
        self._seen: tuple[str, Change, Sequence[Preview]] | None = None

    def compose(self) -> ComposeResult:
        with self.framed(Vertical(), self._title, "enter does what stands here   esc leaves"):
            yield Static(Content(harmless(self._prompt)))
            yield Input(select_on_focus=False, compact=True)
            yield Static("", id="follows")

    @property
    def text(self) -> str:
        return self.query_one(Input).value.strip()

    def on_input_changed(self) -> None:
        self._seen = None
        self._say("looking what it would do…" if self.text else "")
        cast("ConsoleApp", self.app).reads.after(_PAUSE, "foreseen", self._look)

    def _look(self) -> None:
        if not self.is_attached or not self.text:
            return
        text, change = self.text, self._change_for(self.text)
        cast("ConsoleApp", self.app).reads.of_workspace(
            "foreseen",
            lambda workspace: list(change.look(workspace)),
            lambda previews: self._looked(text, change, previews),
            self._failed,
        )

    def _looked(self, text: str, change: Change, previews: Sequence[Preview]) -> None:
        if not self.is_attached or text != self.text:
            return
        self._seen = (text, change, previews)
        palette = cast("ConsoleApp", self.app).palette
        lines: list[tuple[str, str]] = []
        for preview in previews:
            if preview.refused:
                lines.append((f"not possible: {harmless_sentence(preview.refused)}", palette.key))
                continue
            lines.append((harmless(preview.sentence), f"bold {palette.bright}"))
            lines += [(f"  {harmless(detail)}", palette.text) for detail in preview.details]
        self._say(Content("\n").join(Content.styled(line, style) for line, style in lines))

    def _failed(self, fault: Exception) -> None:
        if self.is_attached:
            self._say(Content(harmless_sentence(str(fault))))

    def _say(self, said: str | Content) -> None:
        self.query_one("#follows", Static).update(said)

    def on_input_submitted(self) -> None:
        """Nothing that was not seen is done: a key that comes before the preview does nothing."""
        if self._seen is None or self._seen[0] != self.text:
            return
        _, change, previews = self._seen
        if any(not preview.refused for preview in previews):
            close(self, (change, previews))
