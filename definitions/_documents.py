"""Checks of a Markdown document, and a folder of approved versions."""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote

from pydantic import BaseModel

_HEADING = re.compile(r"(#{1,6})\s+(.+?)\s*#*$")
_LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)[^)]*\)")
_TWICE = re.compile(r"\b(\w+)\s+\1\b", re.IGNORECASE)
_LEFT_OPEN = re.compile(r"\b(tbd|tba|lorem ipsum)\b|\?\?\?", re.IGNORECASE)
_ELSEWHERE = re.compile(r"[a-z][a-z0-9+.-]*:", re.IGNORECASE)


class Snapshot(BaseModel):
    """A document as it was read: `copy` does not change any more, whatever happens to the original."""

    original: Path
    copy_at: Path
    sha256: str
    title: str
    words: int


class Approved(BaseModel):
    """One approved version."""

    version: int
    path: Path
    sha256: str
    comment: str
    run: str


def take_snapshot(document: Path, folder: Path) -> Snapshot:
    """Copies the document under the name of its content. Raises UnicodeDecodeError for what is no text."""
    data = document.read_bytes()
    text = data.decode("utf-8")
    digest = hashlib.sha256(data).hexdigest()
    folder.mkdir(parents=True, exist_ok=True)
    copy = folder / f"{digest[:16]}{document.suffix}"
    fresh = folder / f".{digest}.{os.getpid()}"
    fresh.write_bytes(data)
    fresh.replace(copy)
    title = next((heading[2] for _, heading in _headings(text)), document.stem)
    return Snapshot(original=document, copy_at=copy, sha256=digest, title=title, words=len(text.split()))


def broken_links(snapshot: Snapshot) -> list[str]:
    """Links and images that lead to no file beside the original, or to no heading in the document."""
    text = snapshot.copy_at.read_text("utf-8")
    anchors = {_anchor(heading[2]) for _, heading in _headings(text)}
    found = []
    for number, line in _lines(text):
        for target in _LINK.findall(line):
            place, _, anchor = unquote(target).partition("#")
            if _ELSEWHERE.match(target):
                continue
            if place and not (snapshot.original.parent / place).exists():
                found.append(f"line {number}: there is no file {place}")
            elif not place and anchor not in anchors:
                found.append(f"line {number}: no heading is called #{anchor}")
    return found


def style_faults(snapshot: Snapshot) -> list[str]:
    """Headings that skip a level, a title too many, words written twice, and places that were left open."""
    text = snapshot.copy_at.read_text("utf-8")
    found, level, titles = [], 0, 0
    if not text.strip():
        return ["line 1: the document is empty"]
    headings = dict(_headings(text))
    for number, line in _lines(text):
        if number in headings:
            depth = len(headings[number][1])
            titles += depth == 1
            if depth > level + 1:
                found.append(f"line {number}: the heading skips from level {level} to {depth}")
            if depth == 1 and titles == 2:
                found.append(f"line {number}: a second title")
            level = depth
        found += [f"line {number}: {twice[0]!r}" for twice in _TWICE.finditer(line) if not twice[1].isdigit()]
        found += [f"line {number}: {left[0]!r} is left open" for left in _LEFT_OPEN.finditer(line)]
    return found


def publish_version(snapshot: Snapshot, folder: Path, comment: str, run: str) -> Approved:
    """Adds a version to the folder and to its record. The same run again gives the version that it made."""
    folder.mkdir(parents=True, exist_ok=True)
    stem, suffix = snapshot.original.stem, snapshot.original.suffix
    for version in range(1, 100_000):
        path = folder / f"{stem}-v{version}{suffix}"
        mark = folder / f".{stem}-v{version}.json"
        made = Approved(version=version, path=path, sha256=snapshot.sha256, comment=comment, run=run)
        if mark.exists() or not _taken(mark, made):
            made = Approved.model_validate_json(mark.read_bytes())
            if made.run != run:
                continue
        _copy(snapshot.copy_at, path)
        return made
    raise FileExistsError(f"{folder} holds too many versions of {stem}")


def approvals(folder: Path) -> list[Approved]:
    """What has been approved, oldest first."""
    marks = sorted(folder.glob(".*-v*.json"), key=lambda path: path.stat().st_mtime_ns)
    return [Approved.model_validate_json(mark.read_bytes()) for mark in marks]


def _taken(mark: Path, made: Approved) -> bool:
    """Takes the version whole, and only when it is free: two runs never make the same one."""
    fresh = mark.with_suffix(f".{os.getpid()}")
    fresh.write_text(json.dumps(made.model_dump(mode="json")), "utf-8")
    try:
        os.link(fresh, mark)
    except FileExistsError:
        return False
    finally:
        fresh.unlink()
    return True


def _copy(source: Path, target: Path) -> None:
    fresh = target.with_name(f".{target.name}.{os.getpid()}")
    shutil.copyfile(source, fresh)
    fresh.replace(target)


def _headings(text: str) -> Iterator[tuple[int, re.Match[str]]]:
    for number, line in _lines(text):
        found = _HEADING.match(line)
        if found:
            yield number, found


def _lines(text: str) -> Iterator[tuple[int, str]]:
    """Numbered lines without what stands between fences, or is marked as code."""
    fenced = False
    for number, line in enumerate(text.splitlines(), 1):
        if line.lstrip().startswith("```"):
            fenced = not fenced
        elif not fenced:
            yield number, re.sub(r"`[^`]*`", "", line)


def _anchor(heading: str) -> str:
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")
