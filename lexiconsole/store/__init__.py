"""Where runs are kept: in memory or in one SQLite file. Each store is loaded when it is asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from lexiconsole.store.memory import MemoryJournal
    from lexiconsole.store.sqlite import SqliteJournal

__all__ = ["MemoryJournal", "SqliteJournal"]


def __getattr__(name: str) -> Any:
    import importlib

    modules = {"MemoryJournal": "memory", "SqliteJournal": "sqlite"}
    if name not in modules:
        raise AttributeError(f"module 'lexiconsole.store' has no attribute {name!r}")
    return getattr(importlib.import_module(f"lexiconsole.store.{modules[name]}"), name)
