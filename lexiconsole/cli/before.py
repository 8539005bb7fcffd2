"""What stands before a command's name. When nothing but that was typed the console opens, and it does not wait for Typer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

__all__ = ["Shared", "without_command"]


@dataclass(slots=True)
class Shared:
    """The options that may stand before or after the command's name, and all that was typed."""

    store: Path | None = None
    folder: Path | None = None
    profile: str = ""
    by: str = ""
    ascii_only: bool = False
    readonly: bool = False
    argv: tuple[str, ...] = ()


_SWITCHES = {"--ascii": "ascii_only", "--readonly": "readonly"}
_VALUES = {"--store": "store", "--folder": "folder", "-C": "folder", "--profile": "profile"}


def without_command(words: Sequence[str]) -> Shared | None:
    """What was typed when it was nothing but shared options, each whole and with its value; None when Typer has to look."""
    shared = Shared(argv=tuple(words))
    left = list(words)
    while left:
        name, equals, value = left.pop(0).partition("=")
        if name in _SWITCHES and not equals:
            setattr(shared, _SWITCHES[name], True)
            continue
        if name not in _VALUES or (equals and not name.startswith("--")):
            return None
        if not equals:
            if not left:
                return None
            value = left.pop(0)
        match _VALUES[name]:
            case "store":
                shared.store = Path(value)
            case "folder":
                shared.folder = Path(value)
            case _:
                shared.profile = value
    return shared
