"""Exports: a run, or many, as a document for other programs: JSON, CSV, Mermaid, SVG. Secrets are masked in each."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from enum import StrEnum

from lexiconsole.durable.entry import Entry
from lexiconsole.durable.outline import Outline
from lexiconsole.durable.rows import RunRow
from lexiconsole.durable.vault import hidden
from lexiconsole.types import Instant, Json
from lexiconsole.views.map_svg import map_svg
from lexiconsole.views.mermaid import mermaid
from lexiconsole.views.picture import Picture
from lexiconsole.views.shapes import entry_shape, run_shape, story_shape
from lexiconsole.views.spreadsheet import csv_text
from lexiconsole.views.telling import tell
from lexiconsole.views.verdict import verdict
from lexiconsole.views.watched import Watched

__all__ = ["Format", "entries_csv", "run_json", "run_mermaid", "run_svg", "runs_csv", "runs_json"]


class Format(StrEnum):
    """`csv` of one run has a line for each entry, of many one for each run; `json` of many is an object a line."""

    JSON = "json"
    CSV = "csv"
    MERMAID = "mermaid"
    SVG = "svg"
    BUNDLE = "bundle"


def run_json(row: RunRow, entries: Sequence[Entry], now: Instant) -> str:
    """What `show-run --json` prints, with the entries it is made from."""
    story = replace(tell(entries), status=row.status)
    told = story_shape(story, row, verdict(story, now, driven=row.owner is not None))
    whole: Json = {**told, "entries": [entry_shape(entry) for entry in entries]}
    return json.dumps(hidden(whole), ensure_ascii=False, indent=2) + "\n"


def runs_json(rows: Iterable[RunRow]) -> Iterator[str]:
    return (json.dumps(run_shape(row), ensure_ascii=False) + "\n" for row in rows)


_ENTRY = ("run", "seq", "at", "kind", "key", "attempt", "by")


def entries_csv(entries: Iterable[Entry]) -> str:
    """`data` is JSON."""
    rows = ([*(entry_shape(entry)[name] for name in _ENTRY), _data(entry)] for entry in entries)
    return "".join(csv_text((*_ENTRY, "data"), rows))


def _data(entry: Entry) -> str:
    return json.dumps(hidden(entry.data), ensure_ascii=False) if entry.data else ""


_RUN = [
    "id",
    "name",
    "kind",
    "version",
    "status",
    "by",
    "created_at",
    "changed_at",
    "seq",
    "where",
    "error",
    "wake_at",
    "parent",
    "origin",
]


def runs_csv(rows: Iterable[RunRow]) -> Iterator[str]:
    return csv_text(_RUN, ([run_shape(row)[name] for name in _RUN] for row in rows))


def run_mermaid(outline: Outline, row: RunRow, entries: Iterable[Entry]) -> str:
    """The chart with the state of each node, as a class of its own."""
    picture = _picture(outline, row, entries)
    return mermaid(picture.outline, {key: view.state for key, view in picture.nodes.items()})


def run_svg(outline: Outline, row: RunRow, entries: Iterable[Entry]) -> str | None:
    """The map as the console draws it; None when there is nothing to draw."""
    return map_svg(_picture(outline, row, entries), f"{row.name} {row.id}: {row.status.value}")


def _picture(outline: Outline, row: RunRow, entries: Iterable[Entry]) -> Picture:
    watched = Watched(row, outline)
    watched.add(row, entries)
    return watched.now().picture
