"""Times, widths, values and states as people read them."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lexiconsole.types import RunStatus
from lexiconsole.views.cells import cell_width, columns, cut
from lexiconsole.views.durations import age, ahead, clock, day, span, stamp
from lexiconsole.views.values import brief, error_line, pairs
from lexiconsole.views.words import RUN_LOOKS, STEP_LOOKS, StepState


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (-5, "0 ms"),
        (0, "0 ms"),
        (0.012, "12 ms"),
        (0.9994, "999 ms"),
        (0.9996, "1.0 s"),
        (3.24, "3.2 s"),
        (9.96, "10 s"),
        (59.4, "59 s"),
        (59.6, "1m 00s"),
        (134, "2m 14s"),
        (3599.7, "1h 00m"),
        (11100, "3h 05m"),
        (86400 * 2 + 4 * 3600, "2d 4h"),
    ],
)
def test_spans(seconds: float, text: str):
    assert span(seconds) == text


def test_ages_and_deadlines():
    assert (age(100, 100.4), age(100, 132)) == ("now", "32 s ago")
    assert (ahead(160, 100), ahead(100, 105)) == ("in 1m 00s", "overdue by 5.0 s")


def test_a_time_beyond_all_calendars_is_said_and_no_fault():
    """A definition may sleep for ten thousand years, and a program may keep any number as a date."""
    for far in (1e13, 1e20, float("inf")):
        assert [clock(far), day(far), stamp(far)] == ["after 9999"] * 3
        assert clock(-far) == "before 1"
    assert span(float("inf")) == "for ever"


def test_times_are_local_to_whoever_looks(monkeypatch):
    import time

    monkeypatch.setenv("TZ", "Asia/Tokyo")
    time.tzset()
    try:
        assert (clock(0), day(0), stamp(0)) == ("09:00:00", "1970-01-01", "1970-01-01 09:00:00")
    finally:
        monkeypatch.undo()
        time.tzset()


@pytest.mark.parametrize(("text", "cells"), [("abc", 3), ("日本", 4), ("e\u0301", 1), ("◐✓", 2), ("", 0)])
def test_widths(text: str, cells: int):
    assert cell_width(text) == cells


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.text(), st.integers(0, 12))
def test_a_cut_text_fits(text: str, width: int):
    assert cell_width(cut(text, width)) <= width
    assert cut(text, cell_width(text)) == text


def test_columns_line_up_by_cells_not_by_letters():
    assert columns([("日本", "x", ""), ("a", "yy", "z")]) == ["日本  x", "a     yy  z"]
    assert columns([]) == []


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ({"a": 1, "b": [1, None]}, '{"a": 1, "b": [1, null]}'),
        ("text", "text"),
        ("\x1b[31m", "\\x1b[31m"),
        (None, "null"),
        ("x" * 200, "x" * 79 + "…"),
    ],
)
def test_values_on_one_line(value, text: str):
    assert brief(value) == text


def test_an_input_reads_like_what_was_typed():
    assert (
        pairs({"order": "o-91", "total": 480.0, "note": "a b", "list": [1, 2]})
        == 'order=o-91 total=480.0 note="a b" list=[1,2]'
    )


@pytest.mark.parametrize(
    ("error", "text"),
    [
        (None, ""),
        ({"type": "TimeoutError", "message": "slow"}, "TimeoutError: slow"),
        ({"type": "Err", "message": "sold out"}, "sold out"),
        ({"type": "KeyError", "message": ""}, "KeyError"),
        ({"type": "TimeoutError", "message": "slow", "unknown": True}, "TimeoutError: slow (it may have taken effect)"),
        ({"type": "E", "message": "two\nlines"}, "E: two; lines"),
    ],
)
def test_errors_on_one_line(error, text: str):
    assert error_line(error) == text


def test_every_state_has_a_look_of_one_cell_and_an_ascii_one_and_none_look_alike():
    assert set(RUN_LOOKS) == set(RunStatus)
    assert set(STEP_LOOKS) == set(StepState)
    for look in [*RUN_LOOKS.values(), *STEP_LOOKS.values()]:
        assert cell_width(look.glyph) == len(look.glyph) <= 2
        assert look.ascii.isascii()
        assert cell_width(look.ascii) <= 2
    words = [look.word for look in RUN_LOOKS.values()]
    assert len(set(words)) == len(words)
