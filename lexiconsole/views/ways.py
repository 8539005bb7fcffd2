"""Ways on: the commands with which a person decides what a run asks."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from dataclasses import dataclass

from lexiconsole.types import Json

__all__ = ["Way", "ways_to_decide"]


@dataclass(frozen=True, slots=True)
class Way:
    """Something a person can do now: the words behind `lexiconsole`, and what it is good for."""

    words: tuple[str, ...]
    about: str

    @property
    def line(self) -> str:
        """As it is typed: quoted for a shell where it needs it; the places to fill in stay as they are."""
        return " ".join(["lexiconsole", *map(_quoted, self.words)])


def _quoted(word: str) -> str:
    before, place = (word[:-1], "…") if word.endswith("…") else (word, "")
    return shlex.quote(before) + place if before or not place else place


def ways_to_decide(task: str, asked: Mapping[str, Json]) -> list[Way]:
    """For RUN:KEY, from what was asked: approving and rejecting where people vote, else answering."""
    fields = _fields(asked.get("form"))
    if "ballot" in asked:
        return [Way(("approve", task, *fields), "approve it"), Way(("reject", task, "--reason", "…"), "reject it")]
    return [Way(("answer", task, *(fields or ("JSON",))), "answer it")]


def _fields(form: Json) -> tuple[str, ...]:
    names = form.get("properties") if isinstance(form, dict) else None
    return tuple(word for name in names for word in ("-i", f"{name}=…")) if isinstance(names, dict) else ()
