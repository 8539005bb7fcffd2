"""ConfirmPanel: what a change would do, and the one key that does it. Enter never does; what is final wants typing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from time import monotonic
from typing import TYPE_CHECKING, cast

from textual import events
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.widgets import Button, Input

from lexiconsole.tui.widgets.closing import close
from lexiconsole.tui.widgets.panel import Panel
from lexiconsole.tui.widgets.static import Static
from lexiconsole.views.safe import harmless, harmless_lines, harmless_sentence

if TYPE_CHECKING:
    from lexiconsole.app.workspace import Preview, Workspace
    from lexiconsole.tui.acts import Change
    from lexiconsole.tui.app import ConsoleApp

__all__ = ["ConfirmPanel"]


class _Typed(Input):
    """Where the last of the id is typed; as soon as it stands there, `y` is the key that does it."""

    async def _on_key(self, event: events.Key) -> None:
        panel = cast("ConfirmPanel", self.screen)
        if event.key == "y" and panel.can_be_done:
            event.stop()
            event.prevent_default()
            panel.confirm()
        else:
            await super()._on_key(event)


_LOOKING = "looking what it would do…"
_TELL_EVERY = 0.2
"""Seconds between two words on how many were looked at."""

_SHOWN = 8
"""Different sentences that are shown of many targets."""


_LOW = 16
"""Lines of a terminal below which nothing is spent on margins."""


_ONE_BY_ONE = 12
"""Runs up to which each has a line of its own."""


class ConfirmPanel(Panel["Sequence[Preview]"]):
    """Gives back the previews when the change was confirmed, None when not."""

    DEFAULT_CSS = """
    ConfirmPanel VerticalScroll { height: auto; }
    ConfirmPanel.-low > .frame { padding: 0 1; }
    ConfirmPanel.-low #typing, ConfirmPanel.-low Input { margin-top: 0; }
    ConfirmPanel Input {
        margin: 1 0 0 0; padding: 0 1; background: $panel; width: 20;
    }
    ConfirmPanel #buttons { height: 1; margin-top: 1; align-horizontal: right; }
    ConfirmPanel Button {
        min-width: 12; margin-left: 2; background: $panel; color: $foreground; padding: 0 1;
    }
    ConfirmPanel #buttons Button:focus { background: $primary; color: $background; text-style: bold; }
    ConfirmPanel #typing { margin-top: 1; color: $warning; }
    """

    AUTO_FOCUS = "#no"

    def __init__(self, change: Change) -> None:
        super().__init__()
        self.change = change
        self._previews: Sequence[Preview] | None = None
        self._looking = True
        self._seen = 0
        """How many targets were looked at so far."""

    def compose(self) -> ComposeResult:
        with self.framed(Vertical(), self.change.title):
            with VerticalScroll(can_focus=False):
                yield Static(_LOOKING, id="said")
            yield Static("", id="typing", classes="-hidden")
            yield _Typed(id="typed", classes="-hidden", select_on_focus=False, compact=True)
            with Horizontal(id="buttons"):
                doing = Button("y do it", id="yes", disabled=True, compact=True)
                doing.can_focus = False  # so that enter can never be it
                yield doing
                yield Button("esc cancel", id="no", compact=True)

    def on_mount(self) -> None:
        console = cast("ConsoleApp", self.app)
        console.reads.of_workspace("what it would do", self._look, self._looked, self._failed)

    def _look(self, workspace: Workspace) -> Sequence[Preview]:
        """On a thread: every target, however many; what is left of them is let be when nobody waits for it any more."""
        seen: list[Preview] = []
        told = monotonic()
        for preview in self.change.look(workspace):
            seen.append(preview)
            if not self.is_attached:
                break
            if monotonic() - told > _TELL_EVERY:
                told = monotonic()
                self._seen = len(seen)
                cast("ConsoleApp", self.app).later(self._tell_progress)
        return seen

    def _tell_progress(self, more: str = "") -> None:
        if self._looking and self.is_attached:
            of = f"  {self._seen:,} of {len(self.change.runs):,}" if self._seen else ""
            self.query_one("#said", Static).update(f"{_LOOKING}{of}{more}")

    def on_resize(self, event: events.Resize) -> None:
        self._fit()

    def _fit(self) -> None:
        """What is said takes the room that the keys leave: they are seen on any terminal, the rest is scrolled."""
        height = self.size.height
        self.set_class(height < _LOW, "-low")
        besides = (4 if height < _LOW else 6) + (4 if self.query_one("#typed").display else 0)
        self.query_one(VerticalScroll).styles.max_height = max(1, min(16, height * 9 // 10 - besides))

    @property
    def can_be_done(self) -> bool:
        """Whether at least one target takes the change, and what had to be typed was."""
        possible = self._previews is not None and any(not preview.refused for preview in self._previews)
        return possible and (not self.change.typed or self.query_one("#typed", Input).value == self.change.typed)

    def _looked(self, previews: Sequence[Preview]) -> None:
        if not self.is_attached:
            return
        self._previews, self._looking = previews, False
        refused = sum(bool(preview.refused) for preview in previews)
        lines = self._each(previews[0]) if len(self.change.runs) < 2 else self._together(previews)
        content = Content("\n").join(Content.styled(text, style) for text, style in lines)
        self.query_one("#said", Static).update(content)
        if refused == len(previews):
            self.query_one("#yes").display = False  # there is nothing that it could do
            return
        if self.change.typed:
            until = " once it is taken up" if self.change.undo_while_it_waits else ""
            self.query_one("#typing", Static).update(
                Content(f"This can not be taken back{until}. Type {self.change.typed} and press y.")
            )
            for name in ("#typing", "#typed"):
                self.query_one(name).remove_class("-hidden")
            self.query_one("#typed").focus()
            self._fit()
        self.query_one("#yes", Button).disabled = not self.can_be_done

    def _each(self, preview: Preview) -> list[tuple[str, str]]:
        palette = cast("ConsoleApp", self.app).palette
        if preview.refused:
            first, *more = harmless_lines(preview.refused)
            return [(f"not possible: {first}", palette.key), *((line, palette.key) for line in more)]
        said = [(harmless(preview.sentence), f"bold {palette.bright}")]
        return said + [(f"  {harmless(detail)}", palette.text) for detail in preview.details]

    def _together(self, previews: Sequence[Preview]) -> list[tuple[str, str]]:
        """Of many runs: what happens to each, or to how many of them."""
        palette = cast("ConsoleApp", self.app).palette
        if len(self.change.runs) == len(previews) <= _ONE_BY_ONE:
            ids = [run_id for run_id, _ in self.change.runs]
            return [self._of_run(run_id, preview) for run_id, preview in zip(ids, previews, strict=True)]
        taken = Counter(preview.sentence for preview in previews if not preview.refused)
        refused = Counter(preview.refused for preview in previews if preview.refused)
        lines = [
            (f"{_times(many)}{harmless(said)}", f"bold {palette.bright}") for said, many in taken.most_common(_SHOWN)
        ]
        lines += [
            (f"{_times(many)}not possible: {harmless_sentence(why)}", palette.key)
            for why, many in refused.most_common(_SHOWN)
        ]
        others = sum(kinds.total() - sum(many for _, many in kinds.most_common(_SHOWN)) for kinds in (taken, refused))
        if others:
            lines.append((f"and {others:,} more, each in words of its own", palette.faint))
        return lines

    def _of_run(self, run_id: str, preview: Preview) -> tuple[str, str]:
        palette = cast("ConsoleApp", self.app).palette
        if preview.refused:
            about = "" if run_id in preview.refused else f"{harmless(run_id)}  "
            return f"{about}not possible: {harmless_sentence(preview.refused)}", palette.key
        name = "" if run_id in preview.sentence else f"{harmless(run_id)}  "  # that of a task names its run
        return f"{name}{harmless(preview.sentence)}", palette.text

    def _failed(self, fault: Exception) -> None:
        self._looking = False
        if self.is_attached:
            self.query_one("#said", Static).update(Content(harmless_sentence(str(fault))))

    def on_input_changed(self, event: Input.Changed) -> None:
        self.query_one("#yes", Button).disabled = not self.can_be_done

    def confirm(self) -> None:
        """Does it. Nothing that was not seen is done: what comes before the preview is told to come again."""
        if self.can_be_done:
            close(self, self._previews)
        elif self._looking and not self.change.typed:
            self._tell_progress("  once it stands here, y does it")

    def on_key(self, event: events.Key) -> None:
        if event.key in {"n", "q"} and not self.change.typed:
            event.stop()
            close(self, None)
        elif event.key == "y":
            event.stop()
            event.prevent_default()
            self.confirm()
        elif event.key in {"j", "down", "k", "up"}:
            said = self.query_one(VerticalScroll)
            (said.scroll_down if event.key in {"j", "down"} else said.scroll_up)(animate=False)

    def on_button_pressed(self, event: Button.Pressed) -> None:
        if event.button.id == "no":
            close(self, None)
        else:
            self.confirm()


def _times(many: int) -> str:
    return f"{many:,} × " if many > 1 else ""
