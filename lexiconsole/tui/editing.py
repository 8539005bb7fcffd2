"""Values in the person's own editor: written as YAML to a private file, read back, and told apart from a change of mind."""

from __future__ import annotations

import os
import shlex
import subprocess
import tempfile
from collections.abc import Collection, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from textual.app import App, SuspendNotSupported

from lexiconsole.types import Json
from lexiconsole.views.fitting import misfits

__all__ = ["Edit", "at_line", "edited", "from_yaml", "open_file", "to_yaml"]


@dataclass(frozen=True, slots=True)
class Edit:
    """`changed` is false when nothing was saved; `problem` says why what was saved can not be used."""

    value: Json = None
    changed: bool = False
    problem: str = ""


def edited(
    app: App[Any],
    value: Json,
    title: str,
    *,
    schema: Mapping[str, Any] | None = None,
    without: Collection[str] = (),
) -> Edit:
    """Opens the value in $VISUAL or $EDITOR and waits. Fields named in `without` are neither shown nor changed."""
    shown = {name: part for name, part in value.items() if name not in without} if isinstance(value, dict) else value
    command = _editor()
    before = to_yaml(shown, title)
    try:
        after = _in_editor(app, command, before)
    except SuspendNotSupported:
        return Edit(problem="this terminal can not be handed to an editor")
    except OSError as fault:
        return Edit(problem=f"{command[0]}: {fault.strerror or fault}; set EDITOR to one that is there")
    if after is None:
        return Edit(problem=f"{command[0]} ended with an error; nothing was changed")
    if after == before:
        return Edit(shown)
    return from_yaml(after, schema)


def open_file(app: App[Any], file: Path, line: int) -> str:
    """Opens a file in $VISUAL or $EDITOR, at a line where the editor is one that takes it; "" or why it could not."""
    command = _editor()
    try:
        with app.suspend():
            ended = subprocess.run(at_line(command, file, line), check=False)
    except SuspendNotSupported:
        return "this terminal can not be handed to an editor"
    except OSError as fault:
        return f"{command[0]}: {fault.strerror or fault}; set EDITOR to one that is there"
    return "" if ended.returncode == 0 else f"{command[0]} ended with an error"


_WITH_PLUS = frozenset(
    {"ed", "emacs", "emacsclient", "joe", "kak", "micro", "nano", "ne", "nvim", "pico", "vi", "view", "vim"}
)
_WITH_COLON = frozenset({"helix", "hx", "subl", "zed"})
_WITH_GOTO = frozenset({"code", "codium", "cursor"})


def at_line(command: list[str], file: Path, line: int) -> list[str]:
    """What is called to open the file at the line; an editor that nobody here knows gets the file alone."""
    name = Path(command[0]).name
    if line < 1:
        return [*command, str(file)]
    if name in _WITH_PLUS:
        return [*command, f"+{line}", str(file)]
    if name in _WITH_COLON:
        return [*command, f"{file}:{line}"]
    return [*command, "--goto", f"{file}:{line}"] if name in _WITH_GOTO else [*command, str(file)]


def _editor() -> list[str]:
    return shlex.split(os.environ.get("VISUAL") or os.environ.get("EDITOR") or "vi")


def _in_editor(app: App[Any], command: list[str], text: str) -> str | None:
    handle, name = tempfile.mkstemp(prefix="lexiconsole-", suffix=".yaml")  # readable by the owner only
    path = Path(name)
    try:
        os.close(handle)
        path.write_text(text, encoding="utf-8")
        with app.suspend():
            ended = subprocess.run([*command, str(path)], check=False)
        return path.read_text(encoding="utf-8") if ended.returncode == 0 else None
    finally:
        with suppress(OSError):
            path.unlink()


def to_yaml(value: Json, title: str) -> str:
    """YAML for people, under a line that says what it is."""
    about = f"# {' '.join(title.split())}: save and quit to take this over; quit without saving to leave it as it was\n"
    body = yaml.safe_dump(value, sort_keys=False, allow_unicode=True, default_flow_style=False, width=100)
    return about + body.removesuffix("...\n")


def from_yaml(text: str, schema: Mapping[str, Any] | None = None) -> Edit:
    """What was saved, as JSON (YAML holds JSON too), and whether it fits the schema."""
    try:
        loaded = yaml.load(text, Loader=_Plain)  # noqa: S506 - a safe loader without dates
    except yaml.YAMLError as fault:
        mark = getattr(fault, "problem_mark", None)
        where = f" at line {mark.line + 1}" if mark is not None else ""
        return Edit(problem=f"what was saved is not YAML{where}; nothing was changed")
    wrong = misfits(schema, loaded) if schema is not None else []
    if wrong:
        where, sentence = wrong[0]
        return Edit(problem=f"{where or 'what was saved'} {sentence}; nothing was changed")
    return Edit(loaded, changed=True)


class _Plain(yaml.SafeLoader):
    """Dates stay text: JSON has none."""


_Plain.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in some if tag != "tag:yaml.org,2002:timestamp"]
    for first, some in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
