"""Which parts of a key may be read by a stranger: names of the definition's outline, and words that the engine itself puts in.

A step can be named after what it works on (`send/Ana Smith`), and so can a node of a definition that is built from its input.
So a name is kept only where it stands in the outline of the run and in no value of its input.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import chain

from lexiconsole.durable.outline import Outline
from lexiconsole.types import Json

__all__ = ["NAME", "PSEUDONYM", "WORDS_OF_THE_ENGINE", "names_to_keep"]

NAME = re.compile(r"[A-Za-z_][A-Za-z_.-]*[0-9]{0,3}[A-Za-z_.-]*", re.ASCII)
"""A name as code has it: no blank, no `@`, no long number."""

PSEUDONYM = re.compile(r"k[0-9]+")
"""What stands for a part that is not kept; no name that looks so is kept."""

WORDS_OF_THE_ENGINE = frozenset(
    {
        *("undo", "repair", "batch", "again", "pause", "total", "seats", "info", "if", "next", "asked", "ignored"),
        *("choice", "save", "at", "do", "on_error", "cleanup", "timeout", "start", "event", "steer", "signal"),
    }
)
"""Parts of keys that no definition chose; a number behind one of them counts."""

_LONGEST = 60
_WORDS = re.compile(r"\w+")


def names_to_keep(outline: Outline, given: Json) -> frozenset[str]:
    """The parts of its keys, labels, lanes and of the words on its lines that read like names and say nothing of `given`."""
    nodes = ((node.key, node.label, node.lane, node.parent) for node in outline.nodes)
    lines = ((edge.source, edge.target, edge.label) for edge in outline.edges)
    parts = {part.partition("#")[0] for text in chain(*nodes, *lines) for part in text.split("/")}
    said = [words for words in (_words(text) for text in _texts(given)) if words]
    return frozenset(part for part in parts if _reads_like_a_name(part) and not _says(part, said))


def _reads_like_a_name(part: str) -> bool:
    words = part.split(" ")
    return len(part) <= _LONGEST and not PSEUDONYM.fullmatch(part) and all(not w or NAME.fullmatch(w) for w in words)


def _texts(value: Json) -> Iterator[str]:
    match value:
        case dict():
            for name, part in value.items():
                yield name
                yield from _texts(part)
        case list():
            for part in value:
                yield from _texts(part)
        case str():
            yield value


def _says(part: str, said: Iterable[tuple[str, ...]]) -> bool:
    """Whether a value stands in the part, or the part in a short value: `mail to Ana` of `Ana`, and `Ana` of `Ana Smith`."""
    words = _words(part)
    return any(_within(text, words) or (len(text) <= 4 and _within(words, text)) for text in said if words)


def _words(text: str) -> tuple[str, ...]:
    return tuple(_WORDS.findall(text.casefold().replace("_", " ").replace("-", " ")))


def _within(some: tuple[str, ...], others: tuple[str, ...]) -> bool:
    return any(others[at : at + len(some)] == some for at in range(len(others) - len(some) + 1))
