"""What needs a person is judged anew once in a while, whatever the clock does."""

from __future__ import annotations

from types import SimpleNamespace

from lexiconsole.app import attending
from lexiconsole.app.attending import Attending
from lexiconsole.types import RunStatus


def test_a_judgement_holds_for_a_minute_and_not_until_a_clock_that_was_set_back_comes_to_it_again(monkeypatch):
    """Who is away or has a role changes without an entry."""
    judged = []
    task = SimpleNamespace(id="r:q", mine=True, due=None, remind=(), escalated=False)
    monkeypatch.setattr(attending, "task_of", lambda *_, at: judged.append(at) or task)
    look = SimpleNamespace(
        first_tasks=lambda _: [SimpleNamespace(id="r:q", run_id="r", seq=3, acts=())],
        page=lambda *_, **__: [],
        counts=lambda: {RunStatus.FAILED: 0},
    )
    times = iter([100_000.0, 100_059.0, 100_061.0, 50_000.0, 50_030.0])
    terms = SimpleNamespace(notifications=SimpleNamespace(due_soon=60.0))
    workspace = SimpleNamespace(look=lambda: look, now=lambda: next(times), people=None, settings=terms)
    watch = Attending(workspace)
    assert [watch.now("ana").tasks for _ in range(5)] == [{"r:q"}] * 5
    assert judged == [100_000.0, 100_061.0, 50_000.0]
