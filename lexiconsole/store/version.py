"""Version: whether anybody committed to a file, asked of the log's shared index: a hundredth of what a question costs."""

from __future__ import annotations

import sqlite3
from contextlib import suppress
from pathlib import Path

__all__ = ["Version"]


class Version:
    """Used by one thread. It has a connection of its own, because a connection does not see its own commits this way."""

    def __init__(self, path: str) -> None:
        self._path = path
        self._raw: sqlite3.Connection | None = None

    def look(self) -> int | None:
        """Another number after any commit; None when it can not be told just now. Never waits for a lock."""
        try:
            if self._raw is None:
                uri = f"{Path(self._path).absolute().as_uri()}?mode=ro"
                self._raw = sqlite3.connect(uri, uri=True, isolation_level=None, timeout=0, check_same_thread=False)
            return int(self._raw.execute("PRAGMA data_version").fetchone()[0])
        except sqlite3.Error:
            self.close()
            return None

    def close(self) -> None:
        raw, self._raw = self._raw, None
        if raw is not None:
            with suppress(sqlite3.Error):
                raw.close()
