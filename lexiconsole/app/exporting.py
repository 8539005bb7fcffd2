"""Exporting: runs out of the store into one file, of the format that is asked for. Looks only; writes where it is told to.

draft = export_of(look, Chosen(ids=("7k3m",)), Format.BUNDLE, now)     what would be written, with a word on what is in it
draft.write(path)                                                      never over a file that is there
"""

from __future__ import annotations

import os
import platform
import sqlite3
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from lexiconsole.errors import NotFoundError, RefusedError, UsageError
from lexiconsole.store.look import Look
from lexiconsole.store.run_query import RunQuery
from lexiconsole.views.bundle import BundledRun, make_bundle
from lexiconsole.views.exports import Format, entries_csv, run_json, run_mermaid, run_svg, runs_csv, runs_json
from lexiconsole.views.layout.engine import why_not

if TYPE_CHECKING:
    from lexiconsole.durable.rows import RunRow
    from lexiconsole.types import Instant

__all__ = ["Chosen", "Draft", "Format", "export_of", "file_name", "free_name", "read_pages"]

MOST_BUNDLED = 100
"""Runs in one bundle; whoever gets it reads them."""

_PAGE = 2_000
_SUFFIX = {Format.CSV: ".csv", Format.MERMAID: ".mmd", Format.SVG: ".svg", Format.BUNDLE: "-bundle.zip"}


@dataclass(frozen=True, slots=True)
class Chosen:
    """Which runs: those of `ids` in that order, or all that `query` finds. `name` is what a file of them is called after."""

    ids: tuple[str, ...] = ()
    query: RunQuery = field(default_factory=RunQuery)
    name: str = "runs"


@dataclass(frozen=True, slots=True)
class Draft:
    """What would be written: `pieces` are made while it is, of a long list. `about` tells what is in it, line by line."""

    name: str
    pieces: Iterable[bytes]
    about: tuple[str, ...] = ()
    runs: int | None = None  # None for as many as there are by then

    def write(self, path: Path) -> int:
        """Gives the bytes written. Raises UsageError when there is such a file, or none can be made; half of one is not left."""
        try:
            handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with _whole_or_not(path), os.fdopen(handle, "wb") as file:
                return sum(file.write(piece) for piece in self.pieces)
        except FileExistsError:
            raise UsageError(f"{path} is there already; nothing was written over it") from None
        except OSError as fault:
            raise UsageError(f"{path} can not be written: {fault.strerror or fault}") from None


@contextmanager
def _whole_or_not(path: Path) -> Iterator[None]:
    """Takes the file away again that could not be written to its end."""
    try:
        yield
    except BaseException:
        with suppress(OSError):
            path.unlink()
        raise


def free_name(folder: Path, name: str) -> Path:
    """A file of that name in the folder, or with a number behind it where there is one already."""
    stem, dot, suffix = name.partition(".")
    found, number = folder / name, 2
    while found.exists():
        found, number = folder / f"{stem}-{number}{dot}{suffix}", number + 1
    return found


def export_of(look: Look, chosen: Chosen, format: Format, now: Instant) -> Draft:
    """Reads what is needed for the preview at once. Raises NotFoundError for an id without a run, UsageError for what
    the format is not there for, and RefusedError for what can not be drawn.
    """
    if format is Format.BUNDLE:
        return _bundle(look, chosen)
    if len(chosen.ids) == 1:
        return _of_one(look, _row(look, chosen.ids[0]), format, now)
    if format in (Format.MERMAID, Format.SVG):
        raise UsageError(f"{format} shows one run; name one")
    rows = (_row(look, one) for one in chosen.ids) if chosen.ids else read_pages(look, chosen.query)
    lines = runs_csv(rows) if format is Format.CSV else runs_json(rows)
    name = f"{file_name(chosen.name)}{'.csv' if format is Format.CSV else '.jsonl'}"
    return Draft(name, (line.encode("utf-8", "backslashreplace") for line in lines), runs=len(chosen.ids) or None)


def read_pages(look: Look, query: RunQuery) -> Iterator[RunRow]:
    """Every run of the query in its order, a stretch at a time; what comes in meanwhile is left out."""
    if not query.by_status:
        below: dict[str, int] = {}
        while page := look.newest(query, skip=0, limit=_PAGE, **below):
            yield from page
            below = {"below": page[-1].number}
        return
    for status in query.statuses:
        below = {}
        while page := look.page(query, status, skip=0, limit=_PAGE, **below):
            yield from page
            below = {"below": page[-1].number}


def _of_one(look: Look, row: RunRow, format: Format, now: Instant) -> Draft:
    entries = look.entries(row)
    match format:
        case Format.JSON:
            text, suffix = run_json(row, entries, now), ".json"
        case Format.CSV:
            text, suffix = entries_csv(entries), ".csv"
        case Format.MERMAID:
            text, suffix = run_mermaid(look.outline(row), row, entries), ".mmd"
        case _:
            text, suffix = _drawn(look, row), ".svg"
    return Draft(f"{file_name(row.id)}{suffix}", [text.encode("utf-8", "backslashreplace")], runs=1)


def _drawn(look: Look, row: RunRow) -> str:
    why = why_not()
    drawn = None if why else run_svg(look.outline(row), row, look.entries(row))
    if drawn is None:
        raise RefusedError(why or f"nothing is known of what {row.name} {row.id} looks like: it has done nothing yet")
    return drawn


def _bundle(look: Look, chosen: Chosen) -> Draft:
    rows: list[RunRow] = []
    for row in (_row(look, one) for one in chosen.ids) if chosen.ids else read_pages(look, chosen.query):
        rows.append(row)
        if len(rows) > MOST_BUNDLED:
            raise UsageError(f"a bundle holds {MOST_BUNDLED} runs at most; mark some, or filter the list")
    if not rows:
        raise UsageError("there is no run to put into a bundle")
    bundle = make_bundle((BundledRun(row, look.entries(row), look.outline(row)) for row in rows), versions())
    name = file_name(bundle.run if len(rows) == 1 else chosen.name)
    return Draft(f"{name}{_SUFFIX[Format.BUNDLE]}", [bundle.packed()], tuple(bundle.told()), len(rows))


def versions() -> dict[str, str]:
    """Of what took part; nothing that tells one machine from another."""
    from lexiconsole import __version__

    return {
        "lexiconsole": __version__,
        "python": ".".join(str(part) for part in sys.version_info[:3]),
        "sqlite": sqlite3.sqlite_version,
        "system": f"{platform.system()} {platform.machine()}",
    }


def _row(look: Look, id: str) -> RunRow:
    row = look.run(id)
    if row is None:
        raise NotFoundError("run", id)
    return row


def file_name(name: str) -> str:
    """As a file may be called anywhere."""
    kept = "".join(sign if sign.isalnum() or sign in "-_." else "_" for sign in name).strip(".")
    return kept[:80] or "runs"
