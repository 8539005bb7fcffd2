"""The tests' terminal shows what pyte's shows."""

from __future__ import annotations

from contextlib import suppress

import pyte
from hypothesis import given
from hypothesis import strategies as st

from tests.terminals import Screen, Stream

_NUMBERS = st.lists(st.sampled_from(["", "0", "1", "2", "4", "5", "7", "12", "38;2;10;20;30", "48;5;9"]), max_size=3)
_ORDERS = st.builds(
    lambda numbers, final: f"\x1b[{';'.join(numbers)}{final}",
    _NUMBERS,
    st.sampled_from([*"@ABCDEFGHJKLMPXadefghlmr`'"]),
)
_TEXTS = st.text("ab │╭●✓日本e\u0301\u200d\r\n\t\b", max_size=14)
_ODD = st.sampled_from(
    [
        "\x1b[?25l",
        "\x1b[?7l",
        "\x1b[4h",
        "\x1b[4l",
        "\x1b]0;title\x07",
        "\x1b7",
        "\x1b8",
        "\x1b[3",
        "\x1b",
        "\x1bM",
        "\x0e",
    ]
)


@given(st.lists(_ORDERS | _TEXTS | _ODD, max_size=40), st.lists(st.integers(1, 30), min_size=1))
def test_it_is_as_pyte_would_have_it(parts: list[str], steps: list[int]) -> None:
    """However the bytes are cut into pieces, and after each of them: characters, colours, cursor and text."""
    data = "".join(parts).encode()
    ours, theirs = Screen(12, 5), pyte.Screen(12, 5)
    streams = Stream(ours), pyte.ByteStream(theirs)
    at = 0
    for step in steps * (1 + len(data) // len(steps)):
        raised = []
        for stream in streams:
            try:
                stream.feed(data[at : at + step])
            except Exception as error:
                raised.append(type(error))
        if raised:  # what pyte can not take, neither can
            assert len(raised) == 2
            return
        at += step
        assert (ours.cursor.x, ours.cursor.y, ours.cursor.attrs) == (
            theirs.cursor.x,
            theirs.cursor.y,
            theirs.cursor.attrs,
        )
        shown = ours.display
        with suppress(IndexError):
            assert shown == theirs.display
        if at >= len(data):
            break
    assert [[ours.buffer[y][x] for x in range(12)] for y in range(5)] == [
        [theirs.buffer[y][x] for x in range(12)] for y in range(5)
    ]
