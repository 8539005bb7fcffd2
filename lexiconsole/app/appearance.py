"""Appearance: how the console is wished to look, known before it paints. Who wishes nothing waits for nothing."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from lexiconsole.app.look import root_of, settings_say
from lexiconsole.errors import LexiconsoleError

__all__ = ["Appearance", "draws_ascii_only", "first_appearance"]

_WISHES = re.compile(r"^[^#\n]*\bconsole[\"']?\s*:", re.MULTILINE)
_POOR = frozenset({"dumb", "vt100", "vt220", "linux"})
"""Terminals whose fonts have letters and little else."""


@dataclass(frozen=True, slots=True)
class Appearance:
    """The words of `console:` in the settings. `keys` is a file; None where none is meant, and there is none at its usual place."""

    theme: str = "dark"
    glyphs: str = "auto"
    motion: str = "auto"
    keys: Path | None = None


def first_appearance(start: Path | None = None, *, profile: str = "") -> Appearance:
    """What the settings say. They are read only where they say something about it, for that takes its time;
    settings that can not be read are complained about by whoever opens the workspace.
    """
    root = root_of(start)
    asked = (
        profile or os.environ.get("LEX_PROFILE") or any(name.upper().startswith("LEX_CONSOLE") for name in os.environ)
    )
    if not asked and not settings_say(root, _WISHES):
        return Appearance(keys=_usual_keys())
    from lexiconsole.app.config import Settings

    try:
        wished = Settings.load(root, profile=profile).console
    except LexiconsoleError:
        return Appearance()
    keys = _usual_keys() if wished.keys is None else root / wished.keys.expanduser()
    return Appearance(wished.theme.value, wished.glyphs.value, wished.motion.value, keys)


def _usual_keys() -> Path | None:
    home = os.environ.get("XDG_CONFIG_HOME") or os.path.expanduser("~/.config")  # noqa: PTH111 - raises nothing without a home
    file = Path(home) / "lexiconsole" / "keys.toml"
    return file if file.is_file() else None


def draws_ascii_only(glyphs: str, environment: Mapping[str, str]) -> bool:
    """Whether nothing but ASCII is to be drawn. A locale that is not said counts as one that can show everything."""
    if glyphs != "auto":
        return glyphs == "ascii"
    if environment.get("TERM", "") in _POOR:
        return True
    said = _locale(environment)
    return bool(said) and "utf" not in said.lower()


def _locale(environment: Mapping[str, str]) -> str:
    """As C libraries look for it. Python itself puts C.UTF-8 into LC_CTYPE when the locale was C; that is nobody's wish."""
    everything, language = environment.get("LC_ALL", ""), environment.get("LANG", "")
    signs = environment.get("LC_CTYPE", "")
    if signs.upper() in {"C.UTF-8", "C.UTF8", "UTF-8"} and language in {"C", "POSIX"}:
        signs = ""
    return everything or signs or language
