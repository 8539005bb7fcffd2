"""The state of a graph beside its picture: of which moment it is known, and of which not."""

from __future__ import annotations

from types import SimpleNamespace

from lexiconsole.app.graph_state import StateMove
from lexiconsole.tui.screens.run_state import RunState


def test_who_goes_back_from_where_no_state_is_reckoned_finds_the_one_that_is():
    """A long run is shown as it goes on; its first thousand entries have states."""
    asked: list[int] = []

    class Screen(RunState):
        run_id, is_attached = "r", False
        console = SimpleNamespace(reads=SimpleNamespace(after=lambda *_: asked.append(1)))

    def moment(at: int) -> SimpleNamespace:
        return SimpleNamespace(row=SimpleNamespace(kind="graph"), at=at, past=at < 1_001)

    screen = Screen()
    screen._reckoned(StateMove(1_000, {"n": 1}, {"n": 1}))
    screen.ask_state(moment(1_001))
    assert "not reckoned beyond 1,000" in str(screen.state_facts(moment(1_001)))
    screen.ask_state(moment(1_000))
    assert asked == [1]
    screen._reckoned(StateMove(1_000, {"n": 1}, {"n": 1}))
    assert "not reckoned" not in str(screen.state_facts(moment(1_000)))
