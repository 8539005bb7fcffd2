"""Drafts: what a person has typed into a question's form and not sent. Files of their own beside the store, never the journal."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from lexiconsole.replacing import replace_file

__all__ = ["Drafts"]


class Drafts:
    """One file for each person and task, readable by its owner only. Secrets are not to be given to it."""

    def __init__(self, store: Path) -> None:
        self._folder = store.parent / "drafts"

    def of(self, person: str, task: str) -> dict[str, str]:
        """The texts by field name; empty when there is no draft, or none that can be read."""
        try:
            kept = json.loads(self._file(person, task).read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}
        return (
            {str(name): text for name, text in kept.items() if isinstance(text, str)} if isinstance(kept, dict) else {}
        )

    def keep(self, person: str, task: str, texts: Mapping[str, str]) -> None:
        """Takes the place of the draft before. Raises OSError."""
        file = self._file(person, task)
        file.parent.mkdir(parents=True, exist_ok=True)
        # in ASCII: what was typed may hold half a sign, which no UTF-8 has
        replace_file(file, json.dumps(dict(texts)), private=True)

    def forget(self, person: str, task: str) -> None:
        """The answer was sent."""
        with suppress(OSError):
            self._file(person, task).unlink()

    def _file(self, person: str, task: str) -> Path:
        named = hashlib.sha256(json.dumps([person, task]).encode()).hexdigest()[:32]
        return self._folder / f"{named}.json"
