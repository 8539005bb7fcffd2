"""The audit: whether the chain of decisions holds, says what the journal says, and is as long as its kept head says."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass

from lexiconsole.durable.audit import Audited, chained
from lexiconsole.durable.entry import Entry, EntryKind
from lexiconsole.durable.journal import Journal
from lexiconsole.views.set_back import SLACK

__all__ = ["Verdict", "everything", "verify"]

_BEFORE_ALL = -(2**62)
"""Behind this comes everything, also what somebody put before the first."""

_PAGE = 1_000

Witness = Callable[[Audited], Awaitable[str]]
"""Says what is wrong with the signature of a decision; "" when nothing is."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """`number` is the first entry of the chain that is not as it was written, and `fault` says in which way.

    `count` and `head` are those of the chain as it stands; `signed` how many decisions bear a signature that was found good;
    `kept` is the number that the head outside the store has, None when there is none. `set_back` are the numbers of entries
    that were written at an earlier time than the one before: somebody put the clock back. That breaks nothing.
    """

    count: int
    head: str
    signed: int = 0
    kept: int | None = None
    number: int | None = None
    fault: str = ""
    set_back: tuple[int, ...] = ()

    @property
    def sound(self) -> bool:
        return not self.fault

    @property
    def sentence(self) -> str:
        """What is known of a sound chain."""
        if not self.count:
            return "nothing was decided yet"
        signed = f", {self.signed:,} with a good signature" if self.signed else ""
        head = ""
        if self.kept is None:
            head = "; no head is kept outside, so it could not be seen if the end were cut off"
        elif self.kept < self.count:
            head = f"; the head kept outside is at {self.kept:,}"
        return f"{self.count:,} decisions, the chain holds and says what the journal says{signed}{head}{self._clock}"

    @property
    def _clock(self) -> str:
        if not self.set_back:
            return ""
        times = "" if len(self.set_back) == 1 else f" and {len(self.set_back) - 1:,} times more"
        return f"; the clock was put back before entry {self.set_back[0]:,}{times}, so its times are not in order"


class _BrokenError(Exception):
    """The first link that is not as it was written."""

    def __init__(self, number: int, fault: str) -> None:
        super().__init__(fault)
        self.number = number


async def everything(journal: Journal) -> list[Audited]:
    """The whole chain as it stands."""
    return [link async for link in _links(journal)]


async def _links(journal: Journal) -> AsyncIterator[Audited]:
    after = _BEFORE_ALL
    while page := await journal.audit(after, _PAGE):
        for link in page:
            yield link
        after = page[-1].number


async def verify(journal: Journal, kept: tuple[int, str] | None = None, witness: Witness | None = None) -> Verdict:
    """Walks the chain and the journal side by side. `kept` is the head that was put outside the store.

    What others write meanwhile does not disturb: the journal's end is looked at first, and the chain can only be ahead of it.
    """
    check = _Check(journal, kept, witness, await journal.head(), await journal.audit_head())
    number, fault = None, ""
    try:
        await check.walk()
    except _BrokenError as broken:
        number, fault = broken.number, str(broken)
    count, head = check.head
    return Verdict(count, head, check.signed, kept[0] if kept else None, number, fault, tuple(check.set_back))


class _Check:
    """One walk along the chain, with the journal's decisions beside it."""

    def __init__(
        self,
        journal: Journal,
        kept: tuple[int, str] | None,
        witness: Witness | None,
        upto: int,
        head: tuple[int, str],
    ) -> None:
        self.journal, self.kept, self.witness = journal, kept, witness
        self.upto, self.head = upto, head
        self.signed = 0
        self.set_back: list[int] = []
        self._at = float("-inf")
        self._decisions = _decisions(journal)

    async def walk(self) -> None:
        number, before = 0, ""
        async for link in _links(self.journal):
            if link.number > self.head[0]:
                break  # came while we look
            number += 1
            self._check_link(link, number, before)
            before = link.hash
            await self._compare(link)
        await self._check_end(number)

    def _check_link(self, link: Audited, number: int, before: str) -> None:
        if link.number != number:
            what = "was put before the others" if link.number < number else "is missing"
            raise _BrokenError(min(number, link.number), f"entry {min(number, link.number)} {what}")
        if link.hash != chained(before, link.fact):
            fault = f"entry {number} is not what was written: it was changed, exchanged, or put in{_about(link)}"
            raise _BrokenError(number, fault)
        if self.kept is not None and number == self.kept[0] and link.hash != self.kept[1]:
            fault = f"entry {number} is not the one whose hash is kept outside: the chain up to it was written anew"
            raise _BrokenError(number, fault)

    async def _compare(self, link: Audited) -> None:
        """The journal must go on with the same decision."""
        try:
            entry = link.entry
        except ValueError:
            raise _BrokenError(link.number, f"entry {link.number} can not be read") from None
        if entry.seq:
            decision = await anext(self._decisions, None)  # a tuple as the default makes CPython 3.11 stumble
            if decision is None or decision[1] != link.fact:
                raise _BrokenError(link.number, await self._difference(link, entry))
            if entry.at < self._at - SLACK:
                self.set_back.append(link.number)
            self._at = entry.at
        if self.witness is not None and entry.data.get("signature") is not None:
            if reason := await self.witness(link):
                raise _BrokenError(link.number, f"entry {link.number}{_about(link)}: {reason}")
            self.signed += entry.kind != EntryKind.REFUSED

    async def _difference(self, link: Audited, entry: Entry) -> str:
        """In which way journal and chain do not agree, from what the run holds at that place."""
        row = await self.journal.run(entry.run_id)
        found = await self.journal.load(row, after=entry.seq - 1, upto=entry.seq) if row is not None else []
        where = f"entry {link.number}: run {entry.run_id}#{entry.seq} {entry.kind}"
        if not found:
            return f"{where} was removed from the journal"
        names = [name for name in Entry._fields if getattr(found[0], name) != getattr(entry, name)]
        if names:
            return f"{where} was changed in the journal: {', '.join(names)}"
        return f"{where} stands at another place in the journal, or another decision was put before it"

    async def _check_end(self, number: int) -> None:
        async for position, said in self._decisions:
            if position <= self.upto:
                entry = Audited(0, said, "").entry
                where = f"run {entry.run_id}#{entry.seq} {entry.kind}"
                raise _BrokenError(
                    number + 1, f"entry {number + 1} is missing: the journal has a decision more, {where}"
                )
            break
        if self.kept is not None and self.kept[0] > number:
            raise _BrokenError(
                number + 1, f"entry {number + 1} is missing: the end was cut off, {self.kept[0]} entries were written"
            )
        for run_id, seq in await self.journal.altered_copies(1):
            fault = f"run {run_id}#{seq}, which a fork took over, is not what it is in the run it came from"
            raise _BrokenError(number, fault)


async def _decisions(journal: Journal) -> AsyncIterator[tuple[int, str]]:
    after = _BEFORE_ALL
    while page := await journal.decisions(after, _PAGE):
        for position, said in page:
            yield position, said
        after = page[-1][0]


def _about(link: Audited) -> str:
    try:
        entry = link.entry
    except ValueError:
        return ""
    return f" (run {entry.run_id}#{entry.seq} {entry.kind} by {entry.by or 'the engine'})"
