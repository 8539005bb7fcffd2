"""The state of a graph's run, as its journal tells it, and how a node comes to find another one."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from lexiconsole.app.graph_state import GraphState, StateChange, change_of_state, state_of
from lexiconsole.app.workspace import Workspace
from lexiconsole.durable.entry import EntryKind
from lexiconsole.durable.journal import Request, RequestKind, RunRow
from lexiconsole.errors import RefusedError
from lexiconsole.types import RunStatus
from tests.tui.loans import loans
from tests.tui.quotes import quotes


def failed(workspace: Workspace, name: str, **given: Any) -> RunRow:
    row, _ = workspace.start(name, given, id="r1")
    workspace.settle(row, 90)
    return workspace.run("r1")


def stood(workspace: Workspace, row: RunRow, node: str = "") -> GraphState:
    return state_of(workspace, row, workspace.entries(row), node)


def changed(workspace: Workspace, row: RunRow, node: str = "", **fields: Any) -> StateChange:
    before = stood(workspace, row, node)
    return change_of_state(workspace, row, workspace.entries(row), before, {**before.fields, **fields})


def test_what_a_failed_node_found_and_a_run_that_goes_on_with_another(tmp_path: Path) -> None:
    with Workspace.find(quotes(tmp_path)) as workspace:
        row = failed(workspace, "quote")
        found = stood(workspace, row)
        assert (found.node, found.fields) == (
            "reckon",
            {"amount": 480, "desk": "north", "rate": 0, "source": "table"},
        )
        change = changed(workspace, row, rate=4, source="hand")
        assert (change.behind, change.patch) == ("look up", {"rate": 4, "source": "hand"})
        outcome = workspace.act(Request(row.id, RequestKind.EDIT, change.behind, change.data))
        workspace.settle(outcome.run, 90)
        done = workspace.run("r1")
        assert done.status is RunStatus.COMPLETED
        ended = stood(workspace, done)
        assert (ended.node, ended.fields["sent"]) == ("", "120 from hand")
        assert stood(workspace, done, "reckon").fields["rate"] == 4, "an edit counts from then on"
        assert stood(workspace, done, "look up").fields == {"amount": 480, "desk": "north"}
        with pytest.raises(RefusedError, match="every node has ended"):
            changed(workspace, done, rate=1)


def test_before_the_first_node_it_is_the_input(tmp_path: Path) -> None:
    with Workspace.find(loans(tmp_path)) as workspace:
        row = failed(workspace, "loan", fails="intake", desk=str(tmp_path))
        change = changed(workspace, row, fails="")
        assert change.behind == "" and change.data["value"]["fails"] == ""  # type: ignore[index, call-overload]


def test_where_branches_meet_a_field_is_changed_behind_the_one_that_wrote_it(tmp_path: Path) -> None:
    with Workspace.find(loans(tmp_path)) as workspace:
        row = failed(workspace, "loan", fails="score model", desk=str(tmp_path))
        assert changed(workspace, row, fraud_score=0.9).behind == "fraud score"
        assert changed(workspace, row, credit_bureau={"accounts": 0}).behind == "credit bureau"
        with pytest.raises(RefusedError, match="one after the other"):
            changed(workspace, row, fraud_score=0.9, kyc_check="none")


def test_of_nodes_side_by_side_each_one_finds_what_was_before_them(tmp_path: Path) -> None:
    with Workspace.find(loans(tmp_path)) as workspace:
        row = failed(workspace, "loan", fails="fraud score", desk=str(tmp_path))
        found = stood(workspace, row)
        assert found.node == "fraud score" and "kyc_check" not in found.fields
        assert changed(workspace, row, amount=5).behind == "intake"


def test_what_can_not_be_is_refused_with_the_reason(tmp_path: Path) -> None:
    with Workspace.find(quotes(tmp_path)) as workspace:
        row = failed(workspace, "quote")
        entries, before = workspace.entries(row), stood(workspace, row)
        for wanted, why in (
            ({"rate": 4}, "not taken away: amount, desk, source"),
            ([1], "a state is an object"),
            (before.fields, "nothing is another one"),
        ):
            with pytest.raises(RefusedError, match=why):
                change_of_state(workspace, row, entries, before, wanted)
        with pytest.raises(RefusedError, match="has not come to send"):
            stood(workspace, row, "send")


def test_its_schema_is_that_of_the_input_where_the_input_still_stands(tmp_path: Path) -> None:
    with Workspace.find(quotes(tmp_path)) as workspace:
        row = failed(workspace, "quote")
        assert set(stood(workspace, row).schema["properties"]) == {"amount", "desk"}


def test_a_fork_begins_with_the_state_changed_behind_a_node(tmp_path: Path) -> None:
    with Workspace.find(loans(tmp_path)) as workspace:
        row = failed(workspace, "loan", fails="score model", desk=str(tmp_path))
        entries = [entry for entry in workspace.entries(row) if entry.kind is not EntryKind.FAILED][:-1]
        before = state_of(workspace, row, entries)
        wanted = {**before.fields, "fraud_score": 0.9}
        change = change_of_state(workspace, row, entries, before, wanted)
        fork = workspace.fork(row, entries[-1].seq, patch=change.patch, behind=change.behind, record_only=True)
        assert stood(workspace, fork).fields["fraud_score"] == 0.9
