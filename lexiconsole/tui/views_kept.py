"""Saved views from the console: shown, kept and forgotten by commands."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lexiconsole.app.saved_views import SavedViews
from lexiconsole.errors import LexiconsoleError, UsageError
from lexiconsole.tui.acts import READ_ONLY
from lexiconsole.tui.going import filter_runs, home_of
from lexiconsole.views.safe import harmless, harmless_sentence

if TYPE_CHECKING:
    from lexiconsole.tui.app import ConsoleApp
    from lexiconsole.tui.place import ConsoleScreen

__all__ = ["forget_view", "save_view", "saved_views", "show_view"]


def saved_views(console: ConsoleApp) -> dict[str, str]:
    """Name to filter; none while the file has a mistake, which is told when one is asked for."""
    try:
        return _kept(console).all()
    except LexiconsoleError:
        return {}


def show_view(screen: ConsoleScreen, name: str) -> None:
    try:
        text = _kept(screen.console).get(name)
    except LexiconsoleError as fault:
        screen.status.explain(harmless_sentence(str(fault)))
        return
    filter_runs(screen, text)


def save_view(screen: ConsoleScreen, name: str) -> None:
    """Keeps the filter of the list of runs, from whichever screen."""
    text = home_of(screen.console).runs.text
    try:
        if not text:
            raise UsageError("save: no filter is on; / types one")
        _kept(screen.console, writes=True).save(name, text)
    except (LexiconsoleError, OSError) as fault:
        screen.status.explain(harmless_sentence(str(fault)))
        return
    screen.status.explain(f"saved: :view {name} shows {harmless(text)}")


def forget_view(screen: ConsoleScreen, name: str) -> None:
    try:
        _kept(screen.console, writes=True).forget(name)
    except (LexiconsoleError, OSError) as fault:
        screen.status.explain(harmless_sentence(str(fault)))
        return
    screen.status.explain(f"there is no view {harmless(name)} any more")


def _kept(console: ConsoleApp, *, writes: bool = False) -> SavedViews:
    if console.workspace is None:
        raise UsageError("the workspace is not open yet")
    if writes and console.readonly:
        raise UsageError(READ_ONLY)
    return SavedViews(console.workspace.store_path)
