"""Long series of like lines made short, without hiding what must be seen."""

from __future__ import annotations

from lexiconsole.durable.entry import EntryKind
from lexiconsole.views.condense import Condenser, condensed
from lexiconsole.views.telling import timeline
from tests.views.entries import Script


def batches(count: int, odd: int | None = None) -> Script:
    script = Script()
    for number in range(count):
        if number == odd:
            script.failed(f"batch/{number}")
        else:
            script.add(EntryKind.DONE, f"batch/{number}", 1, after=0.01)
    return script.add(EntryKind.COMPLETED, after=1.0)


def subjects(moments) -> list[str]:
    return [moment.subject for moment in moments]


def test_of_a_long_series_the_ends_are_shown_and_how_many_lie_between():
    lines = condensed(timeline(batches(200).entries))
    assert subjects(lines) == ["created", "batch/0", "batch/1", "…", "batch/199", "completed"]
    assert lines[3].text == "197 more like these"


def test_a_short_series_and_different_steps_stay_as_they_are():
    script = batches(5).done("one").done("two")
    assert condensed(timeline(script.entries)) == timeline(script.entries)


def test_a_failure_and_a_second_try_are_never_left_out():
    assert "batch/50" in subjects(condensed(timeline(batches(100, odd=50).entries)))
    script = batches(20)
    script.add(EntryKind.DONE, "batch/20", 2)
    assert subjects(condensed(timeline(script.entries)))[-1] == "batch/20"


def test_while_they_come_quick_ones_are_drawn_together_and_none_is_forgotten():
    condenser, shown = Condenser(), []
    for moment in timeline(batches(120).entries):
        shown += condenser.add(moment)
    shown += condenser.rest()
    assert subjects(shown)[:2] == ["created", "batch/0"]
    assert len(shown) < 10
    told = sum(1 + int(moment.text.split()[1]) if moment.text.startswith("and ") else 1 for moment in shown)
    assert told == 122
    assert condenser.rest() == []


def test_slow_ones_are_shown_one_by_one():
    script = Script()
    for number in range(9):
        script.add(EntryKind.DONE, f"s{number}", 1, after=0.6)
    condenser = Condenser()
    assert all(subjects(condenser.add(moment)) == [moment.subject] for moment in timeline(script.entries))
