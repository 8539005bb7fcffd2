"""Whose file a store is and which form it has, known without loading what could change it."""

from __future__ import annotations

from pathlib import Path

__all__ = ["APPLICATION_ID", "NEWEST"]

APPLICATION_ID = 0x4C455843
"""LEXC, in the header of every store; `file` shows it."""

_MIGRATIONS = Path(__file__).parent / "sql" / "migrations"

NEWEST = max(int(file.name[:4]) for file in _MIGRATIONS.iterdir() if file.suffix == ".sql")
"""The user_version of a store that this program made or brought up to date."""
