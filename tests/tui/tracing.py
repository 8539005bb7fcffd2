"""What stands on a screen, traced: each word and figure to an entry, the outline, the definition's source, or the program's own words.

A figure is never one of the program's own words. It comes from an entry, from the times between two entries or until now, or it
counts what is there.
"""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import asdict
from functools import cache
from itertools import combinations
from pathlib import Path
from typing import Any, TypeAlias

import lexiconsole
from lexiconsole.app.workspace import Workspace
from lexiconsole.durable.entry import EntryKind
from lexiconsole.durable.journal import RunFilter
from lexiconsole.durable.question import shown_digest
from lexiconsole.views.durations import age, ahead, clock, day, span, stamp

__all__ = ["Known", "Truth", "counted", "own_words", "recounted", "untraced"]

_PARTS = re.compile(r"\d(?:[\w.,:-]*\w)?|[^\W\d_][^\W_]*")
"""A figure with all that belongs to it (`10:54:47`, `48,000`, `7.3`, `4th`), or a word."""
_OWN = ("tui", "views", "types.py", "durable/question.py")


Truth: TypeAlias = Mapping[str, Collection[object] | int]
"""By a label, with a group for what stands there: what that may be; of several groups, with a stroke between them."""
_SMALL = re.compile(r"\d{1,2}(?:st|nd|rd|th|ms|[smhd])?|\d{1,2}\.\d")
"""What may be a count, or a part of how long something took."""


def words_of(text: str) -> set[str]:
    return {word.casefold() for word in _PARTS.findall(text)}


@cache
def own_words() -> frozenset[str]:
    """The words of the labels and sentences that the console's code holds, without docstrings and without figures."""
    folder = Path(lexiconsole.__file__).parent
    found: set[str] = set()
    for place in (folder / name for name in _OWN):
        for file in sorted(place.rglob("*.py")) if place.is_dir() else [place]:
            tree = ast.parse(file.read_text(encoding="utf-8"))
            told = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
            for node in ast.walk(tree):
                if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in told:
                    found |= words_of(node.value.replace("_", " "))
    return frozenset(
        word for word in found if not any(sign.isdigit() for sign in word) or word in {"p50", "p95", "p99"}
    )


class Known:
    """What may be said of a workspace's runs at `now`, as far as entry `upto` of each. Without `counts` no small whole number
    passes because something might be that many: `counted` takes those away that it has counted again. Where figures are
    `placed` none passes that is less than a hundred or says how long something took: each has to be right at its place.
    """

    def __init__(
        self, folder: Path, now: float, upto: int = 1_000_000, *, counts: bool = True, placed: bool = False
    ) -> None:
        self._counts, self._placed = counts and not placed, placed
        self.words: set[str] = set()
        self.times: set[float] = {now}
        self.counts: set[int] = {0, 1}
        for file in (folder / "definitions").rglob("*.py"):
            self.add(file.name, file.read_text(encoding="utf-8"))
        with Workspace.find(folder) as workspace:
            rows = workspace.runs(RunFilter())
            for row in rows:
                self._of_run(workspace, row, upto)
            for task in workspace.tasks():
                self.add(shown_digest(task.data, task.acts)[:12])
                self.words |= words_of(f"{task.run_id}:{task.key}")
        self.add(str(folder), *(place.name for place in folder.iterdir()))
        self.words |= {word for pair in combinations(sorted(self.times), 2) for word in between(*pair, now)}
        if placed:
            self.words = {word for word in self.words if not _SMALL.fullmatch(word)} - {
                str(count) for count in self.counts
            }
            return
        self.counts |= {len(rows)}
        self.words |= {word for count in self.counts for word in (str(count), f"{count:,}", _nth(count))}

    def _of_run(self, workspace: Workspace, row: Any, upto: int) -> None:
        outline = workspace.outline(row)
        entries = [entry for entry in workspace.entries(row) if entry.seq <= upto]
        self.add(row.id, row.name, row.kind, f"{row.version} v{row.version}", row.by, *leaves(asdict(outline)))
        if upto >= row.seq:
            self.add(*leaves(asdict(row)))
        for entry in entries:
            self.add(
                entry.key, entry.kind.value, entry.by or "", str(entry.seq), str(entry.attempt), *leaves(entry.data)
            )
            self.times |= {entry.at, *(value for value in numbers(entry.data) if value > 1e9)}
        self.counts |= {row.seq}
        if self._counts:
            self.counts |= {*range(max(len(entries), len(outline.nodes), len(outline.edges)) + 1)}

    def add(self, *texts: str) -> None:
        for text in texts:
            self.words |= words_of(text)

    def holds(self, word: str, cut: bool) -> bool:
        known = self.words | own_words()
        return word in known or (cut and any(each.startswith(word) for each in known))


def counted(screen: str, folder: Path) -> tuple[str, list[str]]:
    """The screen without the figures that stand at a label and were counted again from entries, and those that are wrong."""
    with Workspace.find(folder) as workspace:
        rows, definitions = workspace.runs(RunFilter()), len(workspace.definitions())
        stories = {row.id: workspace.entries(row) for row in rows}
        nodes = {len(workspace.outline(row).nodes) for row in rows}
    ended = {run: entries[-1].kind for run, entries in stories.items()}
    failed = sum(kind is EntryKind.FAILED for kind in ended.values())
    open_tasks = sum(
        (entry.kind is EntryKind.ASKED) - (entry.kind is EntryKind.ANSWERED)
        for story in stories.values()
        for entry in story
    )
    tries = {entry.attempt for entries in stories.values() for entry in entries}
    causes = {
        (e.key, json.dumps(e.data["error"]))
        for story in stories.values()
        for e in story
        if e.kind is EntryKind.STEP_FAILED
    }
    size = sum(file.stat().st_size for file in (folder / ".lexiconsole").glob("store.db*"))
    truth: Truth = {
        r"1 Catalogue\s+(\d+)": {definitions},
        r"2 Runs\s+(\d+)": {len(rows)},
        r"3 Inbox\s+(\d+)": {open_tasks},
        r"4 Incidents\s+(\d+)": {len(causes)},
        r"(\d+) runs?\b": {len(rows)},
        r"✗(\d+)(?= )": {failed},
        r"◆(\d+)(?= )": {len(rows) - failed},
        r"✗(\d+)%": {round(100 * failed / len(rows))},
        r"(\d+) steps ─": nodes,
        r"after (\d+) attempt": tries,
        r"Tasks  (?:mine|roles|all) (\d+)": {open_tasks},
        r"store (\d+) kB": {*range(size // 4_000_000, size // 900 + 2)},
    }
    return recounted(screen, truth)


def recounted(screen: str, truth: Truth) -> tuple[str, list[str]]:
    """The screen without what stands at each label, and what of it is none of what it may be there."""
    wrong: list[str] = []
    for label, right in truth.items():
        said = {str(right)} if isinstance(right, str | int) else {str(each) for each in right}
        wrong += [found[0] for found in re.finditer(label, screen) if _groups(found) not in said]
        screen = re.sub(label, "", screen)
    return screen, wrong


def _groups(found: re.Match[str]) -> str:
    return "/".join(group or "" for group in found.groups()).replace(",", "")


def between(earlier: float, later: float, now: float) -> set[str]:
    """How two moments, and the time from one to the other, are written."""
    said = (span(later - earlier), age(earlier, later), ahead(later, earlier), ahead(earlier, later))
    said += tuple(f(at) for f in (clock, day, stamp) for at in (earlier, later))
    return {word for text in said for word in words_of(text)}


def _nth(count: int) -> str:
    ends = {1: "st", 2: "nd", 3: "rd"}
    return f"{count}{ends.get(count % 10, 'th') if count not in (11, 12, 13) else 'th'}"


def leaves(value: Any) -> Iterator[str]:
    match value:
        case dict():
            for key, each in value.items():
                yield str(key)
                yield from leaves(each)
        case list() | tuple() | set() | frozenset():
            for each in value:
                yield from leaves(each)
        case bool() | None:
            yield json.dumps(value)
        case int() | float():
            yield from {str(value), f"{value:,}", f"{value:g}"}
        case _:
            yield str(value)


def numbers(value: Any) -> Iterator[float]:
    match value:
        case bool():
            return
        case int() | float():
            yield float(value)
        case dict():
            for each in value.values():
                yield from numbers(each)
        case list():
            for each in value:
                yield from numbers(each)


def untraced(screen: str, known: Known, allowed: Iterable[str] = ()) -> list[str]:
    """The words and figures that come from nowhere; one that is cut off counts as what it begins."""
    found: list[str] = []
    for line in screen.splitlines():
        for match in _PARTS.finditer(line):
            word, behind = match[0].casefold(), line[match.end() : match.end() + 1]
            cut = behind in {"…", "│", "┃", "╮", ""}
            if not known.holds(word, cut) and word not in allowed:
                found.append(match[0])
    return found
