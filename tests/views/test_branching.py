"""What a fork takes over is said before it is made: work, decisions of people, doubts."""

from __future__ import annotations

from lexiconsole.durable.entry import EntryKind
from lexiconsole.views.branching import branch_lines
from tests.views.entries import Script, in_doubt

VOTES = {"outcome": "approved", "votes": []}


def decided() -> Script:
    script = Script().done("reserve").add(EntryKind.ASKED, "manager", prompt="?", ballot={})
    script.add(EntryKind.ANSWERED, "manager", by="ana", value=VOTES)
    script.add(EntryKind.ASKED, "directors", prompt="?", ballot={})
    return script.add(EntryKind.VOTED, "directors", by="cleo", verdict="approve")


def test_decisions_are_named_with_who_made_them_and_votes_on_what_is_open_do_not_count():
    assert branch_lines(decided().entries, (), undoes=False) == [
        "taken over, not done again: reserve",
        "decided there, and not asked again: manager (approved by ana)",
        "asked anew: directors",
        "votes so far on directors do not count in the new run",
        "if the new run fails, what was taken over stays done",
    ]


def test_before_the_decision_it_is_asked_anew():
    lines = branch_lines(decided().entries[:3], ("", "reserve"), undoes=True)
    assert lines == [
        "taken over, not done again: reserve",
        "asked anew: manager",
        "with another input",
        "with another result of reserve",
        "if the new run fails, it undoes that too",
    ]


def test_a_plain_answer_and_one_that_the_clock_gave():
    script = Script().add(EntryKind.ASKED, "who").add(EntryKind.ANSWERED, "who", by="eva", value={"outcome": "bike"})
    script.add(EntryKind.ASKED, "late").add(EntryKind.ANSWERED, "late", value=1)
    assert branch_lines(script.entries, (), undoes=False) == [
        "decided there, and not asked again: who (answered by eva), late (answered)"
    ]


def test_a_doubt_is_taken_over_as_a_doubt():
    lines = branch_lines(in_doubt().entries, (), undoes=False)
    assert any(
        line.startswith("charge was in doubt there: the process ended while it ran; it is not sent") for line in lines
    )


def test_of_thousands_a_few_are_named():
    script = Script()
    for number in range(1, 1001):
        script.done(f"s{number}")
    assert branch_lines(script.entries, (), undoes=False)[0].endswith("s7, s8 and 992 more")
