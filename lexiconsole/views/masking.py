"""Masking: what of a run may be sent to a stranger. Nothing that a person or a service put into it goes along.

An allow-list, not a search for what looks personal: of each kind of fact the fields that the engine itself writes are kept
(states, numbers of entries, times, digests, names that stand in the definition's outline); every other text and number becomes
a mask that says only what it was. People, hosts and given ids become `person-1`, `host-1`, `run-1`, other parts of keys `k1`: the
same one everywhere in a bundle.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from lexiconsole.durable.addresses import ID_LETTERS
from lexiconsole.durable.entry import Entry
from lexiconsole.durable.outline import Outline
from lexiconsole.durable.rows import RunRow
from lexiconsole.durable.vault import MASK, is_secret
from lexiconsole.types import Json, JsonObject
from lexiconsole.views.kept_names import NAME, WORDS_OF_THE_ENGINE, names_to_keep

__all__ = ["Masking"]

_KEPT = frozenset(
    {
        *("attempt", "definition", "digest", "due", "epoch", "fingerprint", "generation", "how", "intent", "kind"),
        *("owner", "pid", "request", "retry_at", "seq", "started_at", "status", "undo", "until"),
        *("verdict", "version", "voids", "wake_at"),
    }
)
"""Fields of an entry's data that the engine writes: kept where they are numbers, or words as code has them."""

_KEYS, _PEOPLE, _RUNS = (
    frozenset({"on", "undone", "key", "signal"}),
    frozenset({"who", "to", "seat"}),
    frozenset({"run"}),
)
_ERRORS = frozenset({"error"})

_MADE = re.compile(rf"(?=.*([a-z][0-9]+[a-z]+[0-9]|[0-9][a-z]+[0-9]+[a-z]))[{ID_LETTERS}]{{12}}")
"""An id that the program made: chance, and nothing else. Letters and digits are mixed in it; where they are not, as in one of
thirteen, it might as well be a telephone number, or a name with a year, and is numbered.
"""

_FRAME = re.compile(r'File "(?:[^"\n]*[\\/])?([^"\n\\/]+)", line (\d+), in ([\w<>.]+)')


class Masking:
    """One for each bundle, so that the same person is the same number in all of it. `counts` says what was masked how often."""

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()
        self._names: defaultdict[str, dict[str, str]] = defaultdict(dict)
        self._kept_names = frozenset[str]()

    def begin(self, outline: Outline, given: Json) -> None:
        """What follows is of a run of that outline, made with that input."""
        self._kept_names = names_to_keep(outline, given)

    # what a bundle holds

    def entry(self, entry: Entry) -> JsonObject:
        return {
            "seq": entry.seq,
            "at": entry.at,
            "kind": entry.kind.value,
            "key": self.key(entry.key),
            "attempt": entry.attempt,
            "by": self.person(entry.by),
            "data": self.data(entry.data),
        }

    def row(self, row: RunRow, types: Collection[str] = ()) -> JsonObject:
        """The run as it is listed, and under which code. `types` are of the errors in its entries: before a colon there may as
        well stand a name.
        """
        kind, sign, _ = row.error.partition(": ")
        known = sign and kind in types and NAME.fullmatch(kind)
        error = f"{kind}: {self.value(row.error[len(kind) + 2 :])}" if known else ""
        return {
            "run": self.run(row.id),
            "definition": self.word(row.name, "definition"),
            "model": row.kind,
            "version": row.version,
            "digest": row.digest,
            "fingerprint": row.fingerprint,
            "status": row.status.value,
            "created_at": row.created_at,
            "changed_at": row.changed_at,
            "wake_at": row.wake_at,
            "entries": row.seq,
            "where": self.key(row.where),
            "error": error or (self.value(row.error) if row.error else ""),
            "by": self.person(row.by),
            "parent": self.run(row.parent),
            "origin": self.run(row.origin),
            "origin_seq": row.origin_seq,
        }

    def outline(self, outline: Outline) -> JsonObject:
        """As it is drawn; its names are kept as those of keys are."""
        return {
            "nodes": [
                {
                    "key": self.key(node.key),
                    "kind": node.kind.value,
                    "label": self.key(node.label),
                    "lane": self.key(node.lane),
                    "parent": self.key(node.parent),
                }
                for node in outline.nodes
            ],
            "edges": [
                {
                    "source": self.key(edge.source),
                    "target": self.key(edge.target),
                    "kind": edge.kind.value,
                    "label": self.key(edge.label),
                }
                for edge in outline.edges
            ],
        }

    def data(self, data: Mapping[str, Json]) -> JsonObject:
        """Of an entry: each field by its name."""
        return {name: self._field(name, value) for name, value in data.items()}

    # its parts

    def value(self, value: Json) -> Json:
        """Its shape alone: how many fields and of what kind; their names are numbered too, for names of people may be among them."""
        if is_secret(value):
            self.counts["secrets"] += 1
            return MASK
        match value:
            case None | bool():
                return value
            case str():
                self.counts["secrets" if value == MASK else "texts"] += 1
                return MASK if value == MASK else f"<text of {len(value)}>"
            case int() | float():
                self.counts["numbers"] += 1
                return "<number>"
            case dict():
                return {self._numbered("field", name): self.value(part) for name, part in value.items()}
            case list():
                return [self.value(part) for part in value]

    def word(self, text: str, kind: str) -> str:
        """As it is where it reads like a name in code, else numbered."""
        return text if not text or (len(text) <= 60 and NAME.fullmatch(text)) else self._numbered(kind, text)

    def key(self, key: str) -> str:
        """Part for part: names of the outline and words of the engine, with the counts behind them; else `k1`."""
        parts = key.split("/")
        return "/".join(self._part(part, before) for before, part in zip(["", *parts], parts, strict=False))

    def run(self, id: str) -> str:
        return id if not id or _MADE.fullmatch(id) else self._numbered("run", id)

    def person(self, name: str) -> str:
        """Roles are no persons."""
        role = name.removeprefix("role:")
        if role != name:
            return f"role:{self.word(role, 'role')}"
        return self._numbered("person", name) if name else ""

    def _part(self, part: str, before: str = "") -> str:
        bare, sign, count = part.partition("#")
        if sign and count.isdigit() and len(count) <= 6:
            return f"{self._part(bare, before)}#{count}"
        counts = part.isdigit() and before in WORDS_OF_THE_ENGINE
        return (
            part
            if not part or counts or part in WORDS_OF_THE_ENGINE | self._kept_names
            else self._numbered("key", part)
        )

    def _numbered(self, kind: str, text: str) -> str:
        names = self._names[kind]
        if text not in names:
            names[text] = f"{'k' if kind == 'key' else f'{kind}-'}{len(names) + 1}"
            self.counts[_MANY.get(kind, f"{kind}s")] += 1
        return names[text]

    def _field(self, name: str, value: Json) -> Json:
        if name in _KEPT:
            return self._kept(value)
        if name in _RUNS and isinstance(value, str):
            return self.run(value)
        if name in _KEYS:
            return self._each(value, self.key)
        if name == "target":
            return self.key(value) if isinstance(value, str) else self._kept(value)
        if name in _PEOPLE:
            return self._each(value, self.person)
        if name in ("from", "origin") and isinstance(value, dict):
            return {part: self._of_sender(part, one) for part, one in value.items()}
        if name == "from" and isinstance(value, str):
            return self.person(value)
        if name == "host" and isinstance(value, str):
            return self._numbered("host", value)
        if name in _ERRORS and isinstance(value, dict):
            return self.error(value)
        return self.value(value)

    def _kept(self, value: Json) -> Json:
        """Words as code has them, and numbers; anything else there was put in by somebody."""
        match value:
            case None | bool() | int() | float():
                return value
            case str():
                return value if _DIGEST.fullmatch(value) else self.word(value, "name")
            case list() if all(isinstance(one, (int, float)) for one in value):
                return value
        return self.value(value)

    def _each(self, value: Json, mask: Any) -> Json:
        if isinstance(value, str):
            return str(mask(value))
        if isinstance(value, list) and all(isinstance(one, str) for one in value):
            return [str(mask(one)) for one in value]
        return self.value(value)

    def _of_sender(self, name: str, value: Json) -> Json:
        match name, value:
            case "run", str():
                return self.run(value)
            case "host", str():
                return self._numbered("host", value)
            case (("os_user" | "acting_as" | "by"), str()):
                return self.person(value)
            case (("pid" | "seq"), int()):
                return value
            case "name", str():
                return self.word(value, "definition")
        return self.value(value)

    def error(self, error: Mapping[str, Json]) -> JsonObject:
        """Its type, and where in the code it was raised; not its words, which quote what they complain of."""
        told: JsonObject = {}
        for name, value in error.items():
            match name, value:
                case "type", str():
                    told[name] = self.word(value, "type")
                case "key", str():
                    told[name] = self.key(value)
                case "traceback", str():
                    told[name] = [f"{file}:{line} in {function}" for file, line, function in _FRAME.findall(value)]
                case "cause", dict():
                    told[name] = self.error(value)
                case _:
                    shown = name if name == "message" else self._numbered("field", name)
                    told[shown] = self.value(value)
        return told

    @property
    def summary(self) -> Sequence[str]:
        """`12 texts`, `3 persons`: what was masked, the most first."""
        return [f"{many:,} {what if many != 1 else what.removesuffix('s')}" for what, many in self.counts.most_common()]


_MANY = {"person": "persons", "key": "keys", "host": "hosts"}
_DIGEST = re.compile(r"[0-9a-f]{8,64}")
