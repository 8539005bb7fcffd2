"""Audit: decisions are chained in the commit of their entry, each once, and nothing else is."""

from __future__ import annotations

import pytest

from lexiconsole.durable.audit import Audited, audited, chained
from lexiconsole.durable.entry import Entry, EntryKind
from lexiconsole.durable.journal import Journal, Request, RequestKind, RequestState
from lexiconsole.errors import NotOwnedError
from lexiconsole.store.conformance.standing import ending
from lexiconsole.store.conformance.stories import AT, Case, driven, new_run
from lexiconsole.types import JsonObject

__all__ = ["AuditConformance", "assert_sound"]

DATA: dict[EntryKind, JsonObject] = {
    EntryKind.PARKED: {"status": "waiting", "on": ["k"]},
    EntryKind.RETRIED: {"voids": []},
    EntryKind.COMPLETED: {"result": 1},
}


async def assert_sound(journal: Journal) -> list[Audited]:
    """The chain has no gap, each hash holds the one before it, and it says what the journal says."""
    links = await journal.audit(0, 100_000)
    before = ""
    for number, link in enumerate(links, 1):
        assert (link.number, link.hash) == (number, chained(before, link.fact))
        before = link.hash
    assert await journal.audit_head() == (len(links), before)
    said = [link.fact for link in links if link.entry.seq]
    assert said == [fact for _, fact in await journal.decisions(0, 100_000)]
    assert await journal.altered_copies() == []
    return links


class AuditConformance(Case):
    async def test_nothing_is_decided_in_a_new_store(self, journal: Journal) -> None:
        assert await journal.audit_head() == (0, "")
        assert await assert_sound(journal) == []

    @pytest.mark.parametrize("by", ["", "ada"])
    @pytest.mark.parametrize("kind", [kind for kind in EntryKind if kind is not EntryKind.CREATED], ids=str)
    async def test_what_counts_as_a_decision_is_chained_and_nothing_else(
        self, journal: Journal, kind: EntryKind, by: str
    ) -> None:
        pen = await driven(journal, by="ada")
        await pen.append((kind, "k", {"reason": 'r "ü\n', **DATA.get(kind, {})}), by=by)
        (_, entry) = await journal.load(pen.run)
        links = await assert_sound(journal)
        assert [link.entry for link in links] == ([entry] if audited(entry) else [])

    async def test_the_clock_decides_too_but_the_engine_does_not_intervene(self, journal: Journal) -> None:
        pen = await driven(journal)
        await pen.append((EntryKind.ANSWERED, "q", {"value": None}), (EntryKind.CANCEL, "", {"reason": "timeout"}))
        assert [link.entry.kind for link in await assert_sound(journal)] == ["answered"]

    async def test_many_runs_share_one_chain_in_the_order_of_their_commits(self, journal: Journal) -> None:
        pens = [await driven(journal, f"r{n}") for n in range(5)]
        for pen in pens * 3:
            await pen.append(
                (EntryKind.DONE, "s", {}),
                (EntryKind.ANSWERED, "q", {"value": 1.5}),
                (EntryKind.SIGNALLED, "", {}),
                by="b",
            )
        links = await assert_sound(journal)
        assert [link.entry.run_id for link in links] == [f"r{n % 5}" for n in range(15) for _ in (1, 2)]
        assert await journal.audit(3, 2) == links[3:5]
        positions = [position for position, _ in await journal.decisions()]
        assert positions == sorted(positions)
        assert [fact for _, fact in await journal.decisions(positions[3], 2)] == [link.fact for link in links[4:6]]

    async def test_an_entry_that_was_not_written_leaves_no_trace(self, journal: Journal) -> None:
        pen = await driven(journal)
        await pen.claimed(2)
        with pytest.raises(NotOwnedError):
            await pen.append((EntryKind.ANSWERED, "q", {"value": 1}), by="ada")
        assert await assert_sound(journal) == []

    async def test_what_a_fork_copies_was_decided_once_but_the_fork_is_a_decision(self, journal: Journal) -> None:
        pen = await driven(journal, "origin", by="ada")
        await pen.append((EntryKind.ANSWERED, "q", {"value": 1}), (EntryKind.DONE, "s", {}), by="ada")
        fork = await driven(journal, "fork", origin="origin", origin_seq=3, by="bo", data={"input": 1, "origin": {}})
        await fork.append((EntryKind.ANSWERED, "q2", {"value": 2}), by="bo")
        await driven(journal, "retried", origin="origin", origin_seq=3)  # by nobody
        links = await assert_sound(journal)
        assert [(link.entry.run_id, link.entry.seq, link.entry.by) for link in links] == [
            ("origin", 2, "ada"),
            ("fork", 1, "bo"),
            ("fork", 4, "bo"),
        ]

    async def test_a_refusal_without_an_entry_is_chained_and_one_with_an_entry_once(self, journal: Journal) -> None:
        pen = await driven(journal)
        given = Request("run", RequestKind.RETRY, "s", {"from": {"os_user": "u", "pid": 1}}, "ada", AT + 0.1)
        closed, entered, applied, child = [
            await journal.request(given),
            await journal.request(given),
            await journal.request(given),
            await journal.request(Request("run", RequestKind.CHILD_ENDED, "c", {}, "", AT)),
        ]
        await journal.close_request(closed, RequestState.REFUSED, 'no "way"')
        await journal.close_request(closed, RequestState.REFUSED, "again")
        refused: JsonObject = {"request": entered, "reason": "no"}
        await pen.append((EntryKind.REFUSED, "", refused), by="ada")
        await journal.close_request(entered, RequestState.REFUSED, "no")
        await journal.close_request(applied, RequestState.APPLIED)
        await journal.close_request(child, RequestState.REFUSED, "dropped")
        links = await assert_sound(journal)
        told: JsonObject = {
            "kind": "retry",
            "reason": 'no "way"',
            "request": closed,
            "from": {"os_user": "u", "pid": 1},
        }
        assert links[0].entry == Entry("run", 0, AT + 0.1, EntryKind.REFUSED, "s", 0, told, "ada")
        assert [link.entry.seq for link in links] == [0, 2]
        assert await journal.requests() == []

    async def test_an_attempt_that_reached_no_run_is_chained(self, journal: Journal) -> None:
        await journal.attempted(AT, "order", "ada", {"kind": "start", "reason": "no"})
        (link,) = await assert_sound(journal)
        assert link.entry == Entry("", 0, AT, EntryKind.REFUSED, "order", 0, {"kind": "start", "reason": "no"}, "ada")

    async def test_projections_made_anew_decide_nothing_again(self, journal: Journal) -> None:
        pen = await driven(journal)
        number = await journal.request(Request("run", RequestKind.ANSWER, "q", by="ada", at=AT))
        await pen.append((EntryKind.REFUSED, "", {"request": number, "reason": "no"}), by="ada")
        await pen.append(ending(EntryKind.COMPLETED))
        await journal.rebuild()
        assert len(await assert_sound(journal)) == 1

    async def test_making_the_run_itself_is_not_a_decision(self, journal: Journal) -> None:
        await journal.create(new_run(by="ada"))
        assert await assert_sound(journal) == []
