"""A step that turned out to be a chain of approvals is drawn by its levels, from its first question on."""

from __future__ import annotations

from lexiconsole.durable.entry import Entry, EntryKind
from lexiconsole.durable.outline import Outline, OutlineNode
from lexiconsole.views.chained import with_levels

CLAIM = Outline.sequence([OutlineNode("add_up"), OutlineNode("approval"), OutlineNode("pay")])
LEVELS = [{"name": name, "state": "ahead"} for name in ("manager", "finance", "directors")]
BALLOT = {"ballot": {"levels": LEVELS}}
ASKED = Entry("claim", 5, 0.0, EntryKind.ASKED, "approval/manager", 0, BALLOT)


def test_the_levels_stand_where_the_chain_stood() -> None:
    drawn = with_levels(CLAIM, ASKED)
    assert [(node.key, node.title) for node in drawn.nodes] == [
        ("add_up", "add_up"),
        ("approval/manager", "manager"),
        ("approval/finance", "finance"),
        ("approval/directors", "directors"),
        ("pay", "pay"),
    ]
    assert {(edge.source, edge.target) for edge in drawn.edges} == {
        ("add_up", "approval/manager"),
        ("approval/manager", "approval/finance"),
        ("approval/finance", "approval/directors"),
        ("approval/directors", "pay"),
    }


def test_the_next_question_of_the_same_chain_changes_nothing() -> None:
    drawn = with_levels(CLAIM, ASKED)
    assert with_levels(drawn, Entry("claim", 9, 0.0, EntryKind.ASKED, "approval/finance", 0, BALLOT)) is drawn


def test_a_plain_question_and_a_step_change_nothing() -> None:
    assert with_levels(CLAIM, Entry("claim", 5, 0.0, EntryKind.ASKED, "approval", 0, {"prompt": "go on?"})) is CLAIM
    assert with_levels(CLAIM, Entry("claim", 5, 0.0, EntryKind.DONE, "approval/manager", 0, BALLOT)) is CLAIM
