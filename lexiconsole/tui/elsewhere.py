"""Elsewhere: what can be done on other screens than the one that is seen, so that whoever looks for it learns where and by which key."""

from __future__ import annotations

from collections.abc import Iterator

from lexiconsole.tui.keymap import Key, Place, keys_at

__all__ = ["AT_HAND", "WHERE", "elsewhere"]

WHERE = {
    Place.DASHBOARD: "the first screen",
    Place.START: "the form of a start",
    Place.RUN: "a run",
    Place.SAGA: "a saga",
    Place.INBOX: "the inbox",
    Place.TASK: "a task",
    Place.DOUBT: "a doubt",
    Place.BULK: "a bulk operation",
    Place.MACHINE: "a state machine",
    Place.DEFINITIONS: "the definitions",
    Place.DIFF: "what differs",
    Place.SQL: "a question in SQL",
}
AT_HAND = frozenset({Place.DASHBOARD, Place.INBOX, Place.DEFINITIONS, Place.SQL})
"""Those that need nothing to be opened on."""


def elsewhere(here: frozenset[str]) -> Iterator[tuple[Key, Place]]:
    """Each action that is not `here`, with a screen that has it: one that is at hand if there is one."""
    seen = set(here)
    for place in sorted(Place, key=lambda place: place not in AT_HAND):
        for key in keys_at(place):
            if key.action not in seen and not key.action.startswith("pane_"):
                seen.add(key.action)
                yield key, place
