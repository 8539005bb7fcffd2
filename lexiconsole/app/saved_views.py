"""Saved views: filters of the list of runs under names of their own, in `views.toml` beside the store. Made to be edited by hand."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING

from lexiconsole.errors import ConfigurationError, NotFoundError, UsageError
from lexiconsole.replacing import in_turn, replace_file
from lexiconsole.views.run_filter import read_filter

if TYPE_CHECKING:
    from tomlkit import TOMLDocument

__all__ = ["SavedViews"]

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,39}")
_HEAD = """\
# Filters of the list of runs by name: `:view NAME` in the console, `lexiconsole runs --view NAME` in a shell.
"""


class SavedViews:
    """The file is read each time, so that what another process or an editor wrote counts at once."""

    def __init__(self, store: Path) -> None:
        self.file = store.parent / "views.toml"

    def all(self) -> dict[str, str]:
        """Name to filter, in the order of the file. Raises ConfigurationError that names the file and what is wrong in it."""
        try:
            kept = tomllib.loads(self.file.read_text(encoding="utf-8"))
        except FileNotFoundError:
            return {}
        except (OSError, ValueError) as fault:
            raise ConfigurationError(f"{self.file}: {fault}") from fault
        for name, text in kept.items():
            if not isinstance(text, str):
                raise ConfigurationError(f'{self.file}: {name} is no filter; write {name} = "state:failed"')
            try:
                read_filter(text)
            except UsageError as fault:
                raise ConfigurationError(f"{self.file}: {name}: {fault}") from fault
        return {name: str(text) for name, text in kept.items()}

    def get(self, name: str) -> str:
        """The filter of that name. Raises NotFoundError."""
        known = self.all()
        if name not in known:
            raise NotFoundError("view", name, known, hint="`:save NAME` in the console keeps the filter that is on")
        return known[name]

    def save(self, name: str, text: str) -> None:
        """Takes the place of a view of that name. Raises UsageError for what is no name, no filter or no text."""
        if _NAME.fullmatch(name) is None:
            raise UsageError(f"{name} is no name for a view: letters, digits, - and _")
        read_filter(text)
        if any("\ud800" <= sign <= "\udfff" for sign in text):
            raise UsageError("a part of the filter is no UTF-8, so no file can hold it; type that part again")
        self.file.parent.mkdir(parents=True, exist_ok=True)
        with in_turn(self.file.parent):
            kept = self._kept()
            kept[name] = text.strip()
            replace_file(self.file, kept.as_string())

    def forget(self, name: str) -> None:
        """Raises NotFoundError."""
        self.get(name)
        with in_turn(self.file.parent):
            kept = self._kept()
            kept.remove(name)
            replace_file(self.file, kept.as_string())

    def _kept(self) -> TOMLDocument:
        """The file with its comments and empty lines, which belong to whoever wrote them. Raises as `all`."""
        import tomlkit

        self.all()
        try:
            return tomlkit.parse(self.file.read_bytes().decode("utf-8"))
        except FileNotFoundError:
            return tomlkit.parse(_HEAD)
