"""Rows: what a journal tells of runs, open questions and those who drive. Apart, for whoever only shows them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from lexiconsole.types import Instant, JsonObject, RunStatus

if TYPE_CHECKING:
    from lexiconsole.durable.entry import Entry

__all__ = ["OwnerRow", "RunRow", "TaskRow"]


@dataclass(frozen=True, slots=True)
class RunRow:
    """One run in the list: a projection of its entries.

    `number` is its integer inside the store. `seq` is the last entry's number, `base` the seq of the entry that began the
    current generation (1, or its last `run.renewed`): replay reads from there. `where` is the key that matters now
    (the failed, doubted, asked or last finished one), `error` one line, `wake_at` when a timer is due.
    """

    number: int
    id: str
    name: str
    kind: str
    version: int
    digest: str
    fingerprint: str
    status: RunStatus
    created_at: Instant
    changed_at: Instant
    by: str = ""
    seq: int = 1
    base: int = 1
    epoch: int = 0
    owner: int | None = None
    parent: str = ""
    parent_key: str = ""
    origin: str = ""
    origin_seq: int = 0
    where: str = ""
    error: str = ""
    wake_at: Instant | None = None


@dataclass(frozen=True, slots=True)
class TaskRow:
    """An open question in the inbox. Its id is `RUN:KEY`; `acts` are what people did to it since it was asked."""

    run_id: str
    name: str
    key: str
    seq: int
    asked_at: Instant
    due: Instant | None
    data: JsonObject
    acts: tuple[Entry, ...] = ()

    @property
    def id(self) -> str:
        return f"{self.run_id}:{self.key}"


@dataclass(frozen=True, slots=True)
class OwnerRow:
    """A runtime that drives runs. It lives as long as it holds the lock on `lock`, a file beside the store."""

    number: int
    host: str
    pid: int
    lock: str
    started_at: Instant
    beat_at: Instant
