"""`=` on the run screen of a graph: the state that a node found, in the editor, checked, previewed and confirmed."""

from __future__ import annotations

import asyncio
import re
from pathlib import Path
from typing import Any, cast

import pytest

from lexiconsole.app.graph_state import GraphState, state_of
from lexiconsole.app.workspace import Workspace
from lexiconsole.tui import editing
from lexiconsole.tui.keymap import Place
from lexiconsole.tui.screens.run import RunScreen
from lexiconsole.types import RunStatus
from tests.tui.loans import loans, run_loan
from tests.tui.quotes import quotes, run_quote
from tests.tui.visiting import Visit, visiting


class Typist:
    """Stands in for the editor: replaces words, and remembers what it was shown."""

    def __init__(self, *changes: tuple[str, str]) -> None:
        self.changes, self.seen = changes, ""

    def __call__(self, app: Any, command: list[str], text: str) -> str:
        self.seen = text
        for old, new in self.changes:
            assert old in text, text
            text = text.replace(old, new)
        return text


def types(monkeypatch: pytest.MonkeyPatch, *changes: tuple[str, str]) -> Typist:
    typist = Typist(*changes)
    monkeypatch.setattr(editing, "_in_editor", typist)
    return typist


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    run_quote(quotes(tmp_path))
    return tmp_path


async def confirmed(visit: Visit) -> None:
    await visit.until(lambda: getattr(visit.app.screen, "can_be_done", False))
    await visit.press("y")


async def test_a_failed_node_is_tried_again_with_the_state_changed(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    typist = types(monkeypatch, ("rate: 0", "rate: 4"))
    async with visiting(folder, Place.RUN, "quote-1") as visit:
        await visit.until("reckon failed: ZeroDivisionError")
        await visit.press("equals_sign")
        await visit.until("in the state that look up left, rate becomes 4; then reckon is tried again")
        assert "reckon finds rate 4 instead of 0" in visit.seen
        assert typist.seen.startswith("# the state that reckon of quote-1 found: ")
        assert "amount: 480\n" in typist.seen and "source: table\n" in typist.seen
        await confirmed(visit)
        await visit.until("✓ COMPLETED")
        row = cast("RunScreen", visit.app.screen).snapshot.result_of("send")  # type: ignore[union-attr]
        assert row is not None and row.result == {"sent": "120 from table"}


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        ("rate: 0\n", "", "can be changed, not taken away: rate"),
        ("amount: 480", "amount: many", "amount is not a whole number"),
        ("amount: 480", "amount: [", "what was saved is not YAML"),
    ],
)
async def test_what_does_not_fit_is_said_and_nothing_is_changed(
    folder: Path, monkeypatch: pytest.MonkeyPatch, old: str, new: str, why: str
) -> None:
    types(monkeypatch, (old, new))
    async with visiting(folder, Place.RUN, "quote-1") as visit:
        await visit.until("reckon failed: ZeroDivisionError")
        await visit.press("equals_sign")
        await visit.until(why)
        assert visit.app.workspace is not None
        row = await asyncio.to_thread(visit.app.workspace.run, "quote-1")
        assert row.status is RunStatus.FAILED


async def test_saving_nothing_asks_nothing(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    typist = types(monkeypatch)
    async with visiting(folder, Place.RUN, "quote-1", drives=False) as visit:
        await visit.until("reckon failed: ZeroDivisionError")
        await visit.press("equals_sign")
        await visit.until(lambda: bool(typist.seen))
        await visit.pilot.pause()
        assert isinstance(visit.app.screen, RunScreen)


async def test_of_a_node_that_ended_well_it_is_the_result(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    typist = types(monkeypatch, ("source: table", "source: hand"))
    async with visiting(folder, Place.RUN, "quote-1", drives=False) as visit:
        await visit.until("reckon failed: ZeroDivisionError")
        await visit.press("g")
        await visit.until("Inspector  look up")
        await visit.press("equals_sign")
        await visit.until("the result of look up becomes")
        assert "amount" not in typist.seen, "only what it gave"


async def test_a_branch_of_the_past_begins_with_the_state_changed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run_loan(loans(tmp_path))
    types(monkeypatch, ("credit_bureau:\n  accounts: 2", "credit_bureau:\n  accounts: 9"))
    async with visiting(tmp_path, Place.RUN, "loan-1") as visit:
        await visit.until("waits for role:underwriter")
        screen = cast("RunScreen", visit.app.screen)
        last = next(e.seq for e in screen.snapshot.entries if e.key == "score model")  # type: ignore[union-attr]
        screen.go_to(last - 1)
        await visit.until("PAST")
        screen.map.choose("score model")
        screen.select("score model")
        await visit.press("equals_sign")
        await visit.until("what score model finds is changed for a fork; b makes it")
        await visit.press("b")
        await visit.until('where score model finds credit_bureau {"accounts": 9} instead of')
        await confirmed(visit)
        await visit.until(lambda: getattr(visit.app.screen, "run_id", "loan-1") != "loan-1")
        await visit.until("waits for role:underwriter")
        assert visit.app.workspace is not None

        def state_of_it(workspace: Workspace, id: str) -> GraphState:
            made = workspace.run(id)
            return state_of(workspace, made, workspace.entries(made))

        made = cast("RunScreen", visit.app.screen).run_id
        state = await asyncio.to_thread(state_of_it, visit.app.workspace, made)
        assert state.fields["credit_bureau"] == {"accounts": 9}


async def test_the_inspector_has_the_state_of_the_moment_and_what_changed_it_first(folder: Path) -> None:
    """Of a past moment nothing that came later."""
    async with visiting(folder, Place.RUN, "quote-1", drives=False) as visit:
        inspector = cast("RunScreen", visit.app.screen).inspector
        await visit.until(lambda: "seq 4, by look up" in inspector.text)
        lines = [line.split() for line in inspector.text.splitlines()]
        begin = lines.index(["graph", "state", "seq", "4,", "by", "look", "up"])
        changed = [["+", "rate", "0"], ["+", "source", "table"]]
        assert lines[begin + 1 : begin + 3] == changed and ["amount", "480"] in lines
        await visit.press(*["left_square_bracket"] * 3)
        await visit.until(lambda: re.search(r"graph state +seq 1$", inspector.text, re.MULTILINE) is not None)
        assert "amount" in inspector.text and "source" not in inspector.text


async def test_of_a_definition_that_is_another_one_by_now_it_is_said_why_the_state_is_not_known(folder: Path) -> None:
    quote = folder / "definitions" / "quote.py"
    quote.write_text(quote.read_text().replace('name="quote"', 'name="quote", version=2'))
    async with visiting(folder, Place.RUN, "quote-1", drives=False) as visit:
        inspector = cast("RunScreen", visit.app.screen).inspector
        await visit.until(lambda: "not known: quote is of version 2 by now" in " ".join(inspector.text.split()))
