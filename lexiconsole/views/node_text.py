"""What came of a node, or what it waits for, in the few words that fit beside it."""

from __future__ import annotations

from collections.abc import Sequence

from lexiconsole.types import Json
from lexiconsole.views.picture import NodeView
from lexiconsole.views.safe import harmless
from lexiconsole.views.story import Row, RowKind
from lexiconsole.views.values import brief, error_line
from lexiconsole.views.words import STEP_LOOKS, StepState

__all__ = ["counted", "few_words", "node_text"]

_SHORT = 48  # signs; whoever shows it cuts further


def node_text(view: NodeView, row: Row | None, inner: Sequence[Row]) -> str:
    """Harmless, at most 48 signs; "" when there is nothing to say."""
    speaking = next((one for one in inner if one.key == view.row), row)
    if speaking is not None and speaking.state in (StepState.FAILED, StepState.RETRYING, StepState.UNDO_FAILED):
        return error_line(speaking.error, _SHORT) or _undecided(speaking.result)
    if speaking is not None and speaking.state is StepState.REJECTED:
        return brief(_said_no(speaking), _SHORT)
    if speaking is not None and speaking.state is StepState.WAITING:
        return _asked(speaking)
    if speaking is not None and speaking.state is StepState.DOUBTFUL:
        return harmless(speaking.text or "outcome unknown")[:_SHORT]
    if sum(view.items.values()) > 1:
        return counted(view)
    if row is None or row.state not in (StepState.DONE, StepState.BY_HAND, StepState.SKIPPED):
        return harmless(row.text)[:_SHORT] if row is not None and row.kind is RowKind.CHILD else ""
    if row.kind is RowKind.DECISION and isinstance(row.result, bool):
        return "→ yes" if row.result else "→ no"
    ways = _ways(row)
    return f"→ {brief(ways, _SHORT - 2)}" if ways else few_words(row.result)


def _said_no(row: Row) -> str:
    """`rejected by fay: no receipt`; what was withdrawn says so."""
    said = row.result if isinstance(row.result, dict) else {}
    if row.error or said.get("outcome") == "withdrawn":
        by, reason = (said.get("by"), said.get("reason")) if said else ("", (row.error or {}).get("message"))
        return f"withdrawn{f' by {by}' if by else ''}{f': {reason}' if reason else ''}"
    votes = said.get("votes")
    cast = [vote for vote in votes if isinstance(vote, dict)] if isinstance(votes, list) else []
    against = {
        str(vote.get("by") or vote.get("seat")): vote.get("reason") for vote in cast if vote.get("verdict") == "reject"
    }
    steps = said.get("rejected")
    against |= steps if isinstance(steps, dict) else {}
    why = next((reason for reason in against.values() if reason), "")
    by = f" by {', '.join(against)}" if against else ""
    return f"rejected{by}{f': {why}' if why else ''}"


def _undecided(result: Json) -> str:
    """Of a level that came to no decision."""
    overdue = isinstance(result, dict) and result.get("outcome") == "overdue"
    return "nobody decided in time" if overdue else "no decision" if isinstance(result, dict) else ""


def _ways(row: Row) -> str:
    """Where a decision leads, by name; "" for what is no decision or names nothing."""
    said = [row.result] if isinstance(row.result, str) else row.result
    if row.kind is not RowKind.DECISION or not isinstance(said, list):
        return ""
    return ", ".join(way for way in said if isinstance(way, str))


def _asked(row: Row) -> str:
    """Whom it waits for, where that is known, else what is asked."""
    who = row.data.get("who")
    if isinstance(who, list) and who:
        return brief(", ".join(str(name) for name in who), _SHORT)
    return brief(row.text, _SHORT)


def counted(view: NodeView) -> str:
    """`✓31 ◐4 ✗2`: how many of a fan-out stand where, those that are done first."""
    order = (StepState.DONE, *(state for state in StepState if state is not StepState.DONE))
    return " ".join(f"{STEP_LOOKS[state].glyph}{view.items[state]}" for state in order if view.items.get(state))


def few_words(value: Json) -> str:
    """A result made short: what it is called in a record, how many there are of a list."""
    match value:
        case None:
            return ""
        case list() if len(value) != 1:
            return f"{len(value)} of them" if value else "none"
        case [only]:
            return few_words(only)
        case dict() if value:
            first = next(iter(value.items()))
            return brief(f"{first[0]} {brief(first[1], 30)}", _SHORT)
        case dict():
            return ""
        case _:
            return brief(value, _SHORT)
