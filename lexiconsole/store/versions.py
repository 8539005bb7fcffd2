"""Whose file a store is and which form it has, known without loading what could change it."""

from __future__ import annotations

from pathlib import Path

from lexiconsole.errors import StoreError

__all__ = ["APPLICATION_ID", "NEWEST", "refuse_foreign"]

APPLICATION_ID = 0x4C455843
"""LEXC, in the header of every store; `file` shows it."""

_MIGRATIONS = Path(__file__).parent / "sql" / "migrations"

NEWEST = max(int(file.name[:4]) for file in _MIGRATIONS.iterdir() if file.suffix == ".sql")
"""The user_version of a store that this program made or brought up to date."""


def refuse_foreign(path: str, application: int, version: int, known: int = NEWEST) -> None:
    """Raises StoreError for a file that is not ours, or of a version that came after us."""
    if application != APPLICATION_ID:
        raise StoreError(
            f"the store {path} is an SQLite file of another program; it was left as it is, name another store"
        )
    if version > known:
        raise StoreError(
            f"the store {path} has version {version}, this lexiconsole knows version {known}; install a newer lexiconsole"
        )
