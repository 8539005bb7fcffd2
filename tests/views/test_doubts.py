"""What an operator is shown of an effect whose outcome nobody knows."""

from __future__ import annotations

from lexiconsole.durable.entry import Entry, EntryKind
from lexiconsole.durable.outline import Outline
from lexiconsole.views.doubts import doubts_of


def test_after_a_migration_a_doubt_shows_the_idempotency_key_that_was_sent():
    """An operator looks for it at the service: under another key there would be nothing, and it would be paid again."""
    journal = [
        Entry("r1", 1, 1.0, EntryKind.CREATED, data={"input": {}, "definition": "flow", "version": 1}),
        Entry("r1", 2, 2.0, EntryKind.STARTED, "pay", 1, {"intent": True}),
        Entry("r1", 3, 3.0, EntryKind.ATTEMPT_FAILED, "pay", 1, {"error": {"type": "OSError", "message": "no"}}),
        Entry("r1", 4, 4.0, EntryKind.MIGRATED, data={"from": 1, "to": 2, "keys": {"pay": "charge"}, "voids": [], "added": []}),
        Entry("r1", 5, 5.0, EntryKind.STARTED, "charge", 2, {"intent": True}),
        Entry("r1", 6, 6.0, EntryKind.DOUBTED, "charge", 2, {"why": "it was killed"}),
    ]  # fmt: skip
    shown = [(doubt.key, doubt.idempotency) for doubt in doubts_of(journal, Outline())]
    assert shown == [("charge", "r1/pay")]
