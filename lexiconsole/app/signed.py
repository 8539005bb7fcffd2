"""What somebody signed, held against the entry that bears the signature: a good signature for another decision proves nothing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lexiconsole.durable.entry import Entry

__all__ = ["says_the_same"]

_BECOMES = {
    "answer": {"answered"},
    "vote": {"voted", "answered"},
    "delegate": {"delegated"},
    "ask_info": {"answered"},
    "escalate": {"escalated"},
    "withdraw": {"voted", "answered"},
    "signal": {"signalled"},
    "pause": {"run.paused"},
    "resume": {"run.resumed"},
    "cancel": {"run.cancel", "run.cancelled"},
    "retry": {"retried", "resolved", "answered"},
    "skip": {"skipped", "answered"},
    "resolve": {"resolved", "answered"},
    "edit": {"edited", "retried"},
}
"""Which entries a request may lead to; any to `refused`."""

_AT_ITS_KEY = frozenset({"answer", "vote", "delegate", "ask_info", "escalate", "withdraw"})


def says_the_same(told: Mapping[str, Any], entry: Entry) -> bool:
    """Whether the signed text (`sealed_text`, read) is of the decision that the entry holds."""
    kind = str(told.get("kind"))
    if (told.get("run"), told.get("by")) != (entry.run_id, entry.by):
        return False
    if entry.kind == "refused":
        return True  # nothing came of it
    if entry.kind not in _BECOMES.get(kind, ()) or (kind in _AT_ITS_KEY and told.get("target") != entry.key):
        return False
    return all(entry.data.get(name) == value for name, value in _must_say(kind, told, entry).items())


def _must_say(kind: str, told: Mapping[str, Any], entry: Entry) -> dict[str, Any]:
    """The fields of the entry that follow from what was signed."""
    asked, held = told.get("data", {}), entry.data
    match kind:
        case "vote":
            form = {"given": asked.get("value")} if "given" in held else {}
            return {"verdict": asked.get("verdict"), **form}
        case "withdraw" if entry.kind == "voted":
            return {"verdict": "withdrawn"}
        case "answer":
            return {"value": asked.get("value")}
        case "delegate":
            return {"to": asked.get("to"), **({"until": asked.get("until")} if "until" in held else {})}
        case "signal":
            return {"name": told.get("target"), "payload": asked.get("payload")}
        case "skip" if entry.kind == "skipped":
            return {"result": asked.get("result")}
        case "resolve" if entry.kind == "resolved":
            return {"how": asked.get("how"), **({"result": asked.get("result")} if asked.get("how") == "done" else {})}
        case "edit" if "patch" in asked:
            return {"patch": asked["patch"]} if entry.kind == "edited" else {}
        case "edit" if entry.kind == "edited" and entry.key:  # an input is kept as its definition reads it
            return {"value": asked.get("value")}
        case _:
            return {}
