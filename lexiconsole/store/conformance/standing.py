"""Where a run stands follows from its entries, kind by kind."""

from __future__ import annotations

from typing import Any

import pytest

from lexiconsole.durable.entry import EntryKind as Kind
from lexiconsole.durable.journal import Journal, RunRow
from lexiconsole.store.conformance.stories import AT, Case, Fact, driven, new_run
from lexiconsole.types import RunStatus as Status

__all__ = ["StandingConformance"]

OWNED: Fact = (Kind.OWNED, "", {"owner": 1, "epoch": 1})
DONE: Fact = (Kind.DONE, "a", {"result": 1})
UNDO: Fact = (Kind.STARTED, "undo/a", {"undo": True})
FAILED_STEP: Fact = (Kind.STEP_FAILED, "charge", {"error": {"type": "Declined", "message": "no money\nat all"}})
DOUBTED: Fact = (Kind.DOUBTED, "charge", {"why": "the process died"})
ASKED: Fact = (Kind.ASKED, "review", {"prompt": "?", "due": AT + 100})
ANSWERED: Fact = (Kind.ANSWERED, "review", {"value": 1})
FAILED: Fact = (Kind.FAILED, "", {"error": {"type": "Err", "message": "it broke", "key": "charge"}})


def parked(status: Status, *on: str, wake_at: float | None = None, **more: Any) -> Fact:
    data: dict[str, Any] = {"status": status.value, "on": list(on), **more}
    return Kind.PARKED, "", data if wake_at is None else {**data, "wake_at": wake_at}


def ending(kind: Kind, **data: Any) -> Fact:
    return kind, "", data


STORIES: dict[str, tuple[list[Fact], dict[str, Any]]] = {
    "a step changes nothing but where it is": ([DONE], {"status": Status.RUNNING, "where": "a"}),
    "what is running is where it is": ([DONE, (Kind.STARTED, "b", {})], {"where": "b", "status": Status.RUNNING}),
    "a rollback": ([DONE, FAILED_STEP, UNDO], {"status": Status.COMPENSATING, "where": "charge"}),
    "a failed step says why in one line": (
        [DONE, FAILED_STEP],
        {"status": Status.RUNNING, "where": "charge", "error": "Declined: no money"},
    ),
    "an Err is shown without its type": (
        [(Kind.STEP_FAILED, "x", {"error": {"type": "Err", "message": "short"}})],
        {"error": "short"},
    ),
    "a long error is cut": ([(Kind.STEP_FAILED, "x", {"error": {"message": "é" * 1000}})], {"error": "é" * 300}),
    "a doubt alone does not park": (
        [DOUBTED],
        {"status": Status.RUNNING, "where": "charge", "error": "the process died"},
    ),
    "a doubt parked": (
        [DOUBTED, parked(Status.DOUBTFUL, "charge")],
        {"status": Status.DOUBTFUL, "where": "charge", "error": "the process died", "owner": None},
    ),
    "a misfit parked with its reason": (
        [parked(Status.DOUBTFUL, "b", why="the definition differs\nhere")],
        {"status": Status.DOUBTFUL, "where": "b", "error": "the definition differs"},
    ),
    "an open question": ([DONE, ASKED], {"status": Status.RUNNING, "where": "review"}),
    "waiting for a person": (
        [DONE, ASKED, parked(Status.WAITING, "review")],
        {"status": Status.WAITING, "where": "review", "owner": None, "wake_at": None},
    ),
    "sleeping until a timer": (
        [(Kind.SLEEPING, "nap", {"until": AT + 9}), parked(Status.SLEEPING, "nap", wake_at=AT + 9)],
        {"status": Status.SLEEPING, "where": "nap", "wake_at": AT + 9, "owner": None},
    ),
    "parked on nothing": ([DONE, parked(Status.WAITING)], {"status": Status.WAITING, "where": "a"}),
    "a pause shows when the run has come to rest": (
        [(Kind.PAUSED, "", {"reason": "x"}), DONE],
        {"status": Status.RUNNING},
    ),
    "paused": ([(Kind.PAUSED, "", {}), parked(Status.PAUSED)], {"status": Status.PAUSED, "owner": None}),
    "an answer wakes": (
        [ASKED, parked(Status.WAITING, "review", wake_at=AT + 5), ANSWERED],
        {"status": Status.PENDING, "wake_at": None, "where": "review"},
    ),
    "a signal wakes": ([parked(Status.WAITING, "s"), (Kind.SIGNALLED, "", {"name": "s"})], {"status": Status.PENDING}),
    "a child wakes": ([parked(Status.WAITING, "c"), (Kind.CHILD_ENDED, "c", {})], {"status": Status.PENDING}),
    "resume wakes": ([parked(Status.PAUSED), (Kind.RESUMED, "", {})], {"status": Status.PENDING}),
    "cancel wakes": (
        [parked(Status.SLEEPING, wake_at=AT + 5), (Kind.CANCEL, "", {})],
        {"status": Status.PENDING, "wake_at": None},
    ),
    "a refusal does not wake": (
        [parked(Status.SLEEPING, wake_at=AT + 5), (Kind.REFUSED, "", {"reason": "no"})],
        {"status": Status.SLEEPING, "wake_at": AT + 5},
    ),
    "an answer to a running run changes nothing": ([ASKED, ANSWERED], {"status": Status.RUNNING, "where": "review"}),
    "a signal to a running run changes nothing": ([(Kind.SIGNALLED, "", {"name": "s"})], {"status": Status.RUNNING}),
    "driven on": (
        [ASKED, parked(Status.WAITING, "review", wake_at=AT + 5), OWNED],
        {"status": Status.RUNNING, "wake_at": None, "where": "review"},
    ),
    "driven on after a nap": (
        [DONE, parked(Status.SLEEPING, "nap", wake_at=AT + 5), OWNED],
        {"status": Status.RUNNING, "where": "a", "wake_at": None},
    ),
    "driven on in the middle of a rollback": (
        [FAILED_STEP, UNDO, OWNED],
        {"status": Status.COMPENSATING, "where": "charge"},
    ),
    "a rollback that slept goes on as one": (
        [FAILED_STEP, UNDO, parked(Status.SLEEPING, "undo/a", wake_at=AT + 5), OWNED],
        {"status": Status.COMPENSATING, "error": "Declined: no money"},
    ),
    "completed": (
        [DONE, ending(Kind.COMPLETED, result=1)],
        {"status": Status.COMPLETED, "owner": None, "where": "a", "error": ""},
    ),
    "completed in spite of a failed step": (
        [FAILED_STEP, DONE, ending(Kind.COMPLETED)],
        {"status": Status.COMPLETED, "where": "a", "error": ""},
    ),
    "failed": ([DONE, FAILED], {"status": Status.FAILED, "owner": None, "where": "charge", "error": "it broke"}),
    "compensated": (
        [
            DONE,
            FAILED_STEP,
            UNDO,
            ending(Kind.COMPENSATED, error={"type": "Err", "message": "charge: declined"}, undone=["a"]),
        ],
        {"status": Status.COMPENSATED, "owner": None, "where": "charge", "error": "charge: declined"},
    ),
    "cancelled": (
        [DONE, (Kind.CANCEL, "", {"reason": "enough"}), ending(Kind.CANCELLED, reason="enough\n!", undone=[])],
        {"status": Status.CANCELLED, "owner": None, "error": "enough"},
    ),
    "an ending stops the clock": ([parked(Status.SLEEPING, wake_at=AT + 5), ending(Kind.CANCELLED)], {"wake_at": None}),
    "a retry of what failed": (
        [FAILED_STEP, FAILED, (Kind.RETRIED, "charge", {"voids": [2]})],
        {"status": Status.PENDING, "where": "charge", "error": ""},
    ),
    "a retry by the run itself": (
        [FAILED_STEP, (Kind.RETRIED, "charge", {"voids": [2]}), DONE],
        {"status": Status.RUNNING, "where": "a", "error": ""},
    ),
    "a doubt resolved": (
        [DOUBTED, parked(Status.DOUBTFUL, "charge"), (Kind.RESOLVED, "charge", {"how": "again"})],
        {"status": Status.PENDING, "error": "", "where": "charge"},
    ),
    "a step skipped": (
        [FAILED, (Kind.SKIPPED, "charge", {"result": 1, "voids": []})],
        {"status": Status.PENDING, "error": ""},
    ),
    "an input edited": (
        [FAILED, (Kind.EDITED, "", {"target": 1, "value": 2})],
        {"status": Status.PENDING, "error": ""},
    ),
    "a skip in the middle of a rollback keeps it one": (
        [UNDO, parked(Status.DOUBTFUL, "undo/a"), (Kind.SKIPPED, "undo/a", {}), OWNED],
        {"status": Status.COMPENSATING},
    ),
    "a retry leaves the rollback behind": (
        [UNDO, FAILED, (Kind.RETRIED, "a", {"voids": []}), OWNED],
        {"status": Status.RUNNING},
    ),
    "a new generation": (
        [DONE, FAILED_STEP, (Kind.RENEWED, "", {"state": 1})],
        {"status": Status.RUNNING, "base": 4, "error": "", "where": "charge"},
    ),
}


class StandingConformance(Case):
    @pytest.mark.parametrize("story", STORIES)
    async def test_the_list_shows(self, journal: Journal, story: str) -> None:
        """The same, whether the entries come in one commit or one by one, and after a rebuild."""
        facts, expected = STORIES[story]
        pen, slow = await driven(journal), await driven(journal, "slow")
        await pen.append(*facts)
        for fact in facts:
            await slow.append(fact)
        row = await pen.now()
        assert {name: getattr(row, name) for name in expected} == expected
        assert (row.seq, row.changed_at, row.epoch) == (pen.seq, AT + pen.seq, 1)
        assert _shown(await slow.now()) == _shown(row)
        assert await journal.check() == []
        before = [row, await slow.now(), await journal.tasks(), await journal.counts()]
        assert await journal.rebuild() == 2
        assert [await pen.now(), await slow.now(), await journal.tasks(), await journal.counts()] == before

    async def test_every_run_is_counted_where_it_stands(self, journal: Journal) -> None:
        await journal.create(new_run("p1"))
        await journal.create(new_run("p2"))
        await driven(journal, "r")
        await (await driven(journal, "w")).append(parked(Status.WAITING, "x"))
        await (await driven(journal, "f")).append(FAILED)
        counts = await journal.counts()
        assert set(counts) == set(Status)
        assert {status: n for status, n in counts.items() if n} == {
            Status.PENDING: 2,
            Status.RUNNING: 1,
            Status.WAITING: 1,
            Status.FAILED: 1,
        }

    async def test_an_open_question_is_in_the_inbox(self, journal: Journal) -> None:
        pen = await driven(journal)
        await pen.append(DONE, ASKED)
        (task,) = await journal.tasks()
        assert (task.id, task.run_id, task.name, task.key) == ("run:review", "run", "order", "review")
        assert (task.seq, task.asked_at, task.due, task.data) == (3, AT + 3, AT + 100, ASKED[2])
        assert await journal.tasks(pen.run) == [task]

    async def test_the_inbox_has_due_questions_first_then_old_ones(self, journal: Journal) -> None:
        pen, later = await driven(journal), await driven(journal, "later", at=AT + 50)
        await later.append((Kind.ASKED, "free", {}), (Kind.ASKED, "soon", {"due": AT + 3}))
        await pen.append((Kind.ASKED, "free", {}), (Kind.ASKED, "late", {"due": AT + 900}))
        assert [task.id for task in await journal.tasks()] == ["later:soon", "run:late", "run:free", "later:free"]
        assert [task.key for task in await journal.tasks(pen.run)] == ["late", "free"]

    @pytest.mark.parametrize(
        "closing",
        [
            ANSWERED,
            (Kind.DROPPED, "review", {"reason": "x"}),
            (Kind.SKIPPED, "review", {}),
            (Kind.RESOLVED, "review", {"how": "done"}),
            (Kind.SKIPPED, "other", {"voids": [2]}),
            (Kind.RETRIED, "other", {"voids": [9, 2]}),
            (Kind.RENEWED, "", {"state": 1}),
            ending(Kind.COMPLETED),
            ending(Kind.CANCELLED),
            FAILED,
        ],
        ids=lambda fact: f"{fact[0].value} {fact[1]}",
    )
    async def test_a_question_leaves_the_inbox(self, journal: Journal, closing: Fact) -> None:
        pen = await driven(journal)
        await pen.append(ASKED)
        await pen.append(closing)
        assert await journal.tasks() == await journal.tasks(pen.run) == []
        assert await journal.check() == []

    @pytest.mark.parametrize(
        "other",
        [
            parked(Status.WAITING, "review"),
            OWNED,
            (Kind.ANSWERED, "other", {"value": 1}),
            (Kind.RETRIED, "review", {"voids": [3]}),
            (Kind.EDITED, "review", {"value": 1}),
            (Kind.REFUSED, "review", {"reason": "does not fit"}),
        ],
        ids=lambda fact: f"{fact[0].value} {fact[1]}",
    )
    async def test_a_question_stays_in_the_inbox(self, journal: Journal, other: Fact) -> None:
        pen = await driven(journal)
        await pen.append(ASKED)
        await pen.append(other)
        assert [task.key for task in await journal.tasks()] == ["review"]

    async def test_a_question_asked_again_is_there_once(self, journal: Journal) -> None:
        pen = await driven(journal)
        await pen.append(ASKED, (Kind.RETRIED, "x", {"voids": [2]}), (Kind.ASKED, "review", {"prompt": "again"}))
        (task,) = await journal.tasks()
        assert (task.seq, task.due, task.data) == (4, None, {"prompt": "again"})

    async def test_a_retry_of_an_ended_run_brings_its_questions_back(self, journal: Journal) -> None:
        pen = await driven(journal)
        await pen.append(ASKED, FAILED)
        again = await pen.claimed()
        await again.append((Kind.RETRIED, "charge", {"voids": [3]}))
        assert [task.key for task in await journal.tasks()] == ["review"]

    async def test_a_fork_has_the_open_questions_of_its_prefix_and_stands_nowhere_yet(self, journal: Journal) -> None:
        origin = await driven(journal, "origin")
        await origin.append(
            FAILED_STEP, (Kind.RENEWED, "", {}), ASKED, (Kind.ASKED, "q2", {}), (Kind.ANSWERED, "q2", {}), FAILED
        )
        row, _ = await journal.create(new_run("fork", origin="origin", origin_seq=7))
        assert (row.status, row.base, row.error, row.owner) == (Status.PENDING, 3, "", None)
        assert [task.id for task in await journal.tasks()] == ["fork:review"]
        earlier, _ = await journal.create(new_run("earlier", origin="origin", origin_seq=5, at=AT + 1))
        assert [task.id for task in await journal.tasks(earlier)] == ["earlier:review", "earlier:q2"]
        assert await journal.check() == []
        await journal.rebuild()
        assert await journal.run("fork") == row

    async def test_a_fork_goes_its_own_way(self, journal: Journal) -> None:
        origin = await driven(journal, "origin")
        await origin.append(ASKED, parked(Status.WAITING, "review"))
        fork = await driven(journal, "fork", origin="origin", origin_seq=3)
        await fork.append(ANSWERED, ending(Kind.COMPLETED))
        assert [(r.id, r.status) for r in [await origin.now(), await fork.now()]] == [
            ("origin", Status.WAITING),
            ("fork", Status.COMPLETED),
        ]
        assert [task.id for task in await journal.tasks()] == ["origin:review"]

    async def test_half_a_pair_in_an_error_can_be_listed(self, journal: Journal) -> None:
        pen = await driven(journal)
        await pen.append((Kind.STEP_FAILED, "read", {"error": {"type": "OSError", "message": "no caf\udce9.csv\x00?"}}))
        assert (await pen.now()).error.startswith("OSError: no caf\N{REPLACEMENT CHARACTER}")
        assert await journal.check() == []

    async def test_rebuild_counts_the_runs(self, journal: Journal) -> None:
        assert await journal.rebuild() == 0
        for n in range(5):
            await journal.create(new_run(f"r{n}"))
        assert await journal.rebuild() == 5
        assert (await journal.counts())[Status.PENDING] == 5


def _shown(row: RunRow) -> list[Any]:
    return [row.status, row.base, row.where, row.error, row.wake_at, row.owner, row.seq]
