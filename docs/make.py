"""Makes the pages of this folder that say what the code says: the command line, the keys of the console, the settings.

    python docs/make.py      # writes them; tests/docs/test_made_pages.py fails while one of them is another

What stands in them comes from the commands' own help, the keymap, and the settings' model; only the words around it stand here.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from enum import Enum
from importlib import import_module
from pathlib import Path
from typing import Any, get_args, get_origin

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))

from annotated_types import BaseMetadata  # noqa: E402
from pydantic import BaseModel  # noqa: E402
from pydantic.fields import FieldInfo  # noqa: E402

from lexiconsole.app.config import Settings  # noqa: E402
from lexiconsole.cli.commands import COMMANDS, SECTIONS, CommandRow  # noqa: E402
from lexiconsole.cli.exits import ExitCode  # noqa: E402
from lexiconsole.cli.lazy import load  # noqa: E402
from lexiconsole.tui.keymap import MOVES, Key, Place, key_of, keys_at, shown_key, with_keys  # noqa: E402
from lexiconsole.tui.screens.registry import SCREENS  # noqa: E402
from lexiconsole.tui.undoing import UNDO_WINDOW, UNDOING  # noqa: E402

_MADE = "<!-- made by docs/make.py: change it there, or what it is made from -->\n"


def pages() -> dict[str, str]:
    """Each page's text by its file's name."""
    return {"command-line.md": command_line(), "keys.md": keys(), "configuration.md": configuration()}


# the command line

_EXITS = {
    ExitCode.COMPLETED: "the run completed; a command that only looks found what it looked for",
    ExitCode.FAILED: "the run failed and nothing is half done; a check found something that can not work",
    ExitCode.USAGE: "the command was written wrong, or the store can not be used",
    ExitCode.COMPENSATED: "the run failed and everything it did was undone",
    ExitCode.PARKED: "the run waits for a person, a signal or a timer, or is paused",
    ExitCode.DOUBTFUL: "the run needs an operator: an outcome is unknown, or something could not be undone",
    ExitCode.CANCELLED: "the run was cancelled",
    ExitCode.REJECTED: "people rejected what it asked for",
    ExitCode.REFUSED: "the act was refused: no right, moved on meanwhile, another version, a store that is read-only",
    ExitCode.BUG: "a fault of the program",
    ExitCode.WAIT_RAN_OUT: "`--wait` ran out, and the run goes on",
    ExitCode.INTERRUPTED: "interrupted with ctrl-c; the run was put down and can be resumed",
    ExitCode.PIPE_CLOSED: "whoever read the output stopped reading",
}

_COMMAND_LINE = """# The command line

Results go to standard output, everything else to standard error, so that a script can read the one and a person the other. With
`--json` each result is an object on a line of its own. Runs and tasks may be named by the first letters of their ids; a command
that changes something says first what it leads to, and `--dry-run` stops there.

```console
$ lexiconsole init
$ lexiconsole list
holiday …
$ lexiconsole check
nothing was found
$ lexiconsole check --explain LX013
LX013 (warning): nothing undoes a step
$ lexiconsole runs --json
```
"""


def command_line() -> str:
    parts = [_MADE, _COMMAND_LINE, "\n## How a command ends\n\n| code | meaning |\n|---|---|\n"]
    parts += [f"| {int(code)} | {said} |\n" for code, said in _EXITS.items()]
    parts.append("\n## Every command\n\nAll of them take the options under [Everywhere](#everywhere).\n")
    shared = _shared_options()
    for section in SECTIONS:
        parts.append(f"\n### {section}\n")
        for row in COMMANDS.values():
            if row.section == section:
                parts.append(_command(row, shared))
    parts.append("\n## Everywhere\n\n" + _table(_options(load(COMMANDS["list"]))))
    return "".join(parts)


def _shared_options() -> set[str]:
    """What `list` takes, which takes nothing of its own."""
    return {name for name, _ in _options(load(COMMANDS["list"]))}


def _command(row: CommandRow, shared: set[str]) -> str:
    command = load(row)
    given = [each for each in command.params if each.param_type_name == "argument"]
    usage = " ".join(["lexiconsole", row.name, *(_metavar(each) for each in given)])
    arguments = [(f"`{_metavar(each)}`", each.help or "") for each in given if each.help]
    options = [(name, said) for name, said in _options(command) if name not in shared]
    text = "\n\n".join(" ".join(part.split()) for part in command.help.split("\n\n"))
    table = _table([*arguments, *options])
    return f"\n#### {row.name}\n\n`{usage}`\n\n{text}\n" + (f"\n{table}" if arguments or options else "")


def _options(command: Any) -> list[tuple[str, str]]:
    found = []
    for each in command.params:
        if each.param_type_name == "option" and not each.hidden:
            names = ", ".join(f"`{name}`" for name in [*each.opts, *each.secondary_opts])
            value = _value(command, each)
            found.append((f"{names} `{value}`" if value else names, each.help or ""))
    return found


def _value(command: Any, option: Any) -> str:
    """What is written behind an option, as its help says it; "" for one that stands alone."""
    if option.metavar:
        return str(option.metavar)
    shown = option.get_help_record(command.context_class(command, info_name=command.name))[0]
    return shown.rpartition("<")[2].removesuffix(">") if shown.endswith(">") else ""


def _metavar(argument: Any) -> str:
    name = str(argument.metavar or argument.name.upper())
    return name if argument.required or name.startswith("[") else f"[{name}]"


def _table(rows: list[tuple[str, str]]) -> str:
    return "| | |\n|---|---|\n" + "".join(f"| {_cell(name)} | {_cell(said)} |\n" for name, said in rows)


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


# the keys

_KEYS = """# The keys of the console

`lexiconsole` without a command opens it. `?` shows the keys of the place one is at, and finds one by what it does. A key marked
with ● changes something: what it would do is shown first, and only `y` does it.

`lexiconsole --readonly` opens it to look only: those keys are off and say so, nothing is driven, and SQLite refuses any change.

Other keys stand in `~/.config/lexiconsole/keys.toml`, or in the file that `console.keys` names; help, footer and
every sentence show them. What is wrong in the file is told with its line when the console is opened.

```toml
preset = "emacs"            # vim (as below), emacs or arrows

[keys]
retry = "f5"                # an action by its name behind `:`, with _ for -
sort = ["^t", "f6"]

[moves]
down = "f9"                 # down up left right first last half_down half_up page_down page_up
```

Some keys are the same for everybody. A panel or a form lies over the screen, names its keys on its edge, and is gone after one of
them; where letters are typed only `ctrl` is left. And what changes something is confirmed by one key that is no habit of another
program.

| kept | |
|---|---|
| `y` | do what the preview shows; `n` or `esc` does not |
| `esc` `enter` | close a panel, take what is chosen in it |
| `^s` `^r` `^t` `^e` | in a form: approve or hand in, reject, ask back, `$EDITOR`; each field goes on with `tab` |
| `enter` `ctrl+j` | where SQL is typed: ask, begin a line |
| letters of a panel | those that stand in it, in the copy panel and on labels of jump mode |
| `^q` `^c` | the way out, and how to find it |

| moving | |
|---|---|
"""

_NAMES = {
    Place.DASHBOARD: "The first screen",
    Place.START: "Starting a run",
    Place.RUN: "A run",
    Place.SAGA: "A saga",
    Place.INBOX: "The inbox",
    Place.TASK: "A task",
    Place.DOUBT: "A doubt",
    Place.BULK: "A bulk operation",
    Place.MACHINE: "A state machine",
    Place.DEFINITIONS: "Definitions",
    Place.DIFF: "What differs",
    Place.SQL: "A question in SQL",
}

_TRY = """
What a screen shows the command line can tell too; for the definitions, for one:

```console
$ lexiconsole init
$ lexiconsole check
$ lexiconsole show holiday --live
no run of holiday is on its way
```
"""


_TAKING_BACK = f"""
## Taking back

`u` takes the last change back, within {UNDO_WINDOW:.0f} seconds, by a change of its own with its preview and `y`; both are
recorded. While an act is still under way it says so.

"""


_NOTES = {
    Place.START: "In a form `tab` goes from field to field, and `ctrl+s` shows what would be started; `y` starts it.\n"
}


def keys() -> str:
    """Each key under the places whose screens serve it; those of every place once."""
    moves = [f"| {_keys_of(names)} | {action.replace('_', ' ')} |\n" for action, names in MOVES]
    parts = [_MADE, _KEYS, *moves]
    served = {place: served_at(place) for place in SCREENS}
    everywhere = [key for key in served[Place.DASHBOARD] if all(key in of for of in served.values())]
    parts.append("| `1` … `6` | to the pane of that number |\n\n## Everywhere\n\n" + _key_table(everywhere))
    for place in SCREENS:
        own = [key for key in served[place] if key not in everywhere]
        parts.append(f"\n## {_NAMES.get(place, place.value.capitalize())}\n\n")
        parts += [_NOTES.get(place, ""), _key_table(own) if own else ""]
    return "".join([*parts, _undoing(), _TRY])


def _undoing() -> str:
    rows = [
        f"| {_keys_of(tuple(_shown_first(action) for action in row.actions))} | {row.word} "
        f"| {row.until or 'not'} | {_cell(with_keys(row.instead))} |\n"
        for row in UNDOING
    ]
    return f"{_TAKING_BACK}| key | act | taken back by `u` | else |\n|---|---|---|---|\n{''.join(rows)}"


def _shown_first(action: str) -> str:
    return key_of(action).keys[0]


def served_at(place: Place) -> list[Key]:
    """The rows of the keymap that the place's screen has an action for."""
    module, name = SCREENS[place]
    screen = getattr(import_module(f"lexiconsole.tui.screens.{module}"), name)
    return [
        key for key in keys_at(place) if hasattr(screen, f"action_{key.action}") and not key.action.startswith("pane_")
    ]


def _key_table(rows: list[Key]) -> str:
    lines = [
        f"| {_keys_of(key.keys)} | {'● ' if key.changes else ''}{key.label} | {_cell(key.about)} |\n" for key in rows
    ]
    return "| key | | |\n|---|---|---|\n" + "".join(lines)


def _keys_of(names: tuple[str, ...]) -> str:
    return " ".join(f"`{_cell(shown_key(name))}`" for name in names)


# the settings

_CONFIGURATION = """# Configuration

Nothing has to be set. What is set stands in `application.yaml` in the workspace's folder; a profile adds
`application.PROFILE.yaml` over it (`--profile`, or `LEX_PROFILE`), the environment goes over both, and arguments over all.
A name that does not exist is an error that says which one was meant.

```yaml
# application.yaml
store:
  durability: process
workflow:
  batch_size: 50
  graph:
    max_iterations: 20
```

`lexiconsole config` shows every value and where it came from:

```console
$ lexiconsole config
… workflow.batch_size … 50 … application.yaml:5 …
… workflow.graph.max_iterations … 20 … application.yaml:7 …
… store.durability … process … application.yaml:3 …
```

In the environment a name is written with `__` between its parts: `LEX_WORKFLOW__GRAPH__MAX_ITERATIONS=20`.
"""


def configuration() -> str:
    """A table for each section; what stands alone in one at the end."""
    parts, alone = [_MADE, _CONFIGURATION], []
    for name, field in Settings.model_fields.items():
        rows = list(_settings(field.annotation, field, name))
        if len(rows) == 1:
            alone += rows
        else:
            parts.append(f"\n## `{name}:`\n\n{_sentence(field.description)}\n\n{_SETTINGS}{''.join(rows)}")
    return "".join([*parts, f"\n## Besides\n\n{_SETTINGS}", *alone])


_SETTINGS = "| name | default | |\n|---|---|---|\n"


def _sentence(text: str | None) -> str:
    said = (text or "").strip()
    return f"{said[:1].upper()}{said[1:]}." if said else ""


def _settings(annotation: Any, field: FieldInfo, path: str) -> Iterator[str]:
    """A row for each value below. `NAME` stands for any name, `[]` for each of several."""
    inside, mark = annotation, ""
    for each in (annotation, *get_args(annotation)):
        if get_origin(each) in {dict, tuple}:
            mark = ".NAME" if get_origin(each) is dict else "[]"
            inside = next((part for part in get_args(each) if _is_section(part)), inside)
    section = next((each for each in (inside, *get_args(inside)) if _is_section(each)), None)
    if section is not None:
        for name, inner in section.model_fields.items():
            yield from _settings(inner.annotation, inner, f"{path}{mark}.{inner.alias or name}")
        return
    limits = ", ".join(_limits(field))
    about = " ".join(part for part in (field.description or "", f"({limits})" if limits else "") if part)
    yield f"| `{path}` | {_default(field)} | {_cell(about)} |\n"


def _is_section(annotation: Any) -> bool:
    return isinstance(annotation, type) and issubclass(annotation, BaseModel)


def _default(field: FieldInfo) -> str:
    if field.is_required():
        return "needed"
    value = field.get_default(call_default_factory=True, validated_data={})
    if value is None or value in {(), ""}:
        return "-"
    if isinstance(value, tuple):
        return "`" + ", ".join(str(getattr(each, "value", each)) for each in value) + "`"
    if isinstance(value, Enum):
        return f"`{value.value}`"
    return f"`{value}`" if isinstance(value, Path) else f"`{json.dumps(value)}`"


def _limits(field: FieldInfo) -> Iterator[str]:
    words = {"ge": "at least", "gt": "more than", "le": "at most", "lt": "less than"}
    for each in field.metadata:
        if isinstance(each, BaseMetadata):
            for name, word in words.items():
                if hasattr(each, name):
                    yield f"{word} {getattr(each, name)}"
    annotation = field.annotation
    if isinstance(annotation, type) and issubclass(annotation, Enum):
        yield " or ".join(f"`{each.value}`" for each in annotation)


if __name__ == "__main__":
    for name, text in pages().items():
        (HERE / name).write_text(text, encoding="utf-8")
