"""Journal: the port behind which runs are kept. The memory and the SQLite store implement it; one suite tests both.

Who may write what: entries are written only by the owner of a run, under the epoch it claimed; everybody else leaves a
request. Everything that is not an entry, a request or an owner is a projection of entries.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol

from lexiconsole.durable.audit import Audited
from lexiconsole.durable.entry import Entry
from lexiconsole.durable.outline import Outline
from lexiconsole.durable.rows import OwnerRow, RunRow, TaskRow
from lexiconsole.types import Instant, JsonObject, RunStatus

if TYPE_CHECKING:
    import asyncio

__all__ = [
    "TAKEN",
    "TASK_ACTS",
    "Journal",
    "NewRun",
    "OwnerRow",
    "Request",
    "RequestKind",
    "RequestState",
    "RunFilter",
    "RunRow",
    "TaskRow",
]


@dataclass(frozen=True, slots=True)
class NewRun:
    """A run to be made. `data` becomes the data of its first entry (`run.created`, seq 1) and holds at least `input`.

    `owner` is the number of the runtime that drives it from the start (status running, epoch 1); None leaves it pending
    (epoch 0). A fork names `origin` and the last seq to copy: entries 2..origin_seq of the origin follow its own
    `run.created`, in the same transaction.
    """

    id: str
    name: str
    kind: str
    version: int
    at: Instant
    data: JsonObject
    outline: Outline = Outline()
    fingerprint: str = ""
    by: str = ""
    owner: int | None = None
    parent: str = ""
    parent_key: str = ""
    wake_at: Instant | None = None
    origin: str = ""
    origin_seq: int = 0


@dataclass(frozen=True, slots=True)
class RunFilter:
    """Which runs to list; empty tuples mean any. Newest first, unless `oldest_first`; keyset paging by `before`."""

    statuses: tuple[RunStatus, ...] = ()
    names: tuple[str, ...] = ()
    parent: str = ""
    limit: int = 100
    before: int | None = None
    oldest_first: bool = False


class RequestKind(StrEnum):
    """What can be asked of a run. Besides its own fields `data` holds of every kind that a person asked: `reason`, `from`
    {os_user, host, pid}, and for a task `shown` (digest) and `asked` (the seq of the `asked` entry that was looked at).
    """

    ANSWER = "answer"  # target: key; data: value
    VOTE = "vote"  # target: key; data: verdict (approve, reject), value
    DELEGATE = "delegate"  # target: key; data: to, until
    ASK_INFO = "ask_info"  # target: key; data: question
    ESCALATE = "escalate"  # target: key
    # target: key; one's own vote, or from the initiator the whole request. Without one: one's own cancel of the run
    # while nobody has taken it up, which is done at once and never left
    WITHDRAW = "withdraw"
    SIGNAL = "signal"  # target: name; data: payload
    PAUSE = "pause"
    RESUME = "resume"
    CANCEL = "cancel"
    RETRY = "retry"  # target: key, "" for what failed
    SKIP = "skip"  # target: key; data: result
    RESOLVE = "resolve"  # target: key; data: how, result
    EDIT = "edit"  # target: key, "" for the input; data: value
    CHILD_ENDED = "child_ended"  # target: key; data: run, status, result or error


TASK_ACTS = frozenset(
    {
        RequestKind.ANSWER,
        RequestKind.VOTE,
        RequestKind.DELEGATE,
        RequestKind.ASK_INFO,
        RequestKind.ESCALATE,
        RequestKind.WITHDRAW,
    }
)
"""What people do to an open question."""


TAKEN = "taken"
"""The reply of an open request that can not be withdrawn any more."""


class RequestState(StrEnum):
    OPEN = "open"
    APPLIED = "applied"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Request:
    """What somebody who does not own the run wants of it. Its commit is the acknowledgement.

    `expects` is the revision of the target that the requester saw (the seq of the last entry at that key; for edits the
    run's seq), None to apply in any case. `reply` holds the reason when it was refused, and TAKEN while it is open and
    whoever drives the run does it.
    """

    run_id: str
    kind: RequestKind
    target: str = ""
    data: JsonObject = field(default_factory=dict)
    by: str = ""
    at: Instant = 0.0
    expects: int | None = None
    id: int = 0
    state: RequestState = RequestState.OPEN
    reply: str = ""


class Journal(Protocol):
    """A store of runs. All methods are called from one event loop, after `open`.

    Errors: StoreError with a sentence when the file can not be used (corrupt, locked, read-only, full, foreign, newer).
    """

    @property
    def place(self) -> str:
        """Where it is kept, for people: a path or "memory"."""
        ...

    @property
    def queued(self) -> int:
        """How many things wait to be written now; may be read from any thread."""
        ...

    async def open(self) -> None: ...

    async def close(self) -> None:
        """Waits until what was appended is written."""
        ...

    # runs and entries
    async def create(self, new: NewRun) -> tuple[RunRow, bool]:
        """Makes the run; (row, True). If the id is taken, the existing row and False, and nothing is written.
        Calls that arrive together share one commit.
        """
        ...

    def append(self, run: RunRow, epoch: int, entries: Sequence[Entry]) -> asyncio.Future[None]:
        """Queues entries, all or none; the future is done when they are on disk, in the order of the calls.

        An ending of a run that has a parent leaves the parent a `child_ended` request in the same commit.
        It fails with NotOwnedError when `epoch` is no longer the run's epoch (or a seq is taken); after that nothing more
        of this run is accepted under that epoch. Other runs in the same commit are not harmed.
        """
        ...

    async def load(self, run: RunRow, after: int = 0, upto: int | None = None) -> list[Entry]:
        """Entries with `after` < seq <= `upto`, in order; `upto` None means to the end."""
        ...

    async def run(self, id: str) -> RunRow | None: ...

    async def match(self, prefix: str, limit: int = 10) -> list[RunRow]:
        """Runs whose id begins with `prefix`."""
        ...

    async def runs(self, which: RunFilter) -> list[RunRow]: ...

    async def counts(self) -> dict[RunStatus, int]: ...

    async def outline(self, digest: str) -> Outline | None: ...

    async def tasks(self, run: RunRow | None = None) -> list[TaskRow]:
        """Open questions, due ones first."""
        ...

    # what other processes did
    async def head(self) -> int:
        """The position of the newest entry of the whole store, 0 when there is none."""
        ...

    async def tail(self, after: int, limit: int = 1000) -> list[tuple[int, Entry]]:
        """Entries of all runs behind a position, with their positions, in commit order."""
        ...

    def subscribe(self, listener: Callable[[Sequence[Entry]], None]) -> Callable[[], None]:
        """Calls `listener` in the event loop with each batch this store instance committed, `run.created` among them;
        gives back the way to stop.
        """
        ...

    # ownership
    async def register(self, host: str, pid: int, lock: str, at: Instant) -> OwnerRow: ...

    async def beat(self, owner: int, at: Instant) -> bool:
        """A sign of life. False when there is no such owner any more: somebody took it for dead and retired it."""
        ...

    async def owners(self) -> list[OwnerRow]: ...

    async def retire(self, owner: int) -> None:
        """Forgets an owner and frees what it owned (its runs keep their status)."""
        ...

    async def claim(self, run: RunRow, owner: int) -> RunRow | None:
        """Compare-and-set: takes the run if its epoch and owner are still those of `run`, with epoch + 1; else None."""
        ...

    async def release(self, run: RunRow, epoch: int) -> None:
        """Gives the run back, if it is still owned under `epoch`. `run.parked` and endings do this by themselves."""
        ...

    async def wakeable(self, at: Instant, limit: int = 1000, after: int = 0) -> list[RunRow]:
        """Runs nobody owns that can go on: pending, running or compensating ones, parked ones whose `wake_at` is due,
        and any with an open request. In the order of their numbers, those above `after`: whoever can not drive the
        first ones asks on behind the last.
        """
        ...

    async def next_wake(self, after: Instant | None = None) -> Instant | None:
        """The earliest `wake_at` of the runs that nobody owns, of those later than `after`; None when there is none."""
        ...

    def moved(self) -> int | None:
        """Another number than last time when anybody committed since, this process included; None when that is not known.

        Never waits.
        """
        ...

    # requests
    async def request(self, request: Request) -> int:
        """Keeps the request and gives it a number."""
        ...

    async def requests(self, owner: int | None = None, run: RunRow | None = None) -> list[Request]:
        """Open requests, oldest first: those of the runs that `owner` owns, or those of one run."""
        ...

    async def request_state(self, number: int) -> Request | None: ...

    async def close_request(self, number: int, state: RequestState, reply: str = "") -> None:
        """Closes a request that led to no entry; one that is refused becomes a fact of the audit. Requests that led to an
        entry are closed by the entry's `request`, in its commit.
        """
        ...

    async def take_request(self, number: int) -> bool:
        """Compare-and-set: notes on an open request that it is being done. False when it is open no more: do not do it.

        It stays open until its entry is written, so that a process that dies meanwhile loses nothing.
        """
        ...

    async def withdraw_request(self, number: int, reply: str) -> bool:
        """Compare-and-set: closes an open request that nobody has taken as refused, which is a fact of the audit. False, and
        nothing is changed, when it was taken or closed.
        """
        ...

    # what people decided
    async def audit(self, after: int = 0, limit: int = 1000) -> list[Audited]:
        """The chain behind a number, in order: a link for each entry that `audit.audited` lets in, written in its commit,
        and for each refusal and attempt without an entry.
        """
        ...

    async def audit_head(self) -> tuple[int, str]:
        """Number and hash of the newest link; (0, "") when nothing was decided yet."""
        ...

    async def attempted(self, at: Instant, key: str, by: str, data: JsonObject) -> None:
        """Chains an attempt that was refused before it could reach a run, as a fact of the kind `refused` with seq 0."""
        ...

    async def decisions(self, after: int = 0, limit: int = 1000) -> list[tuple[int, str]]:
        """Position and fact of each entry that is a decision, as the journal has it now: what the chain must say."""
        ...

    async def altered_copies(self, limit: int = 20) -> list[tuple[str, int]]:
        """Run and seq of decisions that a fork took over and that are no longer what they are in its origin."""
        ...

    # care
    async def check(self) -> list[str]:
        """What is wrong with the file or its projections, one sentence each."""
        ...

    async def rebuild(self) -> int:
        """Makes every projection anew from the entries; gives the number of runs."""
        ...
