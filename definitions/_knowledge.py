"""A tool that finds passages about something in a folder of Markdown and text files, by SQLite's full-text search."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from itertools import islice
from pathlib import Path

from pydantic import BaseModel

FILES = 500
"""Files that are looked into; a knowledge base with more needs an index that stays."""
LARGEST = 500_000
_WORD = re.compile(r"\w{3,}")
_COMMON = frozenset(
    _WORD.findall("""about after again also and any are but can could does for from had has have her him his how into its just more
not now our please she should since than that the their them then there they this too very was were what when where which who
will with would you your""")
)


class Passage(BaseModel):
    """What was found, and where."""

    path: Path
    line: int
    heading: str
    text: str


class Knowledge:
    """A folder to look things up in. The index is made anew each time, so it is never out of date."""

    name = "knowledge"

    def __init__(self, folder: Path, most: int = 3) -> None:
        self.folder, self.most = folder, most

    def execute(self, input: str) -> list[Passage]:
        """The passages that have most to do with the text, best first."""
        words = list(dict.fromkeys(word for word in _WORD.findall(input.lower()) if word not in _COMMON))[:40]
        if not words:
            return []
        asked = " OR ".join(f'"{word}"' for word in words)
        with closing(sqlite3.connect(":memory:")) as db:
            db.execute("CREATE VIRTUAL TABLE passages USING fts5(path UNINDEXED, line UNINDEXED, heading, text)")
            db.executemany("INSERT INTO passages VALUES (?, ?, ?, ?)", self._passages())
            rows = db.execute(
                "SELECT path, line, heading, text FROM passages WHERE passages MATCH ? ORDER BY rank LIMIT ?",
                (asked, self.most),
            ).fetchall()
        return [
            Passage(path=Path(path), line=line, heading=heading, text=text[:600]) for path, line, heading, text in rows
        ]

    def _passages(self) -> Iterator[tuple[str, int, str, str]]:
        for path in islice(self._files(), FILES):
            yield from _cut(path)

    def _files(self) -> Iterator[Path]:
        for path in sorted(self.folder.rglob("*")):
            inside = path.relative_to(self.folder)
            if any(part.startswith(".") or part == "node_modules" for part in inside.parts):
                continue
            if path.suffix.lower() in {".md", ".txt"} and path.is_file() and path.stat().st_size <= LARGEST:
                yield path


def _cut(path: Path) -> Iterator[tuple[str, int, str, str]]:
    """A file's passages: what stands between two headings."""
    heading, first, lines = path.stem, 1, list[str]()
    for number, line in enumerate(path.read_text("utf-8", errors="replace").splitlines(), 1):
        if line.startswith("#"):
            if lines:
                yield str(path), first, heading, "\n".join(lines).strip()
            heading, first, lines = line.lstrip("# ").strip(), number, []
        elif line.strip() or lines:
            lines.append(line)
    if lines:
        yield str(path), first, heading, "\n".join(lines).strip()
