"""Every sign is one cell wide, also in the terminal's own reckoning."""

import dataclasses

import pytest

from lexiconsole.tui.glyphs import ASCII, UNICODE
from lexiconsole.views.cells import cell_width
from lexiconsole.views.words import RUN_LOOKS, STEP_LOOKS


def drawn(glyphs):
    for field in dataclasses.fields(glyphs):
        value = getattr(glyphs, field.name)
        if isinstance(value, str) and "border" not in field.name:
            yield from value


@pytest.mark.parametrize("glyphs", [ASCII, UNICODE], ids=["ascii", "unicode"])
def test_every_glyph_is_one_cell_wide(glyphs):
    assert [sign for sign in drawn(glyphs) if cell_width(sign) != 1] == []


def test_the_ascii_set_is_ascii():
    assert all(sign.isascii() for sign in drawn(ASCII))
    assert all(ASCII.state(look).isascii() for look in (*RUN_LOOKS.values(), *STEP_LOOKS.values()))


def test_bars_reach_from_the_smallest_to_the_full_one():
    assert UNICODE.spark([0, 1, 2]) == "▁▄▇"
    assert UNICODE.spark([]) == ""
    assert UNICODE.spark([0, 0]) == "▁▁"
    assert UNICODE.spark([5], 10) == "▄"
