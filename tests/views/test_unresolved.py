"""A fork says beforehand which effects of its origin nobody knows the outcome of."""

from __future__ import annotations

from lexiconsole.durable.entry import EntryKind
from lexiconsole.views.unresolved import unresolved
from tests.views.entries import Script


def test_what_was_begun_and_what_is_in_doubt_is_unresolved_until_it_has_an_outcome() -> None:
    script = Script().done("reserve").add(EntryKind.STARTED, "charge", 1, intent=True)
    assert unresolved(script.entries) == {"charge": "begun, with no outcome there"}
    script.add(EntryKind.DOUBTED, "charge", 1, why="killed")
    assert unresolved(script.entries) == {"charge": "in doubt there: killed"}
    script.add(EntryKind.RESOLVED, "charge", how="done")
    assert unresolved(script.entries) == {}
