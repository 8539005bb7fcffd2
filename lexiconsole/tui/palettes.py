"""The palettes of the themes: colours for what is painted cell by cell. States have theirs in `views/words.py`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from lexiconsole.views.words import AMBER, FAINT, GOLD, GREEN, GREY, RED, SKY, VIOLET, Look

__all__ = ["CONTRAST_PALETTE", "DARK_PALETTE", "LIGHT_PALETTE", "Palette", "palette_of"]


@dataclass(frozen=True, slots=True)
class Palette:
    """Colours that are no states, for what is painted cell by cell; `states` gives those of states where they differ."""

    ground: str
    bar: str
    field: str
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
    ground="#0f1117",
    bar="#161c29",
    field="#1c2029",
    chosen="#1b2a44",
    chosen_far="#161d2b",
    line="#343d4f",
    text="#d6dbe5",
    bright="#ffffff",
    faint="#98a0ae",
    dim="#8b93a1",
    accent=SKY,
    key="#ffae42",
    gold="#ffd166",
    moving="#ffd166",
    states={GREY: "#98a0ae", FAINT: "#8a929f", VIOLET: "#9480ff"},
)

LIGHT_PALETTE = Palette(
    ground="#fbfbf8",
    bar="#f0f2f5",
    field="#ecedee",
    chosen="#dce9f8",
    chosen_far="#eef3f8",
    line="#b9c0cb",
    text="#1d2430",
    bright="#000000",
    faint="#4f5866",
    dim="#59626f",
    accent="#0b5c9e",
    key="#875000",
    gold="#875000",
    moving="#875000",
    states={
        GREY: "#646775",
        SKY: "#0858c6",
        GOLD: "#786703",
        AMBER: "#5b2901",
        GREEN: "#107050",
        RED: "#a90e2d",
        FAINT: "#59626f",
        VIOLET: "#76469a",
    },
)

CONTRAST_PALETTE = Palette(
    ground="#000000",
    bar="#0d0f14",
    field="#2c323e",
    chosen="#00244a",
    chosen_far="#0d1a2b",
    line="#9aa3b2",
    text="#ffffff",
    bright="#ffffff",
    faint="#c9ced6",
    dim="#b8c0cc",
    accent="#7fd0ff",
    key="#ffc168",
    gold="#ffe08a",
    moving="#ffe08a",
    states={
        GREY: "#e4edfb",
        SKY: "#8cbad7",
        GOLD: "#e2e818",
        AMBER: "#fdc560",
        GREEN: "#1afec2",
        RED: "#ff9370",
        FAINT: "#b8c0cc",
        VIOLET: "#b3a4ff",
    },
)
"""Seven to one at least, on every ground."""


def palette_of(theme: str, *, colourless: bool = False) -> Palette:
    """By the name that people give to a theme."""
    found = {"dark": DARK_PALETTE, "light": LIGHT_PALETTE, "contrast": CONTRAST_PALETTE}[theme]
    return _without_colours(found) if colourless else found


def _without_colours(palette: Palette) -> Palette:
    """Greys by how much a state matters: those of its colours would leave a failure fainter than what is done."""
    loud, usual, quiet = palette.bright, palette.text, palette.faint
    states = {
        RED: loud,
        GOLD: loud,
        AMBER: loud,
        SKY: usual,
        VIOLET: usual,
        GREEN: quiet,
        GREY: quiet,
        FAINT: palette.dim,
    }
    return replace(palette, accent=usual, key=loud, gold=loud, moving=loud, states=states)
