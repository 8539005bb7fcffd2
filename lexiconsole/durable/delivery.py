"""Delivery: which work begins when, and how outcomes reach it, in the order of the journal, live and replayed.

Nothing begins while the journal holds events; then all that is open does, in program order, and outcomes as they commit.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

from lexiconsole.durable.child import Child
from lexiconsole.durable.context import RunInfo
from lexiconsole.durable.entry import ACTS, OUTCOMES, Entry, EntryKind
from lexiconsole.durable.history import History
from lexiconsole.durable.host import Host
from lexiconsole.durable.recording import Recording
from lexiconsole.durable.schedule import Schedule, Strand
from lexiconsole.durable.steps import Step
from lexiconsole.durable.work import Branch, Receive, Work
from lexiconsole.errors import LexiconsoleError, ReplayMismatchError, RunCancelled, ValueNotStorableError

__all__ = ["Delivery", "Exhausted"]


class Exhausted(LexiconsoleError):  # noqa: N818 - not a fault: how a dry replay ends
    """A dry replay reached the end of the journal without running anything."""


class Delivery(Recording):
    """Holds the open work of a run and hands events to it. `live` tells whether the journal is used up."""

    def __init__(self, run: RunInfo, host: Host, history: History, *, dry: bool, lenient: bool) -> None:
        super().__init__(run, host, history, dry=dry)
        self.lenient = lenient
        self.schedule = Schedule()
        self.main = Strand()
        self.strands: dict[asyncio.Task[Any], Strand] = {}
        self.open: dict[str, Work] = {}
        self.live = history.new and not dry
        self.paused = history.paused
        self.undone: list[str] = []
        self.not_undone: list[str] = []
        self._keys: set[str] = set()
        self._fresh: list[Work] = []
        self._dropped: list[Work] = []
        self.delivered = 0
        self._order = 0
        self._resume: asyncio.Future[None] | None = None
        self._changed: asyncio.Future[None] | None = None
        self._frontier: frozenset[str] = frozenset()

    @property
    def standing(self) -> list[Work]:
        """What is not settled: what is open, and what was dropped while it ran and has not ended yet."""
        return [*self.open.values(), *self._dropped]

    def find(self, key: str) -> Work | None:
        return next((work for work in self.standing if work.key == key), None)

    @property
    def asked(self) -> frozenset[str]:
        """Every key the model asked for so far."""
        return frozenset(self._keys)

    # beginning

    def _begin_fresh(self) -> None:
        cancelled = self.schedule.cancelled is not None
        fresh, self._fresh = self._fresh, []
        for work in fresh:
            if work.begun or work.dropped or (cancelled and not work.shielded):
                continue  # after a cancel nothing unshielded begins; the wait for it raises
            work.begun = True
            work.begin()

    def _begin_branches(self) -> None:
        """A branch has no entry of its own: its sequence runs in a replay too, and asks for what the journal holds."""
        fresh, self._fresh = self._fresh, []  # the rest begins when the journal is used up
        for work in fresh:
            if isinstance(work, Branch) and not work.begun and not work.dropped:
                work.begun = True
                work.begin()

    def _begin_withheld(self, works: Sequence[Work]) -> None:
        """A model that tidies up waits for what a cancel kept from beginning: a step tells so, the rest begins now."""
        for work in works:
            if not work.begun and not work.settled:
                if isinstance(work, Step):
                    self._settle_unbegun(work)
                else:
                    work.begun = True
                    work.begin()

    # handing over

    def pump(self) -> None:
        """Hands over events while nothing moves; with none left, replay ends or the run rests."""
        schedule = self.schedule
        while schedule.moving == 0 and not self.closed:
            event = self._next_event()
            if event is not None:
                self._deliver(event)
            elif not self.live:
                self._go_live()
            else:
                self.check_blocked()
                return

    def _next_event(self) -> Entry | None:
        events = self.history.events
        if self.delivered < len(events):
            if self.lenient:
                return self._next_asked_for()
            self.delivered += 1
            return events[self.delivered - 1]
        return self.schedule.inbox.popleft() if self.live and self.schedule.inbox else None

    def deliver_at_once(self, work: Work) -> bool:
        """In a replay of one sequence: if what it waits for comes next, it need not come to rest first."""
        events = self.history.events
        if self.strands or self.lenient or self.delivered >= len(events) or self.schedule.cancelled is not None:
            return False
        if events[self.delivered].key != work.key or isinstance(work, Branch):
            return False
        self.delivered += 1
        self._deliver(events[self.delivered - 1])
        return work.settled

    def _next_asked_for(self) -> Entry | None:
        events = self.history.events
        for index in range(self.delivered, len(events)):
            event = events[index]
            if event.kind is EntryKind.CANCEL or event.key in self.open:
                del events[index]
                return event
        return None

    def _deliver(self, event: Entry) -> None:
        self.heard = event
        if event.kind is EntryKind.CANCEL:
            self._cancel(event)
            return
        work = self.open.get(event.key)
        if work is None:
            if event.key not in self._keys:
                self._mismatch(event.key, f"an entry {event.kind}", self._wanted())
            return  # dropped, or settled before: the first outcome stands
        if event.kind not in work.settled_by:
            self._mismatch(event.key, f"an entry {event.kind}", work.word)
            return
        try:
            work.settle(event)
        except ValueNotStorableError as fault:
            self._mismatch(event.key, str(fault), f"{work.word} of another type")
            return
        self.settled(work)

    def settled(self, work: Work) -> None:
        """The work has its outcome: whoever waited for it moves."""
        work.settled = True
        if work.undoes:
            (self.undone if work.value.is_ok() else self.not_undone).append(work.key)
        self._order += 1
        work.order = self._order
        self.open.pop(work.key, None)
        if work.tasks:
            self._end_what_still_waits(work)
        if work.dropped and work in self._dropped:
            self._dropped.remove(work)
        if self.schedule.watched:
            self.schedule.settled(work)
        if self._changed is not None:
            self._tell_change()

    def _end_what_still_waits(self, work: Work) -> None:
        """An outcome from outside (an answer, a skip) may leave a timer of ours behind, and no attempt may follow it."""
        for task in work.tasks:
            if task is not asyncio.current_task():
                task.cancel()

    def outcome_under_way(self, work: Work) -> bool:
        """Whether it is decided already, although the model has not heard of it yet."""
        deciding = work.busy and not isinstance(work, Child)  # a child is busy while it is being made
        return deciding or any(entry.key == work.key for entry in self.schedule.inbox)

    @property
    def cancel_asked(self) -> bool:
        """Whether the run is being cancelled, or will be at the model's next wait."""
        return self.schedule.cancelled is not None or bool(self.unheard_cancels())

    def unheard_cancels(self) -> list[Entry]:
        return [entry for entry in self.schedule.inbox if entry.kind is EntryKind.CANCEL]

    def _cancel(self, event: Entry) -> None:
        if self.schedule.cancelled is not None:
            return
        self.schedule.cancelled = RunCancelled(str(event.data.get("reason", "")), by=event.by)
        self._unpause()
        for work in self.standing:
            if isinstance(work, Step) and not work.shielded:
                work.give_up_waiting()
            if isinstance(work, Child) and work.begun and not work.shielded:
                self.host.withdraw_child(work.id, "the parent run was cancelled")
        self.schedule.wake_for_cancel()

    def _go_live(self) -> None:
        """The journal is used up: everything still open begins, in program order."""
        if self.dry:
            self.broke(Exhausted())
            return
        self._check_asked_for()
        self.live = True
        self._frontier = frozenset(self.open)
        if self.closed:
            return
        if self.schedule.cancelled is not None:
            for work in list(self.open.values()):
                if isinstance(work, Step) and not work.shielded and not work.begun:
                    self._settle_unbegun(work)
            for work in list(self.open.values()):
                if isinstance(work, Child) and not work.shielded and not work.begun and self.left_behind(work):
                    work.begun = True  # an earlier process began it; it is driven on to hear of the cancel
                    work.begin()
        self._fresh = [work for work in self.open.values() if not work.begun]
        for work in [work for work in self._dropped if not work.begun]:
            work.begun = True
            work.begin()
        self._begin_fresh()

    def _check_asked_for(self) -> None:
        """What the journal holds and the model did not ask for belongs to another definition."""
        for event in self.history.events[self.delivered :]:
            if event.kind is not EntryKind.CANCEL and event.key not in self._keys:
                self._mismatch(event.key, f"an entry {event.kind}", self._wanted())
                return
        for key, record in self.history.records.items():
            if record.opened is not None and not record.ended and not record.dropped and key not in self._keys:
                self._mismatch(key, f"an entry {record.opened.kind}", self._wanted())
                return

    def _settle_unbegun(self, work: Step) -> None:
        """After a cancel nothing unshielded begins. A step that may have begun before a crash has an unknown outcome."""
        work.begun = True
        record = self.history.records.get(work.key)
        begun = (record is not None and record.opened is not None) or self.may_have_begun(work)
        work.settle_unbegun(begun=begun and not work.withdrawn)

    def check_blocked(self) -> None:
        """Tells the host when everything waits and nothing that runs in this process will go on soon."""
        if self.live and self.journaled and not self.closed and self.schedule.moving == 0 and self.resting():
            self.host.blocked()

    def resting(self) -> bool:
        cancelled = self.schedule.cancelled is not None
        return not self.schedule.inbox and all(
            work.resting if work.begun else cancelled and not work.shielded  # which never begins
            for work in self.standing
            if not isinstance(work, Branch)
        )

    def committed(self, entry: Entry, work: Work | None = None) -> None:
        """An outcome is on disk. A step done in the model's own task goes straight on if nothing came before it."""
        if self.closed:
            return
        if work is not None and self.main.busy and not self.schedule.inbox and not work.tasks:
            self.heard = entry
            work.settle(entry)
            self.settled(work)
            return
        if work is None:
            work = next((one for one in self._dropped if one.key == entry.key), None)  # an operator settled it
        if work is not None:
            work.recorded = True
        if work is not None and work.dropped:
            self._dropped.remove(work)
            self._end_what_still_waits(work)
            self._tell_change()
            self.check_blocked()
            return
        self.schedule.inbox.append(entry)
        self.pump()

    def strand_ended(self, branch: Branch) -> None:
        self.schedule.moving -= 1
        if self.closed:
            return
        if not branch.dropped:
            self.settled(branch)
        self.pump()

    def _tell_change(self) -> None:
        if self._changed is not None and not self._changed.done():
            self._changed.set_result(None)
            self.schedule.moving += 1  # now, not in its next turn: it ends, and must not be taken for one that rests

    def _mismatch(self, key: str, recorded: str, asked: str) -> None:
        self.broke(ReplayMismatchError(self._run.id, key, recorded, asked))

    def _wanted(self) -> str:
        open_keys = [f"{work.word} {key!r}" for key, work in self.open.items() if not isinstance(work, Branch)]
        return " and ".join(open_keys[:3]) + (" and more" if len(open_keys) > 3 else "") or f"nothing more{self.ended}"

    # what happens outside

    def apply(self, entry: Entry) -> None:
        """Takes a committed entry that the runtime wrote for this run: an answer, a signal, a cancel, a resolution."""
        if self.closed:  # kept for the next generation, if this one ends in a renewal
            if entry.kind is EntryKind.SIGNALLED:
                self.history.add(entry)
            elif entry.kind is EntryKind.CANCEL:
                self.schedule.inbox.append(entry)
            elif entry.kind in (EntryKind.PAUSED, EntryKind.RESUMED):
                self.paused = entry.kind is EntryKind.PAUSED
            return
        match entry.kind:
            case EntryKind.SIGNALLED:
                self.history.add(entry)
                if self.live:
                    self.match_signals()
            case EntryKind.PAUSED:
                self.paused = True
                self.check_blocked()
            case EntryKind.RESUMED:
                self._unpause()
            case _ if entry.kind in ACTS:
                self.history.add(entry)  # the question stays open; its ballot reads them there
            case EntryKind.RETRIED:
                work = self.find(entry.key)
                if isinstance(work, Step):
                    work.hurry()
            case EntryKind.RESOLVED if entry.data["how"] == "again":
                work = self.find(entry.key)
                if isinstance(work, Step):
                    work.again()
            case _ if entry.kind in OUTCOMES or entry.kind in (EntryKind.CANCEL, EntryKind.RESOLVED):
                self.committed(entry)
            case _:
                pass  # a refusal: the model does not hear of it

    def _unpause(self) -> None:
        self.paused = False
        for work in self.open.values():
            if isinstance(work, Step):
                work.held = False
        if self._resume is not None and not self._resume.done():
            self._resume.set_result(None)

    def match_signals(self) -> None:
        """Gives each signal to the oldest begun `receive` that it fits."""
        for work in list(self.open.values()):
            if isinstance(work, Receive) and work.begun and not work.settled and not work.tasks:
                for signal in self.history.signals:
                    if work.fits(signal):
                        self.history.take_signal(work.key, signal)
                        work.take(signal)
                        break

    async def may_start(self, step: Step) -> None:
        """The gate before an attempt: a paused run starts nothing, and one that may be lost asks first."""
        while self.paused and not self.closed:
            step.held = True
            if self._resume is None or self._resume.done():
                self._resume = asyncio.get_running_loop().create_future()
            self.check_blocked()
            await self._resume
        await self.host.before_step()

    def interrupt(self) -> None:
        """The time for draining after a cancel is up."""
        for work in self.standing:
            if isinstance(work, Step) and not work.shielded:
                work.interrupt()

    def already_open(self, work: Work) -> bool:
        """Whether the journal has the beginning of this work."""
        record = self.history.records.get(work.key)
        if record is None or record.opened is None:
            return False
        if record.opened.kind is not work.opened_by:
            self._mismatch(work.key, f"an entry {record.opened.kind}", work.word)
        return True

    def begun_before(self, work: Work) -> bool:
        """Whether an earlier process had come this far and may have begun it: then what is late now was not late then."""
        return work.key in self._frontier

    def left_behind(self, child: Child) -> bool:
        """Whether an earlier process began this child run, and nobody has heard of its end."""
        record = self.history.records.get(child.key)
        return record is not None and record.opened is not None and not record.ended

    def may_have_begun(self, work: Work) -> bool:
        """Whether an earlier process may have begun it without leaving a trace (starts are written a moment late)."""
        if self.history.clean or work.key not in self._frontier:
            return False
        return not isinstance(work, Step) or work.policy.idempotent  # of another the intent would be on disk

    def no_more_attempts(self, work: Work) -> bool:
        return self.closed or (self.schedule.cancelled is not None and not work.shielded)
