"""What a folder's store holds, compactly: the other half of a screen that never showed what was waited for."""

from __future__ import annotations

import sqlite3
import time
from contextlib import closing
from pathlib import Path

__all__ = ["journal"]

RUNS, ENTRIES, WIDTH = 8, 40, 150
"""The newest runs, of each its newest entries, each on a line that is no longer."""


def journal(here: Path) -> str:
    """The newest runs with their entries and requests, and the owners; times are seconds before now. Never raises."""
    store = here / ".lexiconsole" / "store.db"
    if not store.exists():
        return f"no store in {here}"
    try:
        with closing(sqlite3.connect(f"{store.as_uri()}?mode=ro", uri=True)) as db:
            return "\n".join(line[:WIDTH] for line in _lines(db, time.time()))
    except sqlite3.Error as error:
        return f"{store} can not be read: {error}"


def _lines(db: sqlite3.Connection, now: float) -> list[str]:
    lines = [
        f"owner {number}: pid {pid}, since {now - began:.2f}, beat {now - beat:.2f}"
        for number, pid, began, beat in db.execute("SELECT number, pid, started_at, beat_at FROM owners")
    ]
    runs = db.execute(
        "SELECT number, id, name, status, epoch, owner, wake_at FROM runs ORDER BY number DESC LIMIT ?", (RUNS,)
    )
    for number, run, name, status, epoch, owner, wake_at in runs:
        wakes = "" if wake_at is None else f", wakes in {wake_at - now:.2f}"
        lines.append(f"{name} {run}: {status}, epoch {epoch}, owner {owner}{wakes}")
        entries = db.execute(
            "SELECT seq, at, kind, key, attempt, data FROM journal WHERE run = ? ORDER BY seq DESC LIMIT ?",
            (number, ENTRIES),
        )
        for seq, at, kind, key, attempt, data in reversed(entries.fetchall()):
            lines.append(f"  {seq} {now - at:.2f} {kind} {key} {attempt or ''} {data or ''}")
        asked = db.execute("SELECT at, kind, target, state, data, reply FROM requests WHERE run = ?", (number,))
        lines += [
            f"  asked {now - at:.2f} {kind} {target} {state} {data} {reply}"
            for at, kind, target, state, data, reply in asked
        ]
    return lines
