"""Migration: how the journal of a run under one VERSION is read under the next. A pure mapping of keys; nothing is run."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from lexiconsole.types import Json

__all__ = ["Migration"]


@dataclass(frozen=True, slots=True)
class Migration:
    """From one version to the one after it.

    `renamed` are keys by their old name; a part of a key between slashes counts too, so that `undo/pay` and `pay#2` become
    `undo/charge` and `charge#2`. What stands at `dropped` keys no longer counts; effects behind it stay as they are.
    `added` are results of steps that runs which are past them are taken to have done; a run that is not past such a step
    does it. `input` makes the new input of the old one; it must be pure.
    """

    renamed: Mapping[str, str] = field(default_factory=dict)
    dropped: Sequence[str] = ()
    added: Mapping[str, Json] = field(default_factory=dict)
    input: Callable[[Any], Any] | None = None

    def key(self, key: str) -> str | None:
        """What the key is called from now on; None when it is dropped."""
        if _names(key, self.dropped):
            return None
        if key in self.renamed:
            return self.renamed[key]
        parts = [part.partition("#") for part in key.split("/")]
        return "/".join(f"{self.renamed.get(name, name)}{mark}{visit}" for name, mark, visit in parts)


def _names(key: str, keys: Sequence[str]) -> bool:
    """Whether the key, or the step of one of its parts, is among the keys."""
    return key in keys or any(part.partition("#")[0] in keys for part in key.split("/"))
