"""Every text can be read on every ground, states stay apart for colour-blind eyes, and what is wished is what one gets."""

from __future__ import annotations

import dataclasses
import itertools
import re
from pathlib import Path

import pytest

import lexiconsole.tui
from lexiconsole.app.appearance import Appearance, draws_ascii_only, first_appearance
from lexiconsole.app.config import Settings
from lexiconsole.errors import ConfigurationError
from lexiconsole.tui.motion import Motion, chosen_motion
from lexiconsole.tui.theme import COLOURLESS, PALETTES, THEMES
from lexiconsole.views.words import AMBER, GOLD, GREEN, GREY, RED, RUN_LOOKS, SKY, STEP_LOOKS, VIOLET
from tests.e2e.terminal import opened
from tests.tui.making import BUSY_DAY, console, settled, shown, write

STATES = (GREY, SKY, GOLD, AMBER, GREEN, RED, VIOLET)
"""Pending, running, waiting, retrying, done, failed, compensating. Those that are skipped are grey as well, with another sign."""

EYES = {
    "usual": ((1, 0, 0), (0, 1, 0), (0, 0, 1)),
    "protanopia": ((0.152286, 1.052583, -0.204868), (0.114503, 0.786281, 0.099216), (-0.003882, -0.048116, 1.051998)),
    "deuteranopia": ((0.367322, 0.860646, -0.227968), (0.280085, 0.672501, 0.047413), (-0.011820, 0.042940, 0.968881)),
    "tritanopia": ((1.255528, -0.076749, -0.178779), (-0.078411, 0.930809, 0.147602), (0.004733, 0.691367, 0.303900)),
}
"""Machado, Oliveira and Fernandes 2009, complete deficiencies, on linear light."""


def light(colour: str) -> list[float]:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    return [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]


def luminance(colour: str) -> float:
    red, green, blue = light(colour)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(text: str, ground: str) -> float:
    """WCAG 2.2, 1.4.3."""
    low, high = sorted((luminance(text), luminance(ground)))
    return (high + 0.05) / (low + 0.05)


def blended(text: str, ground: str, part: float) -> str:
    pairs = zip(*([int(colour[at : at + 2], 16) for at in (1, 3, 5)] for colour in (text, ground)), strict=True)
    return "#" + "".join(f"{round(over * part + under * (1 - part)):02x}" for over, under in pairs)


def difference(one: str, other: str, eyes) -> float:
    """CIE76."""
    return sum((a - b) ** 2 for a, b in zip(seen(one, eyes), seen(other, eyes), strict=True)) ** 0.5


def seen(colour: str, eyes) -> tuple[float, float, float]:
    parts = light(colour)
    red, green, blue = (min(1, max(0, sum(a * b for a, b in zip(row, parts, strict=True)))) for row in eyes)
    x = (0.4124 * red + 0.3576 * green + 0.1805 * blue) / 0.95047
    y = 0.2126 * red + 0.7152 * green + 0.0722 * blue
    z = (0.0193 * red + 0.1192 * green + 0.9505 * blue) / 1.08883
    x, y, z = (part ** (1 / 3) if part > 0.008856 else 7.787 * part + 16 / 116 for part in (x, y, z))
    return 116 * y - 16, 500 * (x - y), 200 * (y - z)


def texts_of(palette) -> dict[str, str]:
    """Every colour that something is written in; the others are grounds, and `line`, which frames are drawn with."""
    grounds = {"ground", "bar", "field", "chosen", "chosen_far", "line", "states"}
    named = {field.name: getattr(palette, field.name) for field in dataclasses.fields(palette)}
    states = {look.word: palette.state(look) for look in (*RUN_LOOKS.values(), *STEP_LOOKS.values())}
    return {name: colour for name, colour in named.items() if name not in grounds} | states


def grounds_of(palette) -> dict[str, str]:
    return {name: getattr(palette, name) for name in ("ground", "bar", "chosen", "chosen_far")}


def parts_in_use() -> set[int]:
    """How much of the text's colour there is where it is thinned out in a style sheet."""
    sources = (file.read_text() for file in Path(lexiconsole.tui.__file__).parent.rglob("*.py"))
    thinned = re.compile(r"(?<!background: )(?<!background-tint: )\$foreground (\d+)%")
    return {int(part) for source in sources for part in thinned.findall(source)}


@pytest.mark.parametrize("palettes", [PALETTES, COLOURLESS], ids=["colours", "NO_COLOR"])
@pytest.mark.parametrize("name", THEMES)
def test_every_text_can_be_read_on_every_ground(name, palettes):
    palette, least = palettes[THEMES[name].name], 7.0 if name == "contrast" else 4.5
    texts = texts_of(palette)
    texts |= {f"{part}% of text": blended(palette.text, palette.ground, part / 100) for part in parts_in_use()}
    poor = {
        (text, ground): round(contrast(colour, under), 2)
        for (text, colour), (ground, under) in itertools.product(texts.items(), grounds_of(palette).items())
        if contrast(colour, under) < least
    }
    assert poor == {}


@pytest.mark.parametrize("name", THEMES)
def test_what_a_style_sheet_writes_in_is_of_the_palette(name):
    theme = THEMES[name]
    palette = PALETTES[theme.name]
    known = set(texts_of(palette).values()) | set(grounds_of(palette).values()) | {palette.line, palette.field}
    used = {theme.primary, theme.secondary, theme.accent, theme.warning, theme.error, theme.success}
    used |= {theme.foreground, theme.background, theme.surface, theme.panel, *theme.variables.values()}
    assert used <= known
    assert theme.background == palette.ground
    assert contrast(palette.text, palette.field) >= 7


@pytest.mark.parametrize("eyes", EYES)
@pytest.mark.parametrize("name", THEMES)
def test_states_stay_apart(name, eyes):
    palette = PALETTES[THEMES[name].name]
    colours = [palette.states.get(colour, colour) for colour in STATES]
    least = min(difference(one, other, EYES[eyes]) for one, other in itertools.combinations(colours, 2))
    assert least >= 15


@pytest.mark.parametrize("name", THEMES)
def test_without_colours_what_needs_somebody_stands_out_from_what_is_done(name):
    palette = COLOURLESS[THEMES[name].name]
    strong = {colour: contrast(palette.states[colour], palette.ground) for colour in STATES}
    assert min(strong[RED], strong[GOLD], strong[AMBER]) >= strong[SKY] > strong[GREEN]


def test_contrast_is_reckoned_as_the_standard_says():
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


# what is wished


def test_who_wishes_nothing_gets_the_dark_theme_and_no_settings_are_read(root, monkeypatch):
    monkeypatch.setattr(Settings, "load", None)
    (root / "application.yaml").write_text("# console: {theme: light}\n")
    assert first_appearance(root) == Appearance("dark", "auto", "auto")


def test_settings_and_environment_say_how_it_looks(root, monkeypatch):
    (root / "application.yaml").write_text("console:\n  theme: light\n  glyphs: ascii\n  motion: off\n")
    assert first_appearance(root) == Appearance("light", "ascii", "off")
    monkeypatch.setenv("LEX_CONSOLE__THEME", "contrast")
    assert first_appearance(root).theme == "contrast"


def test_a_theme_that_there_is_not_is_named_with_its_place_when_the_workspace_opens(root):
    (root / "application.yaml").write_text("console:\n  theme: pink\n")
    assert first_appearance(root) == Appearance()
    with pytest.raises(ConfigurationError, match=r"application.yaml:2: console.theme.*dark.*light.*contrast"):
        Settings.load(root)


@pytest.mark.parametrize(
    ("environment", "ascii_only"),
    [
        ({}, False),
        ({"LANG": "de_DE.UTF-8"}, False),
        ({"LANG": "C"}, True),
        ({"LANG": "C", "LC_CTYPE": "C.UTF-8"}, True),
        ({"LANG": "de_DE.ISO-8859-1"}, True),
        ({"LANG": "C", "LC_ALL": "en_US.utf8"}, False),
        ({"LANG": "en_US.UTF-8", "LC_ALL": "POSIX"}, True),
        ({"LANG": "en_US.UTF-8", "TERM": "linux"}, True),
    ],
)
def test_ascii_where_the_locale_or_the_terminal_has_nothing_else(environment, ascii_only):
    assert draws_ascii_only("auto", environment) is ascii_only
    assert draws_ascii_only("ascii", environment)
    assert not draws_ascii_only("unicode", environment)


def test_motion_is_calm_over_ssh_unless_it_is_wished_otherwise():
    ssh = {"SSH_CONNECTION": "10.0.0.1 5 10.0.0.2 22"}
    assert chosen_motion("auto", {}) == (Motion.FULL, "")
    assert chosen_motion("auto", ssh)[0] is Motion.CALM
    assert chosen_motion("auto", {"SSH_TTY": "/dev/pts/3"})[0] is Motion.CALM
    assert chosen_motion("full", ssh) == (Motion.FULL, "")
    assert chosen_motion("off", {})[0] is Motion.OFF


async def test_t_goes_through_all_themes_and_the_command_to_one(root, store):
    await write(store, BUSY_DAY)
    async with console(root, looks={"theme": "contrast"}) as (app, pilot):
        seen = [app.theme]
        for _ in THEMES:
            await pilot.press("T")
            await settled(pilot)
            seen.append(app.theme)
        assert seen[0] == THEMES["contrast"].name == seen[-1]
        assert set(seen) == {theme.name for theme in THEMES.values()}
        await pilot.press("colon", *"theme contrast", "enter")
        await settled(pilot)
        assert app.theme == THEMES["contrast"].name
        assert app.palette.ground == "#000000"


async def test_help_says_that_less_moves_and_why(root):
    motion, why = chosen_motion("auto", {"SSH_TTY": "/dev/pts/3"})
    async with console(root, looks={"motion": motion, "why_motion": why}) as (app, pilot):
        await pilot.press("?")
        await settled(pilot)
        assert "motion calm, over SSH; console.motion: full is everything" in shown(app)


def test_in_a_terminal_the_wishes_of_the_settings_are_seen(root):
    (root / "application.yaml").write_text("console: {theme: light, glyphs: ascii, motion: calm}\n")
    with opened(root, COLORTERM="truecolor") as terminal:
        terminal.until("1 Catalogue  2", "s start")
        assert terminal.text.isascii()
        grounds = {cell.bg for line in terminal.screen.buffer.values() for cell in line.values()}
        assert PALETTES[THEMES["light"].name].ground.removeprefix("#") in grounds
        terminal.press("?")
        terminal.until("motion calm, as console.motion says")
        terminal.press("escape", "ctrl+q")
        assert terminal.left() == 0


def test_in_a_terminal_of_a_poor_locale_there_are_letters_only(root):
    with opened(root, LANG="C", LC_ALL="", LC_CTYPE="") as terminal:
        terminal.until("1 Catalogue  2", "s start")
        assert terminal.text.isascii()
        terminal.press("ctrl+q")
        assert terminal.left() == 0
