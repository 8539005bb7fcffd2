"""What shell completion may know without loading much: the workspace's folder, its definitions' names, its runs' ids, the
open questions and the people.

The names are kept in `.lexiconsole/names.json`, written by commands that loaded the catalogue anyway. Ids are read from
the store by SQLite's own read-only mode; a store that can not be read completes nothing. People stand in the settings.
"""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Iterable
from pathlib import Path

from lexiconsole.replacing import replace_file

__all__ = ["STATE", "known_ids", "known_names", "known_operators", "known_tasks", "remember", "state_folder"]

STATE = ".lexiconsole"
_FILE = "names.json"


def state_folder(start: Path | None = None) -> Path:
    """Where the nearest workspace keeps its state; it need not exist."""
    here = (start or _current_folder()).resolve()
    for folder in (here, *here.parents):
        if _is_workspace(folder):
            return folder / STATE
    return here / STATE


def _current_folder() -> Path:
    """The root of all when it is gone: nothing stands above it."""
    try:
        return Path.cwd()
    except FileNotFoundError:
        return Path(os.sep)


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
        replace_file(file, text)


def known_names() -> list[str]:
    """The definitions' names as they were last seen; at first those of the files that come with the program."""
    names = _remembered().get("names")
    if names is None and not _is_workspace(state_folder().parent):
        names = _bundled()
    return [name for name in names if isinstance(name, str)] if isinstance(names, list) else []


def known_ids(prefix: str, store: str = "", limit: int = 50) -> list[tuple[str, str]]:
    """The newest runs whose id begins so, each with what to show beside it."""
    found = _read(
        "SELECT id, name, status FROM runs WHERE id LIKE ? ESCAPE '\\' ORDER BY rowid DESC LIMIT ?",
        (_beginning(prefix), limit),
        store,
    )
    return [(str(run), f"{name} {status}") for run, name, status in found]


def known_tasks(prefix: str, store: str = "", limit: int = 50) -> list[tuple[str, str]]:
    """Open questions as RUN:KEY that begins so, those that are due first."""
    found = _read(
        "SELECT r.id || ':' || t.key AS task, r.name FROM tasks AS t INNER JOIN runs AS r ON r.number = t.run "
        "WHERE task LIKE ? ESCAPE '\\' AND r.status NOT IN ('completed', 'failed', 'compensated', 'cancelled') "
        "ORDER BY t.due IS NULL, t.due, t.run LIMIT ?",
        (_beginning(prefix), limit),
        store,
    )
    return [(str(task), str(name)) for task, name in found]


def known_operators() -> list[str]:
    """The people of the settings; those for trying things out where there are neither settings nor definitions."""
    folder = state_folder().parent
    file = folder / "application.yaml"
    if not _is_workspace(folder):
        file = _bundled_folder() / "_operators.yaml"
    if not file.is_file():
        return []
    import yaml

    try:
        people = yaml.safe_load(file.read_text(encoding="utf-8")).get("operators", {})
    except (OSError, ValueError, AttributeError, yaml.YAMLError):
        return []
    names = [one.get("name") if isinstance(one, dict) else one for one in people] if people else []
    return [name for name in names if isinstance(name, str) and name != "*"]


def _beginning(prefix: str) -> str:
    return prefix.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"


def _read(statement: str, values: tuple[object, ...], store: str) -> list[tuple[object, ...]]:
    import sqlite3

    remembered = _remembered().get("store")
    chosen = store or os.environ.get("LEX_STORE__PATH") or (remembered if isinstance(remembered, str) else "")
    file = Path(chosen) if chosen else state_folder() / "store.db"
    try:
        with contextlib.closing(
            sqlite3.connect(f"{file.resolve().as_uri()}?mode=ro", uri=True, timeout=0.05)
        ) as store_file:
            return store_file.execute(statement, values).fetchall()
    except (sqlite3.Error, OSError):
        return []


def _bundled() -> list[str]:
    return sorted(file.stem for file in _bundled_folder().glob("[!_]*.py"))


def _bundled_folder() -> Path:
    """As `catalog/folders.py` finds it, which can not be imported as quickly."""
    package = Path(__file__).resolve().parents[1]
    installed = package / "_definitions"
    return installed if installed.is_dir() else package.parent / "definitions"


def _is_workspace(folder: Path) -> bool:
    return (folder / "application.yaml").is_file() or (folder / "definitions").is_dir()


def _remembered() -> dict[str, object]:
    try:
        found = json.loads((state_folder() / _FILE).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}
