"""A step that turned out to be a chain of approvals is drawn by its levels, from its first question on."""

from __future__ import annotations

from lexiconsole.approval import ApprovalChain, ApprovalLevel
from lexiconsole.durable.entry import Entry, EntryKind
from lexiconsole.durable.outline import Outline, OutlineNode
from lexiconsole.views.chained import with_levels
from lexiconsole.views.picturing import picture
from lexiconsole.views.words import StepState
from tests.views.entries import Script

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


def test_a_level_that_nobody_was_asked_about_is_never_shown_as_done() -> None:
    """Whether it applies is settled before its turn, and one that does not apply was approved by nobody."""
    chain = ApprovalChain([ApprovalLevel(name, who=["role:boss"]) for name in ("manager", "finance", "directors")])
    script = (
        Script().add(EntryKind.DECIDED, "finance/if", value=True).add(EntryKind.DECIDED, "directors/if", value=False)
    )
    script.add(EntryKind.ASKED, "manager", prompt="go on?", ballot={"levels": LEVELS})
    asked = picture(chain.outline(), script.entries).nodes
    assert {key: view.state for key, view in asked.items()} == {
        "manager": StepState.WAITING,
        "finance": StepState.PENDING,
        "directors": StepState.PENDING,
    }
    script.add(EntryKind.ANSWERED, "manager", value={"outcome": "approved"})
    script.add(EntryKind.DECIDED, "directors", value={"outcome": "skipped"})
    assert picture(chain.outline(), script.entries).nodes["directors"].state is StepState.SKIPPED
