"""A text has the height of what it says, also when it changes while something else about it is still to be laid out."""

from __future__ import annotations

from textual.app import App, ComposeResult

from lexiconsole.tui.widgets.static import Static


class Texts(App[None]):
    def compose(self) -> ComposeResult:
        yield Static("one")


async def test_a_text_that_changes_behind_a_style_is_measured_anew():
    async with Texts().run_test() as pilot:
        text = pilot.app.query_one(Static)
        text.refresh(layout=True)  # as a change of class asks for it
        pilot.app.screen._refresh_layout()  # before the text has told the screen
        text.update("one\ntwo\nthree")
        await pilot.pause()
        assert text.size.height == 3
