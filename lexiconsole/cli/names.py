"""What shell completion may know without loading anything: the workspace's folder, its definitions' names, its runs' ids.

The names are kept in `.lexiconsole/names.json`, written by commands that loaded the catalogue anyway. Ids are read from
the store by SQLite's own read-only mode; a store that can not be read completes nothing.
"""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Iterable
from pathlib import Path

__all__ = ["STATE", "known_ids", "known_names", "remember", "state_folder"]

STATE = ".lexiconsole"
_FILE = "names.json"


def state_folder(start: Path | None = None) -> Path:
    """Where the nearest workspace keeps its state; it need not exist."""
    here = (start or Path.cwd()).resolve()
    for folder in (here, *here.parents):
        if _is_workspace(folder):
            return folder / STATE
    return here / STATE


def remember(state: Path, names: Iterable[str], store: Path) -> None:
    """Keeps the names for the next completion, where there is a workspace; one that can not be written is no fault."""
    if not (state.is_dir() or _is_workspace(state.parent)):
        return
    text = json.dumps({"names": sorted(names), "store": str(store)})
    file = state / _FILE
    with contextlib.suppress(OSError):
        if file.is_file() and file.read_text(encoding="utf-8") == text:
            return
        state.mkdir(exist_ok=True)
        fresh = file.with_suffix(f".{os.getpid()}")
        fresh.write_text(text, encoding="utf-8")
        fresh.replace(file)


def known_names() -> list[str]:
    """The definitions' names as they were last seen; at first those of the files that come with the program."""
    names = _remembered().get("names")
    if names is None and not _is_workspace(state_folder().parent):
        names = _bundled()
    return [name for name in names if isinstance(name, str)] if isinstance(names, list) else []


def known_ids(prefix: str, store: str = "", limit: int = 50) -> list[tuple[str, str]]:
    """The newest runs whose id begins so, each with what to show beside it."""
    import sqlite3

    remembered = _remembered().get("store")
    chosen = store or os.environ.get("LEX_STORE__PATH") or (remembered if isinstance(remembered, str) else "")
    file = Path(chosen) if chosen else state_folder() / "store.db"
    pattern = prefix.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"
    try:
        with contextlib.closing(
            sqlite3.connect(f"{file.resolve().as_uri()}?mode=ro", uri=True, timeout=0.05)
        ) as store_file:
            found = store_file.execute(
                "SELECT id, name, status FROM runs WHERE id LIKE ? ESCAPE '\\' ORDER BY rowid DESC LIMIT ?",
                (pattern, limit),
            ).fetchall()
    except (sqlite3.Error, OSError):
        return []
    return [(str(run), f"{name} {status}") for run, name, status in found]


def _bundled() -> list[str]:
    """As `catalog/folders.py` finds them, which can not be imported as quickly."""
    package = Path(__file__).resolve().parents[1]
    installed = package / "_definitions"
    folder = installed if installed.is_dir() else package.parent / "definitions"
    return sorted(file.stem for file in folder.glob("[!_]*.py"))


def _is_workspace(folder: Path) -> bool:
    return (folder / "application.yaml").is_file() or (folder / "definitions").is_dir()


def _remembered() -> dict[str, object]:
    try:
        found = json.loads((state_folder() / _FILE).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}
