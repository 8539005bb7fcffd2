"""The themes, and the style sheet that every screen shares. States have their colours in `views/words.py`."""

from __future__ import annotations

from textual.theme import Theme

from lexiconsole.tui.palettes import palette_of
from lexiconsole.views.words import AMBER, FAINT, GOLD, GREEN, GREY, RED, VIOLET

__all__ = ["COLOURLESS", "CSS", "PALETTES", "THEMES", "theme_of"]


def theme_of(name: str, *, colourless: bool = False) -> Theme:
    """By the name that people give to it."""
    palette = palette_of(name, colourless=colourless)
    states = {colour: palette.states.get(colour, colour) for colour in (GREY, GOLD, AMBER, GREEN, RED, FAINT, VIOLET)}
    return Theme(
        name=f"lexiconsole-{name}",
        primary=palette.accent,
        secondary=states[VIOLET],
        accent=palette.key,
        warning=states[AMBER],
        error=states[RED],
        success=states[GREEN],
        foreground=palette.text,
        background=palette.ground,
        surface=palette.ground,
        panel=palette.bar,
        dark=name != "light",
        variables={
            "line": palette.line,
            "chosen": palette.chosen,
            "field": palette.field,
            "faint": states[FAINT],
            "grey": states[GREY],
            "gold": states[GOLD],
        },
    )


THEMES = {name: theme_of(name) for name in ("dark", "light", "contrast")}
"""By the name that people give them. In each of them states stay apart for eyes that see red, green or blue less."""

PALETTES = {theme.name: palette_of(name) for name, theme in THEMES.items()}
"""By the name of the theme."""

COLOURLESS = {theme.name: palette_of(name, colourless=True) for name, theme in THEMES.items()}
"""The same where NO_COLOR is set."""

CSS = """
Screen {
    background: $background;
    color: $foreground;
    layers: base above;
}
ModalScreen { background: $background 65%; }
CommandPalette > Vertical { margin: 2 8 0 8; background: transparent; }
CommandPalette.-narrow > Vertical { margin: 0 1; }
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
FormRow Input, FormRow TextArea { background: $field; }
ToastRack { align-horizontal: right; margin-bottom: 2; }
.-toured ToastRack { margin-bottom: 7; }
Toast {
    width: auto; max-width: 70; min-width: 24; padding: 0 2; margin-top: 0; background: $panel;
    border-left: none; color: $foreground; border: round $primary;
}
Toast.-warning { border: round $warning; }
Toast.-error { border: round $error; }
"""
