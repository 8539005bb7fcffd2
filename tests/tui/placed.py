"""Each figure on the screens of a run and of a saga by the place where it stands, reckoned from its entries and its outline alone.

No view is asked: what a step took, which try it is, how many lines there are is counted here a second time.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from lexiconsole.durable.entry import ENDINGS, Entry, EntryKind
from lexiconsole.durable.outline import NodeKind, Outline, OutlineNode
from lexiconsole.views.durations import clock, minute, span
from tests.tui.tracing import Truth

__all__ = ["Told", "of_run", "of_saga"]

SPAN = r"\d+ ms|\d+(?:\.\d)? s|\d+m \d\ds|\d+h \d\dm|\d+d \d+h"
_CLOCK = r"\d\d:\d\d:\d\d"
_TRIED = {EntryKind.DONE, EntryKind.STEP_FAILED, EntryKind.ATTEMPT_FAILED, EntryKind.DOUBTED}
ENDS = {EntryKind.DONE, EntryKind.STEP_FAILED, EntryKind.ANSWERED, EntryKind.DECIDED}
_SIGNS = {
    EntryKind.CREATED: "○",
    EntryKind.DONE: "✓",
    EntryKind.DECIDED: "✓",
    EntryKind.ATTEMPT_FAILED: "↻",
    EntryKind.STEP_FAILED: "✗",
    EntryKind.ASKED: "◆",
    EntryKind.FAILED: "✗",
    EntryKind.COMPLETED: "✓",
}
"""Of the kinds that have a line in the timeline."""
_NEEDS = {EntryKind.FAILED: "✗", "waiting": "◆", "doubtful": "≈"}


@dataclass(frozen=True)
class Told:
    """A run as far as it is looked at. `now` is what counts as now for that, `today` the time by the console's clock."""

    entries: Sequence[Entry]
    outline: Outline
    head: int
    now: float
    today: float
    needs: str = ""

    @classmethod
    def of(cls, entries: Sequence[Entry], outline: Outline, today: float, upto: int | None = None) -> Told:
        shown = [entry for entry in entries if upto is None or entry.seq <= upto]
        last = entries[-1]
        needs = _NEEDS.get(last.kind) or _NEEDS.get(str(last.data.get("status")), "" if last.kind in ENDINGS else "◐")
        now = today if upto is None or upto >= last.seq else shown[-1].at
        return cls(shown, outline, last.seq, now, today, needs)

    def at(self, key: str) -> list[Entry]:
        return [entry for entry in self.entries if entry.key == key]

    def took(self, key: str) -> str:
        """From its first sign to its outcome; "" for what has only one entry, or no outcome yet."""
        found = self.at(key)
        over = found and found[-1].kind in ENDS
        return span(found[-1].at - found[0].at) if over and found[-1].at > found[0].at else ""

    def visits(self, node: str) -> list[str]:
        """The keys under which it was come to, the first one first."""
        return list(dict.fromkeys(entry.key for entry in self.entries if entry.key.partition("#")[0] == node))

    def last(self, node: str) -> str:
        return next(reversed(self.visits(node)), node)

    def tries(self, key: str) -> int:
        return max((entry.attempt for entry in self.at(key)), default=0)

    @property
    def meetings(self) -> set[str]:
        """How many of the branches that began have come to where they meet, of those that nothing came to yet."""
        found = set()
        for node in self.outline.nodes:
            before = [self.at(self.last(e.source)) for e in self.outline.edges if e.target == node.key]
            begun = [entries for entries in before if entries]
            if len(begun) > 1 and not self.at(node.key):
                found.add(f"{sum(entries[-1].kind in ENDS for entries in begun)}/{len(begun)}")
        return found

    @property
    def lines(self) -> list[Entry]:
        """Those with a line in the timeline: not what only prepares something."""
        return [entry for entry in self.entries if entry.kind in _SIGNS and not entry.key.endswith("/asked")]

    @property
    def whole(self) -> str:
        """How long the run took, or takes so far."""
        end = self.entries[-1].at if self.entries[-1].kind in ENDINGS else self.now
        return span(end - self.entries[0].at)


def figures_in(value: Any) -> Iterator[tuple[str, str]]:
    """The names and the numbers under them in what entries hold."""
    for name, each in value.items() if isinstance(value, Mapping) else ():
        if isinstance(each, int | float) and not isinstance(each, bool):
            yield from ((name, text) for text in {str(each), f"{each:g}" if isinstance(each, float) else str(each)})
        yield from figures_in(each)


def _head(told: Told) -> dict[str, Any]:
    """What stands on every screen of a run: its header, the line of time, and what entries hold under a name."""
    truth: dict[str, Any] = {
        rf"{told.entries[0].run_id.rpartition('-')[0]}-(\d+)": {told.entries[0].run_id.rpartition("-")[2]},
        rf"(?<=[A-Z]) +({SPAN})(?=  )": told.whole,
        r"(?m)(?<![:\d])(\d\d:\d\d)$": {minute(told.today)},
        r"seq (\d+)/(\d+)": {f"{told.entries[-1].seq}/{told.head}"},
        r"([✗◆≈◐])(\d+)(?= )": {f"{told.needs}/1"},
    }
    titles = {node.title.rpartition(" ")[2] for node in told.outline.nodes}
    for entry in told.entries:
        for name, number in ((name, number) for name, number in figures_in(entry.data) if name not in titles):
            truth.setdefault(rf"\b{re.escape(name)}\"?:? +(\d[\d.,]*)(?![\w:])", set()).add(number)
        for prefix, number in re.findall(r"\b([A-Za-z]+)-(\d+)\b", str(entry.data)):
            truth.setdefault(rf"\b{prefix}-(\d+)", set()).add(number)
    lines = {str(found) for entry in told.entries for found in re.findall(r"line (\d+)", str(entry.data))}
    truth[r"\.py:(\d+)"] = lines
    return truth


def of_run(told: Told, selected: str) -> Truth:
    """Of the run screen with that node selected."""
    truth = {**{rf"(\d) {word}\b": {number} for word, number in _PANES.items()}, **_head(told)}
    truth[r"(\d+) nodes?\b"] = {len(told.outline.nodes)}
    truth[r"zoom (\d)/(\d)"] = {f"{zoom}/3" for zoom in range(4)}
    truth[r"(\d+) lines? [─━]"] = {len(told.lines)}
    changed = [entry.key for entry in told.entries if entry.kind in {EntryKind.DONE, EntryKind.ANSWERED}]
    truth[r"graph state +seq (\d+)(?:, by (.+?))? +[▂▇█│]"] = {
        f"{told.entries[-1].seq}/{key}" for key in ["", *changed]
    }
    for entry in told.lines:
        if entry.attempt > 1:
            truth[rf"{clock(entry.at)} [^│┃\n]*try (\d+)"] = {entry.attempt}
    said = {
        f"{clock(entry.at)}/{_SIGNS[entry.kind]}/{(entry.key or entry.kind.value)[4 * (not entry.key) :]}"
        for entry in told.lines
    }
    words = "|".join(sorted({re.escape(each.split("/", 2)[2]) for each in said}, key=len, reverse=True))
    truth[rf"(?:[│┃▌]|  ) ?({_CLOCK}) (\S+) ({words})(?= )"] = said
    for node in told.outline.nodes:
        truth |= _of_node(told, node)
    counts = {count for node in told.outline.nodes for count in (told.tries(node.key), len(told.visits(node.key)))}
    truth[r"[═━─┄┈](?:try |×)(\d+)[═━─┄┈]"] = counts - {0, 1}
    truth |= {r"(\d+)/(\d+)[═━─┄┈┘╗┐]": told.meetings, r"(\d+) of (\d+) (?:branches|here)": told.meetings}
    return truth | _inspected(told, selected)


def _of_node(told: Told, node: OutlineNode) -> dict[str, Any]:
    """Its row on the rail, tries or visits and how long it took; its row on the gantt, also how long it takes so far."""
    key, name = told.last(node.key), re.escape(node.title)
    tries, visits, took, found = told.tries(key), len(told.visits(node.key)), told.took(key), told.at(key)
    often = f"try {tries}" if tries > 1 else f"×{visits}" if visits > 1 else ""
    so_far = span(told.now - found[0].at) if found and found[-1].kind not in ENDS else took
    return {
        rf"(?<=  ){name} +(?:(try \d+|×\d+)(?: +({SPAN}) )?|({SPAN}) )": {f"{often}/{took}/", f"{often}//"}
        if often
        else {f"//{took}"},
        rf"(?<= ){name} +[·▐█▒]{{9,}} +({SPAN})": took or so_far,
    }


_PANES = {"Map": 1, "Rail": 1, "Gantt": 1, "Saga": 1, "Inspector": 2, "Timeline": 3, "Unwinding": 2}


def _inspected(told: Told, key: str) -> dict[str, Any]:
    """The inspector's lines about a node, the status sentence, and the axis of a gantt."""
    found = told.at(told.last(key))
    first, due = found[0].at if found else told.now, [e.data["due"] for e in told.entries if "due" in e.data]
    tried = [entry for entry in found if entry.kind in _TRIED]
    running = {span(told.now - entry.at) for entry in told.entries if entry.kind is EntryKind.STARTED}
    return {
        rf"│ took +({SPAN}) ": told.took(told.last(key)),
        rf"│ since +({_CLOCK}), ({SPAN}) ": {f"{clock(first)}/{span(told.now - first)}"},
        rf"│ at +({_CLOCK}) ": {clock(found[-1].at)} if found else set(),
        rf"running for ({SPAN})": running | {told.whole},
        rf"  running ({SPAN})": running,
        rf"last heard of ({SPAN}) ago": span(told.now - told.entries[-1].at),
        rf"overdue by ({SPAN})": {span(told.now - at) for at in due},
        rf"\bin ({SPAN})": {span(at - told.now) for at in due},
        r"│ tries +(\d+)": {len(tried)},
        rf"│ +(\d+) +[✓✗↻] \w+ ({_CLOCK})": {f"{entry.attempt}/{clock(entry.at)}" for entry in tried},
        r"visit (\d+)": len(told.visits(key)),
        r"after (\d+) attem": {told.tries(node.key) for node in told.outline.nodes},
        rf"(?<=  )({_CLOCK})(?=  )": {clock(entry.at) for entry in told.entries} | {clock(told.now)},
        rf"({_CLOCK}) to ({_CLOCK})": {f"{clock(told.lines[0].at)}/{clock(told.lines[-1].at)}"},
    }


def of_saga(told: Told, selected: str) -> Truth:
    """Of the saga screen with that step selected."""
    truth: dict[str, Any] = {
        rf"(\d) {word}\b": {number} for word, number in (_PANES | {re.escape(selected): 3}).items()
    } | _head(told)
    steps = [node for node in told.outline.nodes if node.lane != "undo" and node.kind is not NodeKind.PARALLEL]
    undoable = {node.key.removeprefix("undo/") for node in told.outline.nodes if node.lane == "undo"}
    done = [entry for entry in told.entries if entry.kind is EntryKind.DONE and entry.key in undoable]
    turned = [
        entry for entry in told.entries if entry.kind is EntryKind.STEP_FAILED and not entry.key.startswith("undo/")
    ]
    order = {entry.key: place for place, entry in enumerate(reversed(done), start=1)} if turned else {}
    for number, node in enumerate(steps, start=1):
        key, undo = re.escape(node.key), f"undo/{node.key}"
        place, tries, took = order.get(node.key, 0), told.tries(undo) or "", told.took(undo)
        truth[rf"[┃▌] *(\d+)[ ┌│└]+\S+ {key}\b"] = {number}
        truth[rf"undo {key} +(\d+)(?:st|nd|rd|th)(?: +({SPAN}))?"] = {f"{place}/{took}", f"{place}/"}
        truth[rf"(\d+)  {key} +[«○◐✓!]+ +[a-z ]+?(?:  +(\d+)(?: +({SPAN}))?)?  "] = {f"{place}/{tries}/{took}"}
    undone = [key for key in order if any(entry.kind is EntryKind.DONE for entry in told.at(f"undo/{key}"))]
    return truth | {
        rf"turned round ({_CLOCK})": {clock(entry.at) for entry in turned},
        r"all (\d+) steps": {len(steps)},
        r"(\d+) of (\d+) could be undone": {f"{len(done)}/{len(steps)}"},
        r"(\d+) of (\d+) undone": {f"{len(undone)}/{len(order)}"},
        rf"{re.escape(selected)}: \w+ +at ({_CLOCK})": {clock(told.at(selected)[-1].at)}
        if told.at(selected)
        else set(),
        r"   (\d+) tries": {told.tries(f"undo/{selected}"), told.tries(selected)},
    }
