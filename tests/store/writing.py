"""Shared by the tests of the SQLite store: paths, child processes, and a look at the file from outside."""

from __future__ import annotations

import hashlib
import sqlite3
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, closing, contextmanager
from pathlib import Path
from typing import Any

from lexiconsole.store import SqliteJournal

ROOT = Path(__file__).parents[2]


@asynccontextmanager
async def opened(path: Path, **terms: Any) -> AsyncIterator[SqliteJournal]:
    journal = SqliteJournal(path, **{"durability": "process", "busy": 0.2, **terms})
    await journal.open()
    try:
        yield journal
    finally:
        await journal.close()


@contextmanager
def outside(path: Path) -> Iterator[sqlite3.Connection]:
    """The file as another program has it, in autocommit mode. Only for files that no journal of this process has open."""
    with closing(sqlite3.connect(path, isolation_level=None, timeout=0.2)) as db:
        yield db


def child(script: str, *args: object, **terms: Any) -> subprocess.Popen[str]:
    """A Python process that runs `script`, with the arguments in `sys.argv`."""
    command = [sys.executable, "-W", "error", "-c", script, *map(str, args)]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, **terms)


def result(process: subprocess.Popen[str]) -> str:
    """What it printed; its own error output is shown when it failed."""
    out, err = process.communicate(timeout=60)
    assert process.returncode == 0, err
    return out


def traces(folder: Path) -> dict[str, tuple[int, str]]:
    """Every file of a folder with its size and digest. Only when no journal of this process is open there."""
    return {
        file.name: (file.stat().st_size, hashlib.sha256(file.read_bytes()).hexdigest())
        for file in sorted(folder.iterdir())
        if file.is_file()
    }
