"""ctrl+p and `:` find whatever can be done, here or on another screen, by its words, and say with which key."""

from __future__ import annotations

import pytest

from lexiconsole.errors import UsageError
from lexiconsole.tui.commands import offers, understood
from lexiconsole.tui.keymap import KEYS, shown_key
from lexiconsole.tui.widgets.command_line import CommandLine
from lexiconsole.tui.widgets.palette import Actions
from tests.tui.making import BUSY_DAY, console, settled, shown, until, write


async def test_every_act_of_every_screen_is_found_by_its_words_with_its_key(root, store):
    """Those of other screens, too, and those that are not possible now; what takes more is gone on with behind `:`."""
    await write(store, BUSY_DAY)
    async with console(root) as (app, pilot):
        await settled(pilot)
        finds = Actions(app.screen)

        async def found(words: str) -> dict[str, object]:
            return {hit.text: hit async for hit in finds.search(words)}

        for key in (key for key in KEYS if not key.action.startswith("pane_")):
            hits = await found(key.label)
            assert any(shown_key(key.keys[0]) in text.partition("(")[2] for text in hits), f"{key.label}: {list(hits)}"
        assert "undo  (u)" in await found("take the last change")
        assert "fire  (f on a state machine)" in await found("selected event")
        hits = await found("saved view")
        hits[":view"].command()
        await until(pilot, lambda: isinstance(app.screen, CommandLine))
        assert app.screen.query_one("Input").value == "view "


async def test_a_command_of_another_screen_is_told_with_its_place_and_those_of_this_one_with_their_keys(root, store):
    await write(store, BUSY_DAY)
    async with console(root) as (app, pilot):
        await settled(pilot)
        with pytest.raises(UsageError, match="fire is for a state machine: f there"):
            understood(app.screen, "fire")
        with pytest.raises(UsageError, match="did you mean inbox"):
            understood(app.screen, "imbox")
        assert {offer.line: offer.about for offer in offers(app.screen, "inb")}["inbox"].endswith("(I)")


async def test_what_a_definition_says_of_itself_is_no_markup_of_the_palette(root):
    """A closing tag that closes nothing would end the console."""
    (root / "definitions").mkdir(exist_ok=True)
    (root / "definitions" / "tidy.py").write_text(
        "from lexiconsole import workflow\n\n\n@workflow\nasync def tidy(ctx) -> None:\n"
        '    """Empties [/tmp] of [old] files."""\n'
    )
    async with console(root) as (app, pilot):
        await until(pilot, lambda: "tidy" in app.definitions)
        await pilot.press("ctrl+p", *"start tidy")
        await until(pilot, lambda: "Empties [/tmp] of [old] files" in shown(app))
