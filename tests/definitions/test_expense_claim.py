"""A claim is approved by as many people as it is worth, by nobody who made it, and paid once."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from expense_claim import Claim, add_up, expense_claim

from _books import Books, Payment
from lexiconsole.durable.definition import Definition, definition_of
from lexiconsole.durable.journal import RequestKind, RequestState
from lexiconsole.errors import InvalidInputError
from lexiconsole.types import RunStatus
from tests.people import Staff
from tests.replaying import resumed_from
from tests.support import House, house

STAFF = Staff(
    {
        "zoe": [],
        "ana": ["manager"],
        "ben": ["finance"],
        "cleo": ["director"],
        "dan": ["director"],
        "eva": ["director"],
    }
)

WHO_DECIDES: list[tuple[int, list[str]]] = [
    (900, ["ana"]),
    (1_000, ["ana"]),
    (5_000, ["ana", "ben"]),
    (50_000, ["ana", "ben", "eva", "cleo"]),
]
LEVELS = {"ana": "manager", "ben": "finance", "cleo": "directors", "dan": "directors", "eva": "directors"}


def definition() -> Definition:
    found = definition_of(expense_claim)
    assert found is not None
    return found


def claimed(folder: Path, amount: float) -> dict[str, Any]:
    return {"amount": amount, "books": str(folder / "books.db")}


async def vote(h: House, row: Any, *names: str, verdict: str = "approve") -> Any:
    for name in names:
        await h.ask(row, RequestKind.VOTE, f"approval/{LEVELS[name]}", by=name, verdict=verdict)
        row = await h.settle(row)
    return row


@pytest.mark.parametrize(("amount", "people"), WHO_DECIDES)
async def test_as_many_people_decide_as_it_is_worth(tmp_path: Path, amount: int, people: list[str]) -> None:
    async with house(people=STAFF) as h:
        row = await h.run(definition(), claimed(tmp_path, amount), by="zoe")
        for name in people:
            assert row.status is RunStatus.WAITING
            row = await vote(h, row, name)
        assert row.status is RunStatus.COMPLETED
        assert Books(tmp_path / "books.db").payments() == [Payment(row.id, "zoe", amount * 100, ", ".join(people))]


async def test_a_director_who_claims_is_not_one_of_the_two(tmp_path: Path) -> None:
    async with house(people=STAFF) as h:
        row = await h.run(definition(), claimed(tmp_path, 50_000), by="eva")
        row = await vote(h, row, "ana", "ben", "eva", "cleo")
        assert row.status is RunStatus.WAITING, "her own vote was refused"
        assert (await vote(h, row, "dan")).status is RunStatus.COMPLETED


async def test_a_rejected_claim_is_not_paid_and_the_run_says_who_rejected_it(tmp_path: Path) -> None:
    async with house(people=STAFF) as h:
        row = await h.run(definition(), claimed(tmp_path, 5_000), by="zoe")
        row = await vote(h, row, "ana")
        row = await vote(h, row, "ben", verdict="reject")
        assert row.status is RunStatus.FAILED
        assert (await h.entries(row))[-1].data["error"]["type"] == "RejectedError"
        assert not (tmp_path / "books.db").exists()


async def test_a_level_that_nobody_decides_in_time_goes_to_the_directors_as_well(tmp_path: Path) -> None:
    async with house(people=STAFF) as h:
        row = await h.run(definition(), claimed(tmp_path, 900), by="zoe")
        refused = await h.ask(row, RequestKind.VOTE, "approval/manager", by="dan", verdict="approve")
        assert refused.state is RequestState.REFUSED
        await h.settle(row)
        h.clock.set_back(-8 * 86_400)
        row = await h.again(row)
        await h.ask(row, RequestKind.VOTE, "approval/manager", by="dan", verdict="approve")
        assert (await h.settle(row)).status is RunStatus.COMPLETED


async def test_a_crash_anywhere_neither_pays_twice_nor_asks_again_what_was_decided(tmp_path: Path) -> None:
    people = ["ana", "ben", "cleo", "dan"]
    async with house(people=STAFF) as h:
        row = await vote(h, await h.run(definition(), claimed(tmp_path, 50_000), by="zoe"), *people)
        entries = await h.entries(row)
    for cut in range(1, len(entries)):
        h = await resumed_from(entries[:cut], definition(), people=STAFF)
        again = await h.again(row)
        again = await vote(h, again, *people)
        assert again.status is RunStatus.COMPLETED, cut
        await h.runtime.stop()
    assert len(Books(tmp_path / "books.db").payments()) == 1


def test_the_sample_report_adds_up() -> None:
    total = add_up(Claim(), "zoe")
    assert total.amount == "895.70" and total.by_category == {"travel": 350_90, "lodging": 398_00, "meals": 146_80}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("what,amount\n", "category missing"),
        ("what,category,amount\n", "has no expenses in it"),
        ("what,category,amount\ntaxi,travel,-3\n", "line 2: -3 is no amount"),
        ("what,category,amount\ntaxi,travel,3.001\n", "two decimals at most"),
        ("what,category,amount\ntaxi,travel,much\n", "'much' is no amount"),
        ("what,category,amount\ntaxi,travel,NaN\n", "NaN is no amount"),
        ("what,category,amount\ntaxi\n", "is no amount"),
    ],
)
def test_a_report_that_makes_no_sense_says_in_which_line(tmp_path: Path, text: str, said: str) -> None:
    report = tmp_path / "report.csv"
    report.write_text(text)
    with pytest.raises(ValueError, match=r"report\.csv") as fault:
        add_up(Claim(report=report), "zoe")
    assert said in str(fault.value)


@pytest.mark.parametrize("given", [{"amount": 0}, {"amount": 1.001}, {"days": 0}, {"report": "no.csv"}, {"colour": 1}])
def test_input_without_sense_is_refused(given: dict[str, Any]) -> None:
    with pytest.raises(InvalidInputError):
        definition().validate(given)
