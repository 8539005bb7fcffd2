"""Lines that are too long for the terminal stay readable."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lexiconsole.cli.wrapping import wrapped


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("short", ["short"]),
        (
            "  12:04:31 x pay   it does not answer at all",
            ["  12:04:31 x pay   it does not", "    answer at all"],
        ),
        ("  x pay   it does not answer at all, and never did", ["  x pay   it does not answer at", "          all, and never did"]),
        ("  input a=1 b=2 c=3 d=4 e=5 f=6 g=7 h=8 i=9", ["  input a=1 b=2 c=3 d=4 e=5 f=6", "    g=7 h=8 i=9"]),
        ("a " + "x" * 60, ["a " + "x" * 60]),
    ],
)  # fmt: skip
def test_it_breaks_between_words_and_hangs_under_the_column(text: str, lines: list[str]) -> None:
    assert wrapped(text, 34) == lines


def test_a_colour_goes_on_in_the_next_line_and_ends_at_each() -> None:
    first, second = wrapped("\x1b[31mred words that go on and on for long\x1b[0m", 24)
    assert first == "\x1b[31mred words that go on and\x1b[0m"
    assert second == "  \x1b[31mon for long\x1b[0m"


@given(st.lists(st.text("abc\u00e9", min_size=1, max_size=12), min_size=1, max_size=30), st.integers(30, 60))
def test_no_word_is_lost_and_no_line_is_too_long(words: list[str], width: int) -> None:
    lines = wrapped(" ".join(words), width)
    assert " ".join(line.strip() for line in lines).split() == words
    assert all(len(line) <= width for line in lines)
