"""What was decided last, in words, from the links of the audit."""

from __future__ import annotations

from lexiconsole.durable.audit import Audited, fact
from lexiconsole.views.decided import decided


def link(kind: str, key: str, data: str, by: str = "ben") -> Audited:
    return Audited(1, fact("claim-77", 4, 7.0, kind, key, 0, data, by), "hash")


def test_votes_and_settled_levels_are_told_by_their_verdict() -> None:
    vote = link("voted", "approval/directors", '{"verdict":"reject","reason":"too dear"}')
    settled = link("answered", "approval/manager", '{"value":{"outcome":"approved","votes":[]}}', "ana")
    told = [(one.by, one.word, one.key, one.reason, one.look.word) for one in decided([vote, settled])]
    assert told == [
        ("ben", "reject", "approval/directors", "too dear", "rejected"),
        ("ana", "approve", "approval/manager", "", "done"),
    ]


def test_who_wanted_to_know_more_has_not_answered() -> None:
    asked_back = link("answered", "director", '{"value":{"outcome":"info","question":"Why?","votes":[]}}')
    assert [one.word for one in decided([asked_back])] == ["ask back"]


def test_a_link_that_nobody_can_read_is_left_out() -> None:
    assert decided([Audited(1, "{not json", "hash"), link("answered", "form", '{"value":{"system":"billing"}}')])[
        0
    ].word == ("answer")


def test_an_answer_with_an_outcome_of_its_own_is_no_verdict() -> None:
    answers = ('{"value":{"outcome":["sold","sent"]}}', '{"value":{"outcome":"approved"}}')
    assert [one.word for answer in answers for one in decided([link("answered", "form", answer)])] == ["answer"] * 2


def test_what_no_person_did_and_what_is_no_task_is_left_out() -> None:
    assert decided([link("answered", "form", "{}", by=""), link("run.paused", "", "{}")]) == []
