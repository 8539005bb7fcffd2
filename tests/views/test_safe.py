"""Whatever text arrives, a terminal shows it and does nothing else."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lexiconsole.views.safe import harmless, harmless_lines, harmless_sentence


@pytest.mark.parametrize(
    ("evil", "shown"),
    [
        ("\x1b[31mred\x1b[0m", "\\x1b[31mred\\x1b[0m"),
        ("\x1b]0;title\x07", "\\x1b]0;title\\x07"),
        ("\x1b]8;;http://evil\x1b\\click", "\\x1b]8;;http://evil\\x1b\\click"),
        ("\x9b2J", "\\x9b2J"),
        ("\x90q\x9c", "\\x90q\\x9c"),
        ("a\rb\nc\td", "a\\rb\\nc\\td"),
        ("\x7f\x08\x00", "\\x7f\\x08\\x00"),
        ("\u202eevil\u202c", "\\u202eevil\\u202c"),
        ("\u2066x\u2069", "\\u2066x\\u2069"),
        ("a\u2028b\u2029c", "a\\u2028b\\u2029c"),
        ("\U000e0041", "\\U000e0041"),
        ("\ud800", "\\ud800"),
        ("\ufeffx\u200b", "\\ufeffx\\u200b"),
    ],
)
def test_what_would_act_becomes_visible(evil: str, shown: str):
    assert harmless(evil) == shown


@pytest.mark.parametrize("text", ["plain", "zażółć", "日本語", "e\u0301", "👩\u200d🚀", "•••", "→"])
def test_ordinary_text_of_any_language_stays_as_it_is(text: str):
    assert harmless(text) == text


def test_longer_texts_keep_their_lines():
    assert harmless_lines("a\r\nb\tc\n\x1b[2J") == ["a", "b   c", "\\x1b[2J"]


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.text(st.characters(codec=None)))
def test_nothing_that_acts_survives(text: str):
    shown = harmless(text)
    assert not any(unicodedata.category(sign) in ("Cc", "Cs", "Zl", "Zp") for sign in shown)
    assert not any(
        unicodedata.bidirectional(sign) in ("LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI")
        for sign in shown
    )
    shown.encode()
    assert harmless(shown) == shown


def test_an_error_of_several_lines_reads_as_one_sentence():
    told = "the input of order does not fit:\n  amount: is needed\n  day: is\tno date"
    assert harmless_sentence(told) == "the input of order does not fit: amount: is needed; day: is\\tno date"
