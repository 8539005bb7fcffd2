"""A signature counts for the decision that was signed, and for no other that bears it."""

from __future__ import annotations

import json
from typing import Any

import pytest

from lexiconsole.app.signed import says_the_same
from lexiconsole.durable.entry import Entry, EntryKind
from lexiconsole.durable.journal import Request, RequestKind
from lexiconsole.durable.sealing import sealed_text

R, E = RequestKind, EntryKind


def told(kind: RequestKind, target: str = "", by: str = "ana", **data: Any) -> Any:
    return json.loads(sealed_text(Request("r", kind, target, data, by=by)))


def entry(what: EntryKind, key: str = "", /, by: str = "ana", **data: Any) -> Entry:
    return Entry("r", 7, 1.0, what, key, data=data, by=by)


SAME = [
    (told(R.VOTE, "fin", verdict="approve"), entry(E.VOTED, "fin", verdict="approve", seat="ana")),
    (told(R.VOTE, "fin", verdict="approve", value=1), entry(E.ANSWERED, "fin", verdict="approve", given=1, value={})),
    (told(R.WITHDRAW, "fin"), entry(E.VOTED, "fin", verdict="withdrawn")),
    (told(R.WITHDRAW, "fin"), entry(E.ANSWERED, "fin", value={"outcome": "withdrawn", "votes": []})),
    (told(R.ANSWER, "q", value=7), entry(E.ANSWERED, "q", value=7)),
    (told(R.DELEGATE, "fin", to="ben"), entry(E.DELEGATED, "fin", to="ben", seat="ana")),
    (told(R.RESOLVE, "pay", how="done", result=3), entry(E.RESOLVED, "pay", how="done", result=3)),
    (told(R.RESOLVE, "", how="again"), entry(E.RESOLVED, "pay", how="again")),
    (told(R.RETRY), entry(E.RETRIED, "pay", voids=[])),
    (told(R.SKIP, "pay", result=None), entry(E.SKIPPED, "pay", voids=[])),
    (told(R.EDIT, "", value={"a": 1}), entry(E.EDITED, "", target=1, value={"a": 1, "b": 2})),
    (told(R.EDIT, "a", value=1), entry(E.EDITED, "a", target=2, value=1)),
    (told(R.SKIP, "undo/a", result=1), entry(E.ANSWERED, "repair/a", value={"how": "skip"})),
    (told(R.SIGNAL, "go", payload=1), entry(E.SIGNALLED, name="go", payload=1)),
    (told(R.EDIT, "", patch={"a": 1}), entry(E.EDITED, "load", target=2, patch={"a": 1})),
    (told(R.EDIT, "", value=1), entry(E.RETRIED, "pay", voids=[])),
    (told(R.CANCEL), entry(E.CANCELLED)),
    (told(R.VOTE, "fin", verdict="approve"), entry(E.REFUSED, kind="vote")),
]

OTHER = [
    (told(R.VOTE, "fin", verdict="reject"), entry(E.VOTED, "fin", verdict="approve", seat="ana")),
    (told(R.VOTE, "fin", verdict="reject"), entry(E.ANSWERED, "fin", verdict="approve", value={})),
    (told(R.VOTE, "man", verdict="approve"), entry(E.VOTED, "fin", verdict="approve")),
    (told(R.VOTE, "fin", verdict="approve", value=1), entry(E.VOTED, "fin", verdict="approve", given=2)),
    (told(R.VOTE, "fin", verdict="approve", by="ben"), entry(E.VOTED, "fin", verdict="approve")),
    (told(R.WITHDRAW, "fin"), entry(E.VOTED, "fin", verdict="approve")),
    (told(R.PAUSE), entry(E.VOTED, "fin", verdict="approve")),
    (told(R.ANSWER, "q", value=7), entry(E.ANSWERED, "q", value=8)),
    (told(R.DELEGATE, "fin", to="ben"), entry(E.DELEGATED, "fin", to="mallory", seat="ana")),
    (told(R.RESOLVE, "pay", how="fail"), entry(E.RESOLVED, "pay", how="done", result=3)),
    (told(R.EDIT, "a", value=1), entry(E.EDITED, "a", target=2, value=2)),
    (told(R.SIGNAL, "go", payload=1), entry(E.SIGNALLED, name="go", payload=2)),
    (told(R.SIGNAL, "go", payload=1), entry(E.SIGNALLED, name="stop", payload=1)),
]


@pytest.mark.parametrize(("text", "bearer"), SAME)
def test_the_text_of_a_decision_is_known_in_the_entry_it_led_to(text: Any, bearer: Entry) -> None:
    assert says_the_same(text, bearer)


@pytest.mark.parametrize(("text", "bearer"), OTHER)
def test_a_signed_text_that_says_something_else_is_found(text: Any, bearer: Entry) -> None:
    assert not says_the_same(text, bearer)
