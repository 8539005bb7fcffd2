"""Trouble: what stands in a pane while what it shows can not be read: what happened, and what to do."""

from __future__ import annotations

from collections.abc import Iterable
from weakref import WeakKeyDictionary

from textual.content import Content
from textual.widget import Widget

from lexiconsole.errors import LexiconsoleError
from lexiconsole.tui.widgets.static import Static
from lexiconsole.views.safe import harmless

__all__ = ["Trouble", "lift", "tell"]


class Trouble(Static):
    """Covers a pane, which keeps what it showed before for when it can be read again; `focused` had the keyboard in it."""

    DEFAULT_CSS = """
    Trouble { width: 1fr; height: 1fr; padding: 0 1; background: $background; color: $error; }
    Trouble.pane { border: round $error; }
    """

    def __init__(self, pane: Widget, said: Content) -> None:
        super().__init__(said, classes="pane" if pane.has_class("pane") else None)
        self.border_title = pane.border_title
        self.focused = pane.screen.focused if pane.has_focus_within else None


_STANDING: WeakKeyDictionary[Widget, Trouble] = WeakKeyDictionary()
"""By the pane that it covers."""


def tell(panes: Iterable[Widget], fault: Exception) -> None:
    """In those panes that are on a screen; saying it again changes nothing else."""
    for pane in panes:
        if pane in _STANDING:
            _STANDING[pane].update(_said(fault))
        elif pane.is_attached:
            _STANDING[pane] = Trouble(pane, _said(fault))
            pane._cover(_STANDING[pane])  # noqa: SLF001 - as the toolkit covers what is loading, but keys still work


def lift(panes: Iterable[Widget]) -> None:
    """It was read."""
    for pane in panes:
        standing = _STANDING.pop(pane, None)
        if standing is not None and pane.is_attached:
            pane._uncover()  # noqa: SLF001
            if standing.focused is not None and pane.screen.focused is None:
                standing.focused.focus()


def _said(fault: Exception) -> Content:
    told = str(fault)
    if not isinstance(fault, LexiconsoleError):
        told = f"{type(fault).__name__}: {fault}; `lexiconsole doctor` looks whether the store is sound"
    return Content(f"This can not be read: {harmless(told)}.\n\nIt is tried again every second.")
