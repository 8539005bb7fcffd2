"""What the settings mean to an engine and to its store."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from lexiconsole.app.config import Settings
from lexiconsole.durable.journal import Journal
from lexiconsole.runtime.settings import EngineSettings
from lexiconsole.store.same_file import SameFile

__all__ = ["engine_terms", "journal_of"]


def engine_terms(settings: Settings) -> EngineSettings:
    given = settings.engine
    return EngineSettings(
        park_after=given.park_after,
        cancel_deadline=given.cancel_deadline,
        poll=given.poll,
        beat=given.beat,
        stall_after=given.stall_after,
        threads=given.threads,
        max_value_bytes=settings.store.limits.max_value_bytes,
        secrets=tuple(settings.secrets),
    )


def journal_of(
    path: Path | None, settings: Settings, *, readonly: bool = False, file: SameFile | None = None
) -> Journal:
    """The store in the file; None for one that is kept nowhere. `file` is which one it has to be, if it was there before."""
    from lexiconsole.store import MemoryJournal, SqliteJournal

    if path is None:
        return MemoryJournal()
    durability: Literal["full", "process"] = "full" if settings.store.durability == "power" else "process"
    return SqliteJournal(path, durability=durability, readonly=readonly, file=file)
