"""A person's own keys: a TOML file that changes the table. What is wrong in it is named with its line and what to write instead.

preset = "emacs"          # vim, emacs or arrows

[keys]
retry = "ctrl+y"          # an action of the table; one key or several, in its words (`/`, `^p`, `f5`)

[moves]
down = ["ctrl+j"]         # keys that move as well
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from textual.keys import _character_to_key

from lexiconsole.errors import ConfigurationError, nearest
from lexiconsole.tui.keymap import KEYS, MOVES, Key, Place, shown_key

__all__ = ["PRESETS", "Keymap", "read_keymap"]

_SIDEWAYS = (("left", ("h", "left")), ("right", ("l", "right")))
_TARGETS = {name: keys[-1] for name, keys in (*MOVES, *_SIDEWAYS)} | {"page_down": "pagedown", "page_up": "pageup"}
"""Every widget knows these keys; another one that moves counts as one of them."""

_MOVING = frozenset(name for _, keys in (*MOVES, *_SIDEWAYS) for name in keys)
_LETTERS = frozenset(name for name in _MOVING if len(name) == 1)
_OTHERS = {"ctrl+i": "tab", "ctrl+m": "enter", "ctrl+h": "backspace", "ctrl+c": "the way out", "ctrl+q": "the way out"}
_NAMED = frozenset({"enter", "escape", "tab", "shift+tab", "space", "backspace", "delete", "insert", "home", "end"})
_NAMED |= {"pageup", "pagedown", "up", "down", "left", "right"}
_NEVER = frozenset({"enter", "escape", "y"})
_NAME = re.compile(r"(?:(?:ctrl|alt|shift)\+)*(?:[a-zA-Z0-9]|f[0-9]{1,2}|[a-z_]{2,})")


@dataclass(frozen=True, slots=True)
class _Preset:
    keys: Mapping[str, tuple[str, ...]]
    moves: Mapping[str, tuple[str, ...]]
    letters_move: bool = True


PRESETS = {
    "vim": _Preset({}, {}),
    "emacs": _Preset(
        {"palette": ("alt+x",)},
        {
            "down": ("ctrl+n",),
            "up": ("ctrl+p",),
            "page_down": ("ctrl+v",),
            "page_up": ("alt+v",),
            "first": ("alt+less_than_sign",),
            "last": ("alt+greater_than_sign",),
        },
    ),
    "arrows": _Preset({}, {}, letters_move=False),
}
"""`arrows`: the letters that move do nothing; arrows, page and home keys move."""


@dataclass(frozen=True, slots=True)
class Keymap:
    """`keys` is the table as changed; `moves` gives for a pressed key the one that every widget knows, "" where it is dropped."""

    keys: tuple[Key, ...] = KEYS
    moves: Mapping[str, str] = field(default_factory=dict)


def read_keymap(file: Path) -> Keymap:
    """Raises ConfigurationError with every mistake of the file, each with its line."""
    try:
        text = file.read_text(encoding="utf-8")
        told = tomllib.loads(text)
    except OSError as fault:
        reason = fault.strerror or str(fault)
        raise ConfigurationError(f"the keymap {file} can not be read: {reason}; console.keys names it") from None
    except ValueError as fault:
        raise ConfigurationError(f"{file}: {fault}") from fault
    reading = _Reading(file, text.split("\n"), told)
    keymap = reading.keymap()
    if reading.faults:
        raise ConfigurationError("\n".join(reading.faults))
    return keymap


class _Reading:
    def __init__(self, file: Path, lines: list[str], told: dict[str, Any]) -> None:
        self._file, self._lines, self._told = file, lines, told
        self.faults: list[str] = []

    def keymap(self) -> Keymap:
        for name in self._told.keys() - {"preset", "keys", "moves"}:
            self._fault(name, f"there is no {name}; a keymap has preset, [keys] and [moves]")
        preset = self._preset()
        own = self._keys_of("keys", sorted({key.action for key in KEYS}), "action")
        moves = self._keys_of("moves", list(_TARGETS), "move")
        wanted = {**preset.keys, **own}
        table = tuple(replace(key, keys=wanted.get(key.action, key.keys)) for key in KEYS)
        freed = {name for names in preset.moves.values() for name in names}
        freed |= set() if preset.letters_move else _LETTERS
        table = tuple(_without(key, freed) if key.action not in wanted else key for key in table)
        extra = {
            name: _TARGETS[move] for found in (preset.moves, moves) for move, names in found.items() for name in names
        }
        dropped = {} if preset.letters_move else dict.fromkeys(_LETTERS, "")
        self._check_clashes(table, own, moves)
        return Keymap(table, {**dropped, **extra})

    def _preset(self) -> _Preset:
        name = self._told.get("preset", "vim")
        if name in PRESETS:
            return PRESETS[name]
        self._fault("preset", f"there is no preset {name!r}; write one of {', '.join(PRESETS)}")
        return PRESETS["vim"]

    def _keys_of(self, section: str, known: list[str], what: str) -> dict[str, tuple[str, ...]]:
        told = self._told.get(section, {})
        if not isinstance(told, dict):
            self._fault(section, f"{section} is a table; write [{section}] above what belongs to it")
            return {}
        found = {}
        for name, value in told.items():
            if name not in known:
                close = nearest(name, known)
                self._fault(name, f"there is no {what} {name}" + (f"; did you mean {close}?" if close else ""))
                continue
            given = [value] if isinstance(value, str) else value
            if not isinstance(given, list) or not given or not all(isinstance(each, str) for each in given):
                self._fault(name, f'{name} takes a key or several; write {name} = "f5" or {name} = ["f5", "ctrl+r"]')
                continue
            found[name] = tuple(key for each in given if (key := self._key(name, each)))
        return {name: keys for name, keys in found.items() if keys}

    def _key(self, name: str, given: str) -> str:
        key = _normal(given)
        if key in _OTHERS:
            self._fault(name, f"{given} is {_OTHERS[key]} in a terminal; write another key for {name}")
        elif not key or not (key in _NAMED or len(given) == 1 or _NAME.fullmatch(key)):
            self._fault(
                name, f"{given!r} is no key; write a letter, a sign, f1 to f12, enter, or one with ctrl+ or alt+"
            )
        else:
            return key
        return ""

    def _check_clashes(self, table: tuple[Key, ...], own: Mapping[str, Any], moves: Mapping[str, Any]) -> None:
        """Only what the file says can clash: the table as it is does not."""
        said = {*_clashes(table, own), *_moved(table, own, moves)}
        for name, reason in sorted(said):
            self._fault(name, reason)

    def _fault(self, name: str, reason: str) -> None:
        self.faults.append(f"{self._file}:{self._line(name)}: {reason}")

    def _line(self, name: str) -> int:
        """Where the name stands, 1 for a file that says it in another way."""
        begun = re.compile(rf"""\s*\[?\s*["']?{re.escape(name)}["']?\s*[=\]]""")
        return next((number for number, line in enumerate(self._lines, start=1) if begun.match(line)), 1)


def _without(key: Key, freed: set[str]) -> Key:
    """A key that a preset moves with is no action's any more."""
    return replace(key, keys=tuple(name for name in key.keys if name not in freed) or key.keys)


def _clashes(table: tuple[Key, ...], own: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Actions of the file whose key another one has on the same screen."""
    for place in Place:
        taken: dict[str, Key] = {}
        for key in sorted((key for key in table if place in key.places), key=lambda key: key.action in own):
            for name in key.keys:
                other = taken.setdefault(name, key)
                if other.action != key.action and key.action in own:
                    yield key.action, f"{shown_key(name)} is {other.action} already; write another key for one of them"


def _moved(table: tuple[Key, ...], own: Mapping[str, Any], moves: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Keys that would move the cursor and do something, and those that must never change anything."""
    by_key = {name: move for move, names in moves.items() for name in names}
    for key in table:
        for name in key.keys:
            if key.action in own and (name in _MOVING or name in by_key):
                yield key.action, f"{shown_key(name)} moves the cursor; write another key for {key.action}"
            elif name in by_key:
                move = by_key[name]
                yield move, f"{shown_key(name)} is {key.action}; write another key for {move}, or give {key.action} one"
            elif key.action in own and key.changes and name in _NEVER:
                yield key.action, f"{shown_key(name)} must not change anything; write another key for {key.action}"


def _normal(given: str) -> str:
    """As the toolkit names it: `/` is slash, `^p` ctrl+p, `esc` escape."""
    if given.startswith("^") and len(given) == 2:
        return f"ctrl+{given[1].lower()}"
    if len(given) == 1:
        return "space" if given == " " else _character_to_key(given)
    *held, last = given.split("+") if not given.endswith("++") else [*given[:-2].split("+"), "+"]
    last = {"esc": "escape", "return": "enter"}.get(last, last)
    last = _character_to_key(last) if len(last) == 1 else last
    return "+".join([*held, last])
