"""Decisions as a face lists them: who did what to which task, from the links of the audit."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from lexiconsole.durable.audit import Audited
from lexiconsole.types import Instant
from lexiconsole.views.words import STEP_LOOKS, Look, StepState

__all__ = ["Decided", "decided"]

_SETTLED = {"approved": "approve", "rejected": "reject", "withdrawn": "withdraw", "info": "ask back"}
_WORDS = {
    "answered": "answer",
    "delegated": "hand on",
    "escalated": "escalate",
    "skipped": "leave it",
    "resolved": "resolve",
    "edited": "edit",
    "retried": "retry",
    "migrated": "migrate",
    "refused": "refused",
    "signalled": "signal",
}
_STATES = {"reject": StepState.REJECTED, "withdraw": StepState.REJECTED, "refused": StepState.FAILED}


@dataclass(frozen=True, slots=True)
class Decided:
    """One act of a person. `word` is what they did; nothing in it is made harmless yet."""

    at: Instant
    by: str
    word: str
    run: str
    key: str
    reason: str = ""

    @property
    def look(self) -> Look:
        return STEP_LOOKS[_STATES.get(self.word, StepState.DONE)]


def decided(links: Iterable[Audited]) -> list[Decided]:
    """What people decided on tasks, in the order of the links; what nobody can read any more is left out."""
    found = []
    for link in links:
        try:
            entry = link.entry
        except ValueError:
            continue
        data: dict[str, Any] = entry.data
        word = _word(str(entry.kind), data)
        if word and entry.by and entry.key:
            found.append(Decided(entry.at, entry.by, word, entry.run_id, entry.key, str(data.get("reason") or "")))
    return found


def _word(kind: str, data: dict[str, Any]) -> str:
    if kind == "voted":
        return str(data.get("verdict", "vote"))
    value = data.get("value")
    if kind == "answered" and isinstance(value, dict) and "votes" in value:
        return _SETTLED.get(str(value.get("outcome")), _WORDS[kind])
    return _WORDS.get(kind, "")
