"""A first look at a workspace's store, before settings, engine and definitions are loaded: what the console paints first."""

from __future__ import annotations

import os
import re
from pathlib import Path

from lexiconsole.store.look import Advance, FailureRow, LatestRow, Look
from lexiconsole.store.run_query import RunQuery
from lexiconsole.store.watch import Watch

__all__ = ["Advance", "FailureRow", "LatestRow", "Look", "RunQuery", "Watch", "first_look", "is_workspace"]

_STORE = Path(".lexiconsole") / "store.db"
_SAYS_WHERE = re.compile(r"^\s*(store|path)\s*:", re.MULTILINE)


def first_look(start: Path | None = None, *, store: Path | None = None, profile: str = "") -> Look | None:
    """The store, when it is where it is by default or `store` names it; None when only the settings can tell."""
    if store is not None:
        return Look(store.absolute())
    here = (start or Path.cwd()).absolute()
    root = next((folder for folder in (here, *here.parents) if is_workspace(folder)), here)
    if profile or os.environ.get("LEX_PROFILE") or any(name.upper().startswith("LEX_STORE") for name in os.environ):
        return None
    for file in (root / "application.yaml", root / "application.yml"):
        if file.exists() and _SAYS_WHERE.search(file.read_text("utf-8", errors="replace")):
            return None
    return Look(root / _STORE)


def is_workspace(folder: Path) -> bool:
    return any((folder / name).exists() for name in ("application.yaml", "application.yml", "definitions"))
