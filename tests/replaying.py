"""Runs of models cut off after any entry: what a killed process leaves behind, taken up by a new one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from lexiconsole.durable.definition import Definition
from lexiconsole.durable.entry import OUTCOMES, Entry, EntryKind
from lexiconsole.durable.journal import NewRun
from lexiconsole.durable.people import People
from lexiconsole.store.memory import MemoryJournal
from tests.support import House, house

UNSEEN = {EntryKind.OWNED, EntryKind.PARKED, EntryKind.STARTED}
"""Who drives, and that something began: these differ between a live run and one taken up again."""


async def resumed_from(entries: list[Entry], definition: Definition, *, people: People | None = None) -> House:
    """A house whose store holds just these entries of a run, left behind by a process that died."""
    journal = MemoryJournal()
    await journal.open()
    h = House(journal, people=people)
    owner = await journal.register("elsewhere", 1, "", 0.0)
    first = entries[0]
    made = NewRun(first.run_id, definition.name, definition.kind, 1, first.at, first.data, owner=owner.number)
    row, _ = await journal.create(made)
    if entries[1:]:
        await journal.append(row, row.epoch, entries[1:])
    await journal.retire(owner.number)
    h.registry.set(definition)
    return h


async def check_every_prefix(
    define: Callable[[list[str]], Definition], *, in_order: bool, one_failure: bool = True
) -> None:
    """Runs what `define` makes (its steps append their keys to the list it gets), then goes on from every prefix of it.

    A fork comes to the same ending by the same entries: in the same order where nothing runs side by side. After a crash
    nothing recorded is called again, and there is one ending; a step that was going on may then have an unknown outcome.
    Without `one_failure` two steps race for being the one that fails the run. The journal's order decides: a fork that holds
    the failures comes to the same ending. One that holds none of them yet runs those steps anew, as it must, and nothing in
    a journal says which will be faster then: there only that it fails is the same.
    """
    calls: list[str] = []
    async with house() as h:
        row = await h.run(define(calls))
        assert row.status.ended, row.status
        entries = await h.entries(row)
        decided = max((entry.seq for entry in entries if entry.kind is EntryKind.STEP_FAILED), default=0)
        for cut in range(1, len(entries) - 1):
            calls.clear()
            forked = await h.settle(await h.runtime.fork(row, entries[cut].seq, compensate=True))
            after = await h.entries(forked)
            assert forked.status == row.status, f"forked at {cut}"
            if one_failure or entries[cut].seq >= decided:
                assert after[-1].data == entries[-1].data, f"forked at {cut}"
                let_go = dropped(entries) | dropped(
                    after
                )  # one that was running leaves an outcome, one not yet begun none
                told, told_before = story(after, let_go), story(entries, let_go)
                assert told == told_before if in_order else sorted(told) == sorted(told_before), f"forked at {cut}"
            check_not_again(entries[: cut + 1], calls)
    for cut in range(1, len(entries)):
        calls = []
        h = await resumed_from(entries[:cut], define(calls))
        again = await h.again(row)
        assert again.status.ended or again.status == "doubtful", (cut, again.status)
        check_not_again(entries[:cut], calls)
        assert not h.bugs.seen
        await h.runtime.stop()


def check_not_again(recorded: list[Entry], calls: list[str]) -> None:
    settled = {entry.key for entry in recorded if entry.kind in OUTCOMES}
    assert not settled & set(calls), f"called again although recorded: {settled & set(calls)}"


def dropped(entries: list[Entry]) -> set[str]:
    return {entry.key for entry in entries if entry.kind is EntryKind.DROPPED}


def story(entries: list[Entry], without: set[str]) -> list[tuple[str, str, str]]:
    return [(e.kind.value, e.key, plain(e.data)) for e in entries[1:] if e.kind not in UNSEEN and e.key not in without]


def plain(data: dict[str, Any]) -> str:
    """The data without what time and place put into it."""
    return str({name: value for name, value in data.items() if name not in {"retry_at", "traceback", "until", "log"}})
