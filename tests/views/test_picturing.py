"""The picture of a run: every state on it is one that an entry says, hops follow the outline, any prefix can be pictured."""

from __future__ import annotations

from typing import Any

import pytest

from lexiconsole.durable.entry import Entry, EntryKind
from lexiconsole.durable.outline import EdgeKind, NodeKind, Outline, OutlineEdge, OutlineNode
from lexiconsole.types import RunStatus
from lexiconsole.views.flat import flat
from lexiconsole.views.picture import Picture
from lexiconsole.views.picturing import picture
from lexiconsole.views.watched import Watched
from lexiconsole.views.words import StepState
from tests.cli.fake import row_of
from tests.views.entries import Script

GRAPH = Outline(
    (
        OutlineNode("read"),
        OutlineNode("links"),
        OutlineNode("style"),
        OutlineNode("clean", NodeKind.GATE),
        OutlineNode("approve", NodeKind.HUMAN),
        OutlineNode("rework", NodeKind.HUMAN),
    ),
    (
        OutlineEdge("read", "links"),
        OutlineEdge("read", "style"),
        OutlineEdge("links", "clean"),
        OutlineEdge("style", "clean"),
        OutlineEdge("clean", "approve", EdgeKind.TRUE),
        OutlineEdge("clean", "rework", EdgeKind.FALSE),
        OutlineEdge("rework", "read", EdgeKind.LOOP),
    ),
)

CHAIN = Outline(
    (
        OutlineNode("manager", NodeKind.APPROVAL),
        OutlineNode("manager/ben", NodeKind.HUMAN, label="ben", parent="manager"),
        OutlineNode("director", NodeKind.APPROVAL),
        OutlineNode("director/dan", NodeKind.HUMAN, label="dan", parent="director"),
    ),
    (OutlineEdge("manager", "director"), OutlineEdge("director", "manager", EdgeKind.LOOP, "rejected")),
)


def entries(*facts: tuple[EntryKind, str, dict[str, Any]]) -> list[Entry]:
    made = [Entry("r", 1, 100.0, EntryKind.CREATED, data={"input": {}, "definition": "d"})]
    for seq, (kind, key, data) in enumerate(facts, start=2):
        made.append(Entry("r", seq, 100.0 + seq, kind, key, 1 if kind in _TRIED else 0, data))
    return made


_TRIED = frozenset({EntryKind.DONE, EntryKind.STARTED, EntryKind.STEP_FAILED, EntryKind.ATTEMPT_FAILED})


def done(key: str, result: Any = None) -> tuple[EntryKind, str, dict[str, Any]]:
    return EntryKind.DONE, key, {"result": result}


def hops(one: Picture) -> list[str]:
    return [f"{one.outline.edges[hop.edge].source}>{one.outline.edges[hop.edge].target}" for hop in one.hops]


def states(one: Picture) -> dict[str, str]:
    return {key: view.state.value for key, view in one.nodes.items()}


LOOPED = entries(
    done("read"),
    done("links", ["line 3"]),
    (EntryKind.STARTED, "style", {}),
    done("style", []),
    (EntryKind.DECIDED, "clean", {"value": False}),
    (EntryKind.ASKED, "rework", {"prompt": "mend it", "who": ["ana"]}),
    (EntryKind.PARKED, "", {"status": "waiting", "on": ["rework"]}),
    (EntryKind.ANSWERED, "rework", {"value": {"ready": True}}),
    done("read#2"),
    done("links#2", []),
    done("style#2", []),
    (EntryKind.DECIDED, "clean#2", {"value": True}),
    (EntryKind.ASKED, "approve", {"prompt": "publish?"}),
    (EntryKind.PARKED, "", {"status": "waiting", "on": ["approve"]}),
)


def test_a_join_fills_while_its_branches_come_in() -> None:
    one = picture(GRAPH, LOOPED[:4])
    assert states(one)["style"] == "running" and states(one)["clean"] == "pending"
    assert (one.nodes["clean"].arrived, one.nodes["clean"].expected) == (1, 2)
    assert one.current == "style"


def test_the_token_goes_along_both_branches_and_only_along_the_answer_that_was_given() -> None:
    one = picture(GRAPH, LOOPED[:8])
    assert hops(one) == ["read>links", "read>style", "links>clean", "style>clean", "clean>rework"]
    assert states(one)["rework"] == "waiting" and one.nodes["rework"].text == "ana"
    assert states(one)["approve"] == "pending", "the loop can still lead there"


def test_a_loop_is_counted_and_the_newest_visit_is_shown() -> None:
    one = picture(GRAPH, LOOPED)
    assert one.nodes["read"].visits == 2 and one.nodes["read"].row == "read#2"
    assert one.nodes["links"].text == "none", "what the second visit found, not the first"
    assert hops(one)[5:] == ["rework>read", "read>links", "read>style", "links>clean", "style>clean", "clean>approve"]
    assert one.current == "approve" and states(one)["rework"] == "done"


def test_what_can_not_come_any_more_is_not_reached() -> None:
    chain = Outline.sequence([OutlineNode("a"), OutlineNode("b"), OutlineNode("c")])
    failed = entries(done("a"), (EntryKind.STEP_FAILED, "b", {"error": {"type": "Err", "message": "no"}}))
    ended = [*failed, Entry("r", 4, 110.0, EntryKind.FAILED, data={"error": {"type": "Err", "message": "no"}})]
    assert states(picture(chain, ended)) == {"a": "done", "b": "failed", "c": "not reached"}
    assert picture(chain, ended).nodes["b"].text == "no"
    assert states(picture(chain, ended[:2])) == {"a": "done", "b": "pending", "c": "pending"}


def test_a_fan_out_is_one_node_that_counts() -> None:
    outline = Outline.sequence([OutlineNode("survey"), OutlineNode("batch", NodeKind.BULK), OutlineNode("report")])
    one = picture(
        outline, entries(done("survey"), *[done(f"batch/{n}") for n in range(5)], (EntryKind.STARTED, "batch/5", {}))
    )
    batch = one.nodes["batch"]
    assert batch.state is StepState.RUNNING
    assert batch.items == {StepState.DONE: 5, StepState.RUNNING: 1} and batch.text == "✓5 ◐1"


def test_a_bulk_operation_is_not_over_between_two_batches_and_goes_on_in_the_next_generation() -> None:
    """It stood as done while it ran, and as pending, with no batch to its name, after each thousand of them."""
    outline = Outline.sequence([OutlineNode("survey"), OutlineNode("batch", NodeKind.BULK), OutlineNode("report")])
    owned: tuple[EntryKind, str, dict[str, Any]] = (EntryKind.OWNED, "", {"owner": 1, "epoch": 1})
    so_far = entries(owned, done("survey"), done("batch/0"), done("batch/1"))
    assert states(picture(outline, so_far)) == {"survey": "done", "batch": "running", "report": "pending"}
    renewed = [*so_far, Entry("r", 6, 106.0, EntryKind.RENEWED, data={"generation": 2, "state": {"batch": 2}})]
    assert states(picture(outline, renewed)) == {"survey": "done", "batch": "running", "report": "pending"}
    further = picture(outline, [*renewed, Entry("r", 7, 107.0, EntryKind.DONE, "batch/2", 1)]).nodes["batch"]
    assert further.text == "✓3"
    over = picture(outline, [*renewed, Entry("r", 7, 107.0, EntryKind.DONE, "report", 1)])
    assert states(over) == {"survey": "done", "batch": "done", "report": "done"}


def test_a_saga_that_turned_round_runs_back_from_one_compensation_to_the_next() -> None:
    outline = Outline(
        (OutlineNode("a"), OutlineNode("b"), OutlineNode("c"), *(
            OutlineNode(f"undo/{key}", NodeKind.COMPENSATION, key, "undo") for key in ("b", "a")
        )),
        (
            OutlineEdge("a", "b"),
            OutlineEdge("b", "c"),
            OutlineEdge("a", "undo/a", EdgeKind.UNDO),
            OutlineEdge("b", "undo/b", EdgeKind.UNDO),
            OutlineEdge("undo/b", "undo/a", EdgeKind.UNDO),
        ),
    )  # fmt: skip
    one = picture(
        outline,
        entries(
            done("a"),
            done("b"),
            (EntryKind.STEP_FAILED, "c", {"error": {"type": "Err", "message": "no"}}),
            (EntryKind.STARTED, "undo/b", {"undo": True}),
            done("undo/b"),
            (EntryKind.STARTED, "undo/a", {"undo": True}),
        ),
    )
    assert hops(one) == ["a>b", "b>c", "b>undo/b", "undo/b>undo/a"]
    assert [hop.back for hop in one.hops] == [False, False, True, True]
    assert states(one) == {"a": "done", "b": "done", "c": "failed", "undo/b": "undone", "undo/a": "undoing"}
    assert one.current == "undo/a", "the way back is followed, not what failed"


def test_a_machine_stands_in_the_state_it_entered_last_and_moves_by_its_events() -> None:
    outline = Outline(
        (
            OutlineNode("draft", NodeKind.STATE),
            OutlineNode("review", NodeKind.STATE),
            OutlineNode("gone", NodeKind.END),
        ),
        (
            OutlineEdge("draft", "draft", EdgeKind.EVENT, "revise"),
            OutlineEdge("draft", "review", EdgeKind.EVENT, "submit"),
            OutlineEdge("review", "draft", EdgeKind.EVENT, "send_back"),
            OutlineEdge("draft", "gone", EdgeKind.EVENT, "archive"),
        ),
    )
    one = picture(
        outline,
        entries(
            (EntryKind.DECIDED, "draft", {"value": {"state": "draft", "version": 0}}),
            done("start/on_enter_draft"),
            (EntryKind.RECEIVED, "event", {"name": "submit"}),
            (EntryKind.DECIDED, "review", {"value": {"event": "submit", "from": "draft", "version": 1}}),
            (EntryKind.PARKED, "", {"status": "waiting", "on": ["event#2"], "signals": {"event#2": ["send_back"]}}),
        ),
    )
    assert hops(one) == ["draft>review"]
    assert states(one) == {"draft": "done", "review": "waiting", "gone": "pending"}
    assert one.nodes["review"].text == "send_back" and one.current == "review"


def test_a_run_whose_definition_says_nothing_is_drawn_from_what_it_did() -> None:
    one = picture(Outline(), entries(done("fetch"), done("store/part"), (EntryKind.ASKED, "ok", {"prompt": "well?"})))
    assert states(one) == {"fetch": "done", "store": "done", "ok": "waiting"}
    assert hops(one) == ["fetch>store", "store>ok"]


def test_what_is_inside_a_node_is_drawn_behind_it() -> None:
    outline = Outline(
        (
            OutlineNode("start"),
            OutlineNode("both", NodeKind.PARALLEL),
            OutlineNode("both/a", parent="both"),
            OutlineNode("both/b", parent="both"),
            OutlineNode("end"),
        ),
        (OutlineEdge("start", "both"), OutlineEdge("both", "end")),
    )
    ways = {(edge.source, edge.target) for edge in flat(outline).edges}
    assert ways == {("start", "both"), ("both", "both/a"), ("both", "both/b"), ("both/a", "end"), ("both/b", "end")}
    one = picture(outline, entries(done("start"), done("both/a"), (EntryKind.STARTED, "both/b", {})))
    assert states(one)["both"] == "running"
    assert hops(one) == ["start>both", "both>both/a", "both>both/b"]


@pytest.mark.parametrize("length", range(len(LOOPED) + 1))
def test_every_prefix_can_be_pictured_and_says_only_what_its_entries_say(length: int) -> None:
    prefix = LOOPED[:length]
    one = picture(GRAPH, prefix)
    spoken = {entry.key.partition("#")[0] for entry in prefix if entry.key}
    for key, view in one.nodes.items():
        assert (view.state in (StepState.PENDING, StepState.NOT_REACHED)) == (key not in spoken)
    assert all(hop.seq <= length for hop in one.hops)
    assert one.story.status is RunStatus.PENDING or length > 1


def test_after_a_migration_the_map_has_its_nodes_under_their_new_names_now_and_in_the_past() -> None:
    script = Script("r1")
    script.done("a", 1)
    script.add(EntryKind.MIGRATED, **{"from": 1, "to": 2, "keys": {"a": "first"}, "voids": [], "added": []})
    script.add(EntryKind.STARTED, "b", 1)
    watched = Watched(row_of(script.entries), Outline.sequence([OutlineNode("a"), OutlineNode("b")]))
    watched.add(row_of(script.entries), script.entries)
    now, then = watched.now().picture.nodes, watched.then(2).picture.nodes
    assert {key: view.state for key, view in now.items()} == {"first": StepState.DONE, "b": StepState.RUNNING}
    assert {key: view.state for key, view in then.items()} == {"first": StepState.DONE, "b": StepState.PENDING}


@pytest.mark.parametrize(
    "outline", [Outline.sequence([OutlineNode(f"s{n}") for n in range(9)]), Outline()], ids=("defined", "grown")
)
def test_a_moment_of_the_past_is_the_same_from_wherever_it_is_come_to(outline: Outline) -> None:
    """Steps back are folded on from moments that were kept; nothing of a later moment, or of another one, is in them."""
    script = Script("r1")
    for n in range(50):
        key = f"s{n % 9}#{n // 9 + 1}" if n > 8 else f"s{n}"
        script.add(EntryKind.STARTED, key, 1)
        (script.failed if n % 25 == 24 else script.done)(key, "x")
        if n % 25 == 24:
            script.add(EntryKind.FAILED, error={"type": "E", "message": "x", "key": key})
            script.add(EntryKind.RETRIED, voids=[len(script.entries) - 1])
    watched = Watched(row_of(script.entries), outline)
    watched.add(row_of(script.entries), script.entries[:80])
    asked = [70, 69, 38, 6, 60]
    seen = [watched.then(at) for at in asked]
    watched.add(row_of(script.entries), script.entries)
    asked += [100, 99, 68, 1, 54]
    seen += [watched.then(at) for at in asked[len(seen) :]]
    for at, one in zip(asked, seen, strict=True):
        prefix = Watched(row_of(script.entries), outline)
        prefix.add(row_of(script.entries), script.entries[:at])
        assert (one.picture, one.lines, one.entries) == (prefix.now().picture, prefix.now().lines, prefix.now().entries)


def test_a_chain_from_which_a_rejection_leads_back_begins_at_its_first_level() -> None:
    """Nothing came back from a level that nobody was asked at: the picture followed the circle for ever."""
    script = Script()
    script.add(EntryKind.ASKED, "manager", prompt="?", kind="approval")
    asked = picture(CHAIN, script.entries)
    assert states(asked) == {"manager": "waiting", "director": "pending"} and asked.hops == ()
    script.add(EntryKind.ANSWERED, "manager", value={"outcome": "approved", "level": "manager", "round": 1})
    script.add(EntryKind.ASKED, "director", prompt="?", kind="approval")
    went = picture(CHAIN, script.entries)
    assert states(went) == {"manager": "done", "director": "waiting"}
    assert [went.outline.edges[hop.edge].target for hop in went.hops] == ["director"]


def votes(*cast: tuple[str, str, str]) -> list[dict[str, str]]:
    return [{"seat": seat, "verdict": verdict, "reason": reason} for seat, verdict, reason in cast]


APPROVED_GRAPH = Outline(
    (
        OutlineNode("read"),
        OutlineNode("approve", NodeKind.APPROVAL),
        *(
            OutlineNode(f"approve/{name}", NodeKind.APPROVAL, parent="approve")
            for name in ("manager", "finance", "board")
        ),
        OutlineNode("after"),
    ),
    (
        OutlineEdge("read", "approve"),
        OutlineEdge("approve/manager", "approve/finance"),
        OutlineEdge("approve/finance", "approve/board"),
        OutlineEdge("approve", "after"),
    ),
)


def test_a_level_that_said_no_is_rejected_and_one_that_nobody_asked_is_not_done() -> None:
    """A no is an outcome, but no approval; and a graph goes on from it without the levels behind it."""
    script = Script("graph")
    script.add(EntryKind.DONE, "read", result=1)
    for level, outcome, *cast in (
        ("manager", "approved", ("mia", "approve", "")),
        ("finance", "rejected", ("fay", "reject", "dear")),
    ):
        script.add(EntryKind.ASKED, f"approve/{level}", prompt="?", kind="approval")
        script.add(
            EntryKind.ANSWERED,
            f"approve/{level}",
            value={"outcome": outcome, "level": level, "round": 1, "votes": votes(*cast)},
        )
    said = picture(APPROVED_GRAPH, script.entries)
    assert states(said) | {"after": ""} == {
        "read": "done",
        "approve": "rejected",
        "approve/manager": "done",
        "approve/finance": "rejected",
        "approve/board": "not reached",
        "after": "",
    }
    assert states(said)["after"] == "pending" and said.nodes["approve/finance"].text == "rejected by fay: dear"
    script.add(EntryKind.DONE, "after", result=2)
    assert states(picture(APPROVED_GRAPH, script.entries))["approve/board"] == "not reached"
    assert hops(said)[-1] == "approve/manager>approve/finance"


@pytest.mark.parametrize(
    ("kind", "data", "state", "text"),
    [
        (EntryKind.DECIDED, {"value": {"outcome": "rejected", "needed": 1, "rejected": {"eva": ""}}}, "rejected", "rejected by eva"),
        (EntryKind.DECIDED, {"value": {"outcome": "rejected", "votes": 3}}, "done", "outcome rejected"),
        (
            EntryKind.ANSWERED,
            {"value": {"outcome": "withdrawn", "level": "a", "round": 1, "votes": [], "by": "eve", "reason": "moot"}},
            "rejected",
            "withdrawn by eve: moot",
        ),
        (
            EntryKind.ANSWERED,
            {"value": {"outcome": "overdue", "level": "a", "round": 1, "votes": []}},
            "failed",
            "nobody decided in time",
        ),
        (EntryKind.ANSWERED, {"error": {"type": "Overdue", "message": "no answer"}}, "failed", "Overdue: no answer"),
        (EntryKind.ANSWERED, {"error": {"type": "Withdrawn", "message": "by ana"}}, "rejected", "withdrawn: by ana"),
    ],
)  # fmt: skip
def test_only_what_was_said_yes_to_is_ticked_off(kind: EntryKind, data: dict[str, Any], state: str, text: str) -> None:
    script = Script("chain")
    script.add(kind, "a", **data)
    node = picture(Outline.sequence([OutlineNode("a", NodeKind.APPROVAL)]), script.entries).nodes["a"]
    assert (node.state.value, node.text) == (state, text)
