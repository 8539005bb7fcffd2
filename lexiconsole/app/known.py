"""Known: what a look needs of the settings, kept from the last time they were read as a whole.

Reading them takes a quarter of a second, for pydantic and YAML. What is kept counts only while nothing that they were made of
has changed; whoever acts, and whoever drives a run, reads them in full.
"""

from __future__ import annotations

import hashlib
import json
import os
import time
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import astuple, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lexiconsole.app.operators import Away, Person, people_known
from lexiconsole.replacing import replace_file

if TYPE_CHECKING:
    from lexiconsole.app.config import Settings

__all__ = ["Known", "keep", "known_of", "recall"]

_FILE = Path(".lexiconsole") / "settings.json"
_PACKAGE = Path(__file__).resolve().parents[1]


@dataclass(frozen=True, slots=True)
class Known:
    """`store` as it is configured, and the operators, None when there are none. `bare`: there was neither an application.yaml
    nor one of the folders of `definitions`.
    """

    store: str
    people: Mapping[str, Person] | None
    definitions: tuple[str, ...]
    bare: bool


def known_of(settings: Settings, root: Path) -> Known:
    """What the settings say."""
    bare = _is_bare(root, settings.definitions)
    return Known(str(settings.store.path), people_known(settings, bare=bare), settings.definitions, bare)


def recall(root: Path, profile: str) -> Known | None:
    """What is known of the workspace in folder `root`; None when its settings have to be read."""
    with suppress(OSError, ValueError, KeyError, TypeError):
        kept = json.loads((root / _FILE).read_text(encoding="utf-8"))
        if kept["mark"] == _mark(root, profile):
            people = None if kept["people"] is None else {name: _person(one) for name, one in kept["people"].items()}
            known = Known(str(kept["store"]), people, tuple(kept["definitions"]), bool(kept["bare"]))
            return known if known.bare == _is_bare(root, known.definitions) else None
    return None


def keep(root: Path, profile: str, known: Known) -> None:
    """For the next look, where there is a folder for it already; one that can not be written is no fault."""
    file = root / _FILE
    if not file.parent.is_dir():
        return
    people = None if known.people is None else {name: astuple(person) for name, person in known.people.items()}
    told = {"store": known.store, "people": people, "definitions": known.definitions, "bare": known.bare}
    with suppress(OSError):
        text = json.dumps({"mark": _mark(root, profile), **told})
        if file.is_file() and file.read_text(encoding="utf-8") == text:
            return
        replace_file(file, text)


def _is_bare(root: Path, definitions: tuple[str, ...]) -> bool:
    return not any((root / name).exists() for name in ("application.yaml", *definitions))


def _person(told: Any) -> Person:
    users, roles, act_for, absences = told
    return Person(tuple(users), tuple(roles), tuple(act_for), tuple(Away(*away) for away in absences))


def _mark(root: Path, profile: str) -> str:
    """The digest of all that settings are made of."""
    return hashlib.sha256(json.dumps(list(_ingredients(root, profile))).encode()).hexdigest()


def _ingredients(root: Path, profile: str) -> Iterator[object]:
    profile = profile or os.environ.get("LEX_PROFILE", "")
    yield profile
    yield sorted((name, value) for name, value in os.environ.items() if name.upper().startswith("LEX_"))
    yield time.tzname, os.environ.get("TZ")  # absences are whole days of this place
    for name in ("application.yaml", "application.yml", *([f"application.{profile}.yaml"] if profile else [])):
        file = root / name
        yield file.read_text(encoding="utf-8", errors="surrogateescape") if file.exists() else None
    for file in (_PACKAGE / "app" / "sections.py", _PACKAGE / "app" / "known.py"):  # another version of the program
        yield file.stat().st_mtime_ns, file.stat().st_size
