"""Queries: the SQL that a person asks of the store, and what they asked before, in `queries.jsonl` beside it."""

from __future__ import annotations

import json
from contextlib import suppress
from pathlib import Path

from lexiconsole.replacing import in_turn, replace_file
from lexiconsole.store.asking import (
    MOST_ROWS,
    Answer,
    ReadyQuery,
    SqlError,
    ask,
    ready_queries,
    tables,
    view_queries,
    views,
)

__all__ = [
    "MOST_ROWS",
    "Answer",
    "QueryHistory",
    "ReadyQuery",
    "SqlError",
    "ask",
    "ready_queries",
    "tables",
    "view_queries",
    "views",
]

_KEPT = 200


class QueryHistory:
    """What was asked, the newest last; each once. Readable by its owner only."""

    def __init__(self, store: Path) -> None:
        self.file = store.parent / "queries.jsonl"

    def all(self) -> list[str]:
        """None while there is no file, or where it can not be read."""
        found: list[str] = []
        with suppress(OSError):
            for line in self.file.read_text(encoding="utf-8", errors="replace").splitlines():
                with suppress(ValueError):
                    said = json.loads(line)
                    if isinstance(said, str):
                        found.append(said)
        return found

    def keep(self, sql: str) -> None:
        """A store that may only be read keeps none."""
        with suppress(OSError), in_turn(self.file.parent):
            known = [said for said in self.all() if said != sql]
            lines = [f"{json.dumps(said)}\n" for said in [*known, sql][-_KEPT:]]
            replace_file(self.file, "".join(lines), private=True)
