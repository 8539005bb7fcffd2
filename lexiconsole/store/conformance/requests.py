"""Requests: what those who do not drive a run want of it, kept until an entry or a refusal settles it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from lexiconsole.durable.entry import EntryKind as Kind
from lexiconsole.durable.journal import TAKEN, Journal, Request, RequestKind, RequestState
from lexiconsole.errors import NotFoundError, ValueNotStorableError
from lexiconsole.store.conformance.standing import FAILED, ending
from lexiconsole.store.conformance.stories import AT, Case, Fact, driven, new_run

__all__ = ["RequestsConformance"]

ANSWER = Request("run", RequestKind.ANSWER, "review", {"value": [1, "ü", None]}, "ada", AT + 0.1, 3)


class RequestsConformance(Case):
    async def test_a_request_is_kept_as_it_was_made(self, journal: Journal) -> None:
        await journal.create(new_run())
        number = await journal.request(ANSWER)
        kept = replace(ANSWER, id=number)
        assert await journal.request_state(number) == kept
        assert await journal.requests() == [kept]
        assert await journal.request_state(number + 1) is None

    async def test_a_request_to_nobody_is_refused(self, journal: Journal) -> None:
        with pytest.raises(NotFoundError, match="nobody"):
            await journal.request(replace(ANSWER, run_id="nobody"))
        assert await journal.requests() == []

    @pytest.mark.parametrize("bad", [{"data": {"value": float("nan")}}, {"by": "a\0"}, {"target": "\udce9"}])
    async def test_a_request_that_can_not_be_kept_is_refused(self, journal: Journal, bad: dict[str, Any]) -> None:
        await journal.create(new_run())
        with pytest.raises(ValueNotStorableError):
            await journal.request(replace(ANSWER, **bad))
        assert await journal.requests() == []

    async def test_open_requests_are_found_by_run_and_by_owner_oldest_first(self, journal: Journal) -> None:
        a, b = await driven(journal, "a", owner=1), await driven(journal, "b", owner=2)
        numbers = [await journal.request(replace(ANSWER, run_id=run_id)) for run_id in ("a", "b", "a")]
        assert [r.id for r in await journal.requests()] == numbers
        assert [r.id for r in await journal.requests(owner=1)] == [numbers[0], numbers[2]]
        assert [r.id for r in await journal.requests(run=b.run)] == [numbers[1]]
        assert await journal.requests(owner=2, run=a.run) == []
        assert await journal.requests(owner=9) == []

    @pytest.mark.parametrize(
        "fact",
        [
            (Kind.ANSWERED, "review", {"value": 1}),
            (Kind.SIGNALLED, "", {"name": "s"}),
            (Kind.PAUSED, "", {}),
            (Kind.RESUMED, "", {}),
            (Kind.CANCEL, "", {}),
            (Kind.RETRIED, "x", {"voids": []}),
            (Kind.SKIPPED, "x", {}),
            (Kind.RESOLVED, "x", {"how": "again"}),
            (Kind.EDITED, "x", {"value": 1}),
            (Kind.CHILD_ENDED, "x", {}),
            (Kind.STEP_FAILED, "x", {"error": {"message": "m"}}),
            (Kind.CANCELLED, "", {}),
        ],
        ids=lambda fact: fact[0].value,
    )
    async def test_the_entry_it_led_to_settles_it_in_the_same_commit(self, journal: Journal, fact: Fact) -> None:
        pen = await driven(journal)
        number = await journal.request(ANSWER)
        other = await journal.request(ANSWER)
        kind, key, data = fact
        await pen.append((kind, key, {**data, "request": number}))
        assert await journal.request_state(number) == replace(ANSWER, id=number, state=RequestState.APPLIED)
        assert [request.id for request in await journal.requests()] == [other]
        assert await journal.check() == []

    async def test_a_refusal_keeps_its_reason(self, journal: Journal) -> None:
        pen = await driven(journal)
        number = await journal.request(ANSWER)
        await pen.append(
            (Kind.REFUSED, "review", {"request": number, "kind": "answer", "reason": "value: not a number\n!"})
        )
        state = await journal.request_state(number)
        assert state is not None
        assert (state.state, state.reply) == (RequestState.REFUSED, "value: not a number\n!")

    async def test_an_entry_of_another_run_settles_nothing(self, journal: Journal) -> None:
        origin = await driven(journal)
        other = await driven(journal, "other")
        number = await journal.request(ANSWER)
        await other.append((Kind.PAUSED, "", {"request": number}))
        assert [request.id for request in await journal.requests()] == [number]
        await origin.append((Kind.PAUSED, "", {"request": number}))
        later = await journal.request(ANSWER)
        await journal.create(new_run("fork", origin="run", origin_seq=2))
        assert [request.id for request in await journal.requests()] == [later]

    async def test_what_is_settled_stays_settled(self, journal: Journal) -> None:
        pen = await driven(journal)
        number = await journal.request(ANSWER)
        await journal.close_request(number, RequestState.REFUSED, "no definition")
        await journal.close_request(number, RequestState.APPLIED)
        await pen.append((Kind.ANSWERED, "review", {"value": 1, "request": number}))
        state = await journal.request_state(number)
        assert state is not None
        assert (state.state, state.reply) == (RequestState.REFUSED, "no definition")
        assert await journal.requests() == []

    async def test_it_is_taken_or_withdrawn_whichever_comes_first(self, journal: Journal) -> None:
        """A request that was taken stays open: whoever took it may die before it is done."""
        pen = await driven(journal)
        taken, withdrawn = await journal.request(ANSWER), await journal.request(ANSWER)
        assert await journal.take_request(taken) and await journal.take_request(taken)
        assert not await journal.withdraw_request(taken, "withdrawn")
        assert [request.id for request in await journal.requests()] == [taken, withdrawn]
        assert await journal.withdraw_request(withdrawn, "withdrawn")
        assert not await journal.take_request(withdrawn) and not await journal.withdraw_request(withdrawn, "again")
        assert [(request.id, request.reply) for request in await journal.requests()] == [(taken, TAKEN)]
        assert [link.entry.data["reason"] for link in await journal.audit()] == ["withdrawn"]
        await pen.append((Kind.ANSWERED, "review", {"value": 1, "request": taken}))
        assert not await journal.withdraw_request(taken, "too late") and not await journal.take_request(taken)
        closed = [await journal.request_state(number) for number in (taken, withdrawn)]
        assert [(each.state, each.reply) for each in closed if each] == [("applied", ""), ("refused", "withdrawn")]
        assert await journal.check() == []

    async def test_a_refused_entry_settles_nothing(self, journal: Journal) -> None:
        """What a former owner writes does not close a request either."""
        pen = await driven(journal)
        number = await journal.request(ANSWER)
        await pen.claimed(2)
        await _ignore(pen.append((Kind.ANSWERED, "review", {"value": 1, "request": number})))
        assert [request.id for request in await journal.requests()] == [number]

    @pytest.mark.parametrize(
        "fact",
        [
            ending(Kind.COMPLETED),
            ending(Kind.COMPLETED, result={"a": None, "b": [0.1, "ü\x00"]}),
            FAILED,
            ending(Kind.COMPENSATED, error={"message": "m"}, undone=["a"]),
            ending(Kind.CANCELLED, reason='"enough"'),
        ],
        ids=lambda fact: f"{fact[0].value} {fact[2]}",
    )
    async def test_a_child_tells_its_parent_how_it_ended(self, journal: Journal, fact: Fact) -> None:
        parent = await driven(journal)
        child = await driven(journal, "child \"ü'", parent="run", parent_key="call", owner=2)
        await child.append(fact)
        (request,) = await journal.requests(owner=1)
        told = {"run": child.run.id, "status": fact[0].value.removeprefix("run."), **fact[2]}
        assert replace(request, id=0) == Request("run", RequestKind.CHILD_ENDED, "call", told, at=AT + 2)
        await parent.append((Kind.CHILD_ENDED, "call", {**request.data, "request": request.id}))
        assert await journal.requests() == []

    async def test_a_child_that_only_parks_or_has_no_parent_tells_nobody(self, journal: Journal) -> None:
        await driven(journal)
        child = await driven(journal, "child", parent="run", parent_key="call")
        await child.append((Kind.PARKED, "", {"status": "waiting"}))
        orphan = await driven(journal, "orphan", parent="lost", parent_key="call")
        await orphan.append(ending(Kind.COMPLETED))
        await (await driven(journal, "single")).append(ending(Kind.COMPLETED))
        assert await journal.requests() == []

    async def test_a_fork_does_not_tell_the_parent_of_an_ending_it_copied(self, journal: Journal) -> None:
        await driven(journal)
        origin = await driven(journal, "origin")
        await origin.append(FAILED)
        fork = await driven(journal, "fork", origin="origin", origin_seq=2, parent="run", parent_key="call")
        assert await journal.requests() == []
        await fork.append(ending(Kind.COMPLETED))
        assert [request.data["run"] for request in await journal.requests()] == ["fork"]


async def _ignore(future: Any) -> None:
    try:
        await future
    except Exception:
        return
