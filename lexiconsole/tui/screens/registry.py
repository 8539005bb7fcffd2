"""Which screen is at which place. A screen is imported when somebody goes there; what is not listed is not offered."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, cast

from lexiconsole.tui.keymap import Place

if TYPE_CHECKING:
    from lexiconsole.tui.place import ConsoleScreen

__all__ = ["SCREENS", "make_screen"]

SCREENS: dict[Place, tuple[str, str]] = {
    Place.DASHBOARD: ("dashboard", "DashboardScreen"),
    Place.START: ("start", "StartScreen"),
    Place.SAGA: ("saga", "SagaScreen"),
    Place.RUN: ("run", "RunScreen"),
    Place.INBOX: ("inbox", "InboxScreen"),
    Place.TASK: ("task", "TaskScreen"),
    Place.DOUBT: ("doubt", "DoubtScreen"),
    Place.BULK: ("bulk", "BulkScreen"),
    Place.MACHINE: ("machine", "MachineScreen"),
    Place.DIFF: ("diff", "DiffScreen"),
    Place.SQL: ("sql", "SqlScreen"),
    Place.DEFINITIONS: ("definitions", "DefinitionsScreen"),
}
"""Module under `tui/screens` and class. A screen takes what it is about: a run's id, a task's id, a definition's name."""


def make_screen(place: Place, subject: str = "") -> ConsoleScreen:
    """A new screen; KeyError for a place that has none."""
    module, name = SCREENS[place]
    made = getattr(importlib.import_module(f"lexiconsole.tui.screens.{module}"), name)
    return cast("ConsoleScreen", made(subject) if subject else made())
