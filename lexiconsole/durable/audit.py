"""Audit: which entries are decisions of people, how each is written down as a fact, and how facts are chained by their hashes.

A store keeps the chain in the same statement as the entry. A fact with seq 0 belongs to no entry: it is an attempt that was
refused before it could reach a run.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from functools import cached_property
from json.encoder import encode_basestring_ascii as quoted
from typing import Any

from lexiconsole.durable.entry import Entry
from lexiconsole.types import Instant

__all__ = ["MAY_DECIDE", "Audited", "audited", "chained", "fact"]

_DECISIONS = frozenset(
    {"answered", "voted", "delegated", "escalated", "skipped", "resolved", "edited", "migrated", "refused"}
)
"""Kept whoever made them: the clock may answer a question or escalate it too, and that is a decision."""

_ACTS = frozenset({"run.paused", "run.resumed", "run.cancel", "run.cancelled", "retried", "signalled"})
"""Kept when a person is behind them."""

MAY_DECIDE = _DECISIONS | _ACTS | {"run.created"}
"""Kinds outside of which nothing is a decision, for whoever looks at every entry."""


def audited(entry: Entry, origin_seq: int = 0, *, fork: bool = False) -> bool:
    """Whether the entry is a decision. What a fork copied was decided in its origin, and is not decided again."""
    if entry.seq == 1:
        return fork and bool(entry.by)
    if entry.kind not in _DECISIONS and not (entry.by and entry.kind in _ACTS):
        return False
    return entry.seq > origin_seq


def fact(run: str, seq: int, at: Instant, kind: str, key: str, attempt: int, data: str | None, by: str | None) -> str:
    """The columns of an entry as one line of JSON; `data` goes in as it is stored."""
    return (
        f'{{"run":{quoted(run)},"seq":{seq},"at":{float(at)!r},"kind":{quoted(kind)},"key":{quoted(key)},'
        f'"attempt":{attempt},"by":{quoted(by or "")},"data":{data or "{}"}}}'
    )


def chained(previous: str, fact: str) -> str:
    """The hash of a fact, which holds the one of the fact before it; "" stands before the first."""
    return hashlib.sha256(f"{previous}\n{fact}".encode("utf-8", "surrogatepass")).hexdigest()


@dataclass(frozen=True)
class Audited:
    """One link of the chain. `number` counts from 1 without gaps, `fact` is what `fact()` made."""

    number: int
    fact: str
    hash: str

    @cached_property
    def entry(self) -> Entry:
        """The fact read again, as an entry; its `kind` is plain text when this program does not know it.

        Raises ValueError when somebody made it unreadable.
        """
        try:
            told: Any = json.loads(self.fact)
            return Entry(**{("run_id" if name == "run" else name): value for name, value in told.items()})
        except (TypeError, AttributeError) as fault:
            raise ValueError(str(fault)) from None
