"""Bundle: runs as somebody outside may see them, to be sent with a question: what happened when, in which code, no values.

Pure: names and texts of files. What is written is what was shown beforehand.
"""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from lexiconsole.durable.entry import Entry, EntryKind
from lexiconsole.durable.outline import Outline
from lexiconsole.durable.rows import RunRow
from lexiconsole.types import Json
from lexiconsole.views.masking import Masking

__all__ = ["Bundle", "BundledRun", "make_bundle"]


@dataclass(frozen=True, slots=True)
class BundledRun:
    """All that is known of one run."""

    row: RunRow
    entries: Sequence[Entry]
    outline: Outline


@dataclass(frozen=True, slots=True)
class Bundle:
    """Files by name, in the order they are packed in. `masked` says in words what was left out."""

    files: Mapping[str, str]
    masked: tuple[str, ...]
    run: str = "runs"
    """What it may be called after: its run, if it is one, as it is called in here."""

    def packed(self) -> bytes:
        """As a zip; the same files give the same bytes."""
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, text in self.files.items():
                archive.writestr(zipfile.ZipInfo(name), text.encode(), zipfile.ZIP_DEFLATED)
        return out.getvalue()

    def told(self) -> list[str]:
        """What is in it, line by line, for whoever decides whether to send it."""
        lines = [f"{name}  {len(text.encode()):,} bytes" for name, text in self.files.items()]
        masked = ", ".join(self.masked) or "nothing"
        return [*lines, f"masked: {masked}", *_sample(self.files)]


def make_bundle(runs: Iterable[BundledRun], versions: Mapping[str, str]) -> Bundle:
    """One folder for each run, named as the run is in it."""
    masking = Masking()
    files: dict[str, str] = {}
    for run in runs:
        folder = f"runs/{masking.run(run.row.id)}"
        masking.begin(
            run.outline, [entry.data.get("input") for entry in run.entries if entry.kind is EntryKind.CREATED]
        )
        files[f"{folder}/run.json"] = _text(masking.row(run.row, _types(run.entries)))
        files[f"{folder}/entries.jsonl"] = "".join(f"{_line(masking.entry(entry))}\n" for entry in run.entries)
        files[f"{folder}/outline.json"] = _text(masking.outline(run.outline))
    masked = tuple(masking.summary)
    first = {"README.txt": _README, "versions.json": _text(dict(versions)), "masked.json": _text(dict(masking.counts))}
    folders = list(dict.fromkeys(name.split("/")[1] for name in files))
    return Bundle({**first, **files}, masked, folders[0] if len(folders) == 1 else "runs")


_README = """\
A bundle of lexiconsole: what happened in some runs, for somebody who looks into a fault.

versions.json           of the program, Python, SQLite and the system
masked.json             how many values of which kind were taken out
runs/ID/run.json        how the run stands, under which version and digest of its definition
runs/ID/entries.jsonl   its journal: what happened in which order and when
runs/ID/outline.json    the shape of its definition

Kept: states, times, numbers of entries, names of definitions, types of errors and the lines of code they were raised at. Of the
keys of steps only what stands in the outline of the definition and in no input of the run, and the engine's own words (undo, batch,
seats, ...); every other part is k1, k2, ...: send/J. Doe is send/k1, and k1 is the same part in all files here. A definition
without an outline of its own, a plain function, has none of its names in here. Taken out: every input, result, answer, signal,
message, log line and reason, with the names of their fields; only what kind of value it was stands there. People, hosts and ids
that somebody gave are numbered: person-1 is the same one everywhere in here.
"""


def _types(entries: Iterable[Entry]) -> set[str]:
    """Of the errors that were raised."""
    errors = (entry.data.get("error") for entry in entries)
    return {kind for error in errors if isinstance(error, dict) and isinstance(kind := error.get("type"), str)}


def _sample(files: Mapping[str, str]) -> list[str]:
    """The first entries of the first run, as they would be read."""
    entries = next((text for name, text in files.items() if name.endswith("entries.jsonl")), "")
    return ["so it reads:", *(f"  {line}" for line in entries.splitlines()[:3])]


def _line(value: Json) -> str:
    return json.dumps(value, ensure_ascii=True, separators=(", ", ": "))


def _text(value: Json) -> str:
    return json.dumps(value, ensure_ascii=True, indent=2) + "\n"
