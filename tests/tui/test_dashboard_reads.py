"""What the dashboard reads beside its list: what could not be read once is read when it can be."""

from __future__ import annotations

import threading
from pathlib import Path
from types import SimpleNamespace

import pytest
from textual.widget import Widget

from lexiconsole.errors import StoreError
from lexiconsole.tui.screens.dashboard_reads import Read
from lexiconsole.types import RunStatus
from tests.tui.making import PATIENCE, console, until


@pytest.mark.parametrize("fails", ["failures", "latest"])
def test_a_fault_leaves_nothing_out_of_the_next_look(tmp_path: Path, fails: str) -> None:
    """Nothing was committed in between; the pane would say that nothing failed."""

    def fault(*_: object) -> None:
        raise StoreError("the store is locked")

    look = SimpleNamespace(
        path=tmp_path / "store.db",
        owners=list,
        next_wake=lambda: None,
        head=lambda: 7,
        counts=lambda: dict.fromkeys(RunStatus, 1),
        names=lambda: ["trip"],
        failures=lambda _: [],
        latest=lambda names, _: dict.fromkeys(names, ()),
    )
    read, works = Read(), getattr(look, fails)
    setattr(look, fails, fault)
    with pytest.raises(StoreError):
        read.slow(look, ())
    setattr(look, fails, works)
    news = read.slow(look, ())
    assert (news.incidents, news.latest) == ([], {"trip": ()})
    assert read.slow(look, ()).latest is None, "and what did not change is not read again"


async def test_a_question_for_other_panes_is_not_left_out_for_one_of_the_same_name(root: Path, store: Path) -> None:
    """The dashboard and the inbox above it read a group of one name: the inbox stayed empty until something was committed."""
    async with console(root) as (app, pilot):
        board, goes_on, answered = app.screen, threading.Event(), []

        def ask(what: str, pane: Widget) -> None:
            def read(look: object) -> str:
                assert goes_on.wait(PATIENCE)
                return what

            app.reads.look("a group", read, answered.append, panes=(pane,))

        ask("first", board.inbox)
        ask("left out", board.inbox)
        ask("of another screen", board.preview)
        ask("last", board.inbox)
        goes_on.set()
        await until(pilot, lambda: answered == ["first", "of another screen", "last"])
