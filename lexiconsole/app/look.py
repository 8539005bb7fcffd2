"""A first look at a workspace's store, before settings, engine and definitions are loaded: what the console paints first."""

from __future__ import annotations

import os
import re
from pathlib import Path

from lexiconsole.errors import UsageError
from lexiconsole.store.look import Advance, FailureRow, LatestRow, Look
from lexiconsole.store.run_query import RunQuery
from lexiconsole.store.watch import Watch

__all__ = [
    "Advance",
    "FailureRow",
    "LatestRow",
    "Look",
    "RunQuery",
    "Watch",
    "absolute",
    "first_look",
    "is_workspace",
    "root_of",
    "settings_say",
]

_STORE = Path(".lexiconsole") / "store.db"
_SAYS_WHERE = re.compile(r"^[^#\n]*\b(store|path)[\"']?\s*:", re.MULTILINE)
"""Wherever it stands in a line, also in quotes or braces; only a comment says nothing."""


def first_look(
    start: Path | None = None, *, store: Path | None = None, profile: str = "", readonly: bool = False
) -> Look | None:
    """The store, when it is where it is by default or `store` names it; None when only the settings can tell."""
    if store is not None:
        return Look(absolute(store), readonly=readonly)
    root = root_of(start)
    if profile or os.environ.get("LEX_PROFILE") or any(name.upper().startswith("LEX_STORE") for name in os.environ):
        return None
    return None if settings_say(root, _SAYS_WHERE) else Look(root / _STORE, readonly=readonly)


def settings_say(root: Path, sign: re.Pattern[str]) -> bool:
    """Whether the settings of a folder may say something, without reading them as settings, which takes a quarter of a second.
    Of a file that can not be read anything may be true; whoever reads it says why it can not be.
    """
    try:
        return bool(sign.search((root / "application.yaml").read_text("utf-8", errors="replace")))
    except FileNotFoundError:
        return False
    except OSError:
        return True


def root_of(start: Path | None = None) -> Path:
    """The nearest folder upwards, from the current one, that is a workspace; else the folder itself."""
    here = absolute(start)
    return next((folder for folder in (here, *here.parents) if is_workspace(folder)), here)


def absolute(path: Path | None = None) -> Path:
    """From the current folder on, which is meant when nothing is given. Raises UsageError when that one is gone."""
    try:
        return (path or Path.cwd()).absolute()
    except FileNotFoundError:
        raise UsageError("the folder you are in is gone; go to another one") from None


def is_workspace(folder: Path) -> bool:
    return any((folder / name).exists() for name in ("application.yaml", "application.yml", "definitions"))
