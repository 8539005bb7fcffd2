"""The two themes, and the style sheet that every screen shares. States have their colours in `views/words.py`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from textual.theme import Theme

from lexiconsole.views.words import AMBER, FAINT, GOLD, GREEN, GREY, RED, SKY, VIOLET, Look

__all__ = ["CSS", "DARK", "DARK_PALETTE", "LIGHT", "LIGHT_PALETTE", "THEMES", "Palette"]


@dataclass(frozen=True, slots=True)
class Palette:
    """Colours that are no states, for what is painted cell by cell; `states` gives those of states where they differ."""

    bar: str
    chosen: str
    chosen_far: str
    line: str
    text: str
    bright: str
    faint: str
    dim: str
    accent: str
    key: str
    gold: str
    moving: str
    states: Mapping[str, str]

    def state(self, look: Look) -> str:
        return self.states.get(look.colour, look.colour)


DARK_PALETTE = Palette(
    bar="#1a2030",
    chosen="#24344f",
    chosen_far="#1b2333",
    line="#343d4f",
    text="#d6dbe5",
    bright="#ffffff",
    faint="#8b93a1",
    dim="#6b7484",
    accent=SKY,
    key="#ffae42",
    gold="#ffd166",
    moving="#ffd166",
    states={},
)

LIGHT_PALETTE = Palette(
    bar="#e9ebef",
    chosen="#cfe2f7",
    chosen_far="#e6edf5",
    line="#b9c0cb",
    text="#1d2430",
    bright="#000000",
    faint="#5b6472",
    dim="#808896",
    accent="#0b63a8",
    key="#9a5b00",
    gold="#a86b00",
    moving="#a86b00",
    states={
        GREY: "#5b6472",
        SKY: "#0b63a8",
        GOLD: "#7a6a00",
        AMBER: "#8a5a00",
        GREEN: "#1f7a35",
        RED: "#b83200",
        FAINT: "#6b7380",
        VIOLET: "#5a45c9",
    },
)


DARK = Theme(
    name="lexiconsole-dark",
    primary=SKY,
    secondary=VIOLET,
    accent=DARK_PALETTE.key,
    warning=AMBER,
    error=RED,
    success=GREEN,
    foreground=DARK_PALETTE.text,
    background="#0f1117",
    surface="#0f1117",
    panel=DARK_PALETTE.bar,
    dark=True,
    variables={"line": DARK_PALETTE.line, "chosen": DARK_PALETTE.chosen, "faint": FAINT, "grey": GREY, "gold": GOLD},
)

LIGHT = Theme(
    name="lexiconsole-light",
    primary="#0b63a8",
    secondary="#5a45c9",
    accent="#9a5b00",
    warning="#8a5a00",
    error="#b83200",
    success="#1f7a35",
    foreground="#1d2430",
    background="#fbfbf8",
    surface="#fbfbf8",
    panel="#e9ebef",
    dark=False,
    variables={"line": "#b9c0cb", "chosen": "#d7e6f7", "faint": "#6b7380", "grey": "#5b6472", "gold": "#7a6a00"},
)

THEMES = {"dark": DARK, "light": LIGHT}
"""By the name that people give them."""

CSS = """
Screen {
    background: $background;
    color: $foreground;
    layers: base above;
}
ModalScreen { background: $background 65%; }
CommandPalette > Vertical { margin: 2 8 0 8; background: transparent; }
CommandPalette #--input { background: $background; border: heavy $primary; height: 3; padding: 0 1; }
CommandPalette #--input.--list-visible { border-bottom: none; height: 2; }
CommandPalette CommandInput, CommandPalette CommandInput:focus { border: none; height: 1; padding: 0; }
CommandPalette CommandList, CommandPalette CommandList:focus {
    background: $background; border: heavy $primary; border-top: none; max-height: 60vh;
}
CommandPalette LoadingIndicator { display: none; }
CommandPalette > .command-palette--highlight { color: $accent; text-style: bold; }
CommandPalette CommandList > .option-list--option-highlighted { background: $chosen; }
* {
    scrollbar-size-vertical: 1;
    scrollbar-size-horizontal: 1;
    scrollbar-background: $background;
    scrollbar-background-hover: $background;
    scrollbar-background-active: $background;
    scrollbar-color: $line;
    scrollbar-color-hover: $primary;
    scrollbar-color-active: $primary;
    scrollbar-corner-color: $background;
}
.pane {
    border: round $line;
    border-title-color: $foreground;
    border-title-style: none;
    border-title-background: $background;
    border-subtitle-color: $faint;
    border-subtitle-background: $background;
}
.pane:focus, .pane:focus-within {
    border: heavy $primary;
    border-title-color: $primary;
    border-title-style: bold;
}
.-hidden { display: none; }
CommandPalette SearchIcon { display: none; }
ToastRack { align-horizontal: right; }
.-toured ToastRack { margin-bottom: 7; }
Toast {
    width: auto; max-width: 70; min-width: 24; padding: 0 2; margin-top: 0; background: $panel;
    border-left: none; color: $foreground; border: round $primary;
}
Toast.-warning { border: round $warning; }
Toast.-error { border: round $error; }
"""
