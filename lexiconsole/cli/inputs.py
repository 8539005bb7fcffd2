"""`-i key=value`, `-i key:=json`, `-f file.json|yaml` and `-` for standard input, put together to one raw input.

Dotted keys nest, `\\.` is a dot that does not; what stands later on the command line wins. Values given with `=` stay text:
the definition's own input model makes numbers and dates of them.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Annotated, Any, NoReturn

import typer

from lexiconsole.errors import UsageError

__all__ = ["Files", "Inputs", "fields", "gather", "json_value", "piped_text"]

Inputs = Annotated[
    list[str] | None,
    typer.Option("--input", "-i", metavar="K=V", help="A field: key=text, key:=json; a.b nests.", show_default=False),
]
Files = Annotated[
    list[str] | None,
    typer.Option("--file", "-f", metavar="FILE", help="Fields from a .json or .yaml file; - reads standard input."),
]

_INPUT, _FILE = ("--input", "-i"), ("--file", "-f")
_PAIR = re.compile(r"(?P<key>(?:[^=\\]|\\.)+?)(?P<sign>:?=)(?P<value>.*)", re.DOTALL)


def gather(argv: Sequence[str], inputs: Sequence[str] | None, files: Sequence[str] | None) -> Any:
    """The raw input that was typed; None when nothing was. Raises UsageError that names what does not fit."""
    whole: Any = None
    for is_file, text in _in_order(argv, inputs or (), files or ()):
        if text == "-":
            part = _standard_input()
        elif is_file:
            part = _file(Path(text))
        else:
            whole = _set(whole, text)
            continue
        whole = _merged(whole, part, text)
    return whole


def fields(pairs: Sequence[str]) -> Any:
    """`key=text` and `key:=json` put together to one object; raises UsageError for what is neither."""
    whole: Any = None
    for text in pairs:
        whole = _set(whole, text)
    return whole


def json_value(text: str, what: str) -> Any:
    """JSON as typed on the command line; raises UsageError that says where it stops being JSON."""
    try:
        return json.loads(text, parse_constant=_no_constant)
    except (ValueError, RecursionError) as fault:
        raise UsageError(f"{what} is not JSON: {fault}; text needs quotes, like '\"text\"'") from None


def _in_order(argv: Sequence[str], inputs: Sequence[str], files: Sequence[str]) -> list[tuple[bool, str]]:
    """Both options' values in the order in which they were typed, each with whether it is a file."""
    kinds = [kind for word in argv if (kind := _kind(word)) is not None]
    if kinds.count(True) != len(files) or kinds.count(False) != len(inputs):
        kinds = [True] * len(files) + [False] * len(inputs)  # a value that looks like an option: files first then
    left = {True: iter(files), False: iter(inputs)}
    return [(kind, next(left[kind])) for kind in kinds]


def _kind(word: str) -> bool | None:
    for names, is_file in ((_INPUT, False), (_FILE, True)):
        long, short = names
        if word == long or word.startswith((f"{long}=", short)):
            return is_file
    return None


def _set(whole: Any, text: str) -> Any:
    found = _PAIR.fullmatch(text)
    if found is None:
        raise UsageError(f"{text!r} is no field; write key=text or key:=json")
    key, value = found["key"], found["value"]
    parts = [part.replace("\\.", ".") for part in re.split(r"(?<!\\)\.", key)]
    if not all(parts):
        raise UsageError(f"{key!r} has an empty part; write a.b to nest, a\\.b for a dot in the name")
    leaf = json_value(value, f"the value of {key!r}") if found["sign"] == ":=" else value
    for part in reversed(parts):
        leaf = {part: leaf}
    return _merged(whole, leaf, text)


def _merged(whole: Any, part: Any, what: str) -> Any:
    """Objects field by field; for anything else the later one stands alone."""
    if whole is None:
        return part
    if not isinstance(whole, dict) or not isinstance(part, dict):
        raise UsageError(f"{what!r} can not be combined with the rest of the input: one of them is not an object")
    return _deep(whole, part)


def _deep(old: dict[str, Any], new: dict[str, Any]) -> dict[str, Any]:
    result = dict(old)
    for key, value in new.items():
        before = result.get(key)
        result[key] = _deep(before, value) if isinstance(before, dict) and isinstance(value, dict) else value
    return result


def _standard_input() -> Any:
    if sys.stdin.isatty():
        raise UsageError("- reads standard input, but nothing is piped into it")
    return _parsed(piped_text(), "standard input", yaml=True)


def piped_text() -> str:
    """All of standard input; raises UsageError when it is no text."""
    try:
        return sys.stdin.read()
    except UnicodeDecodeError as fault:
        raise UsageError(f"standard input is not UTF-8 text: {fault.reason} at byte {fault.start}") from None


def _file(path: Path) -> Any:
    kinds = (".json", ".yaml", ".yml")
    if path.suffix.lower() not in kinds:
        raise UsageError(f"{path} is neither .json nor .yaml, so it is not clear how to read it")
    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise UsageError(f"there is no file {path}{_like(path)}") from None
    except OSError as fault:
        raise UsageError(f"{path} can not be read: {fault.strerror}") from None
    except UnicodeDecodeError as fault:
        raise UsageError(f"{path} is not UTF-8 text: {fault.reason} at byte {fault.start}") from None
    return _parsed(text, str(path), yaml=path.suffix.lower() != ".json")


def _like(path: Path) -> str:
    from lexiconsole.errors import nearest

    try:
        close = nearest(path.name, [each.name for each in path.parent.iterdir() if each.is_file()])
    except OSError:
        return ""
    return f"; did you mean {path.with_name(close)}?" if close else ""


def _parsed(text: str, what: str, *, yaml: bool) -> Any:
    if not text.strip():
        raise UsageError(f"{what} is empty")
    try:
        return json.loads(text, parse_constant=_no_constant)
    except (ValueError, RecursionError) as fault:
        if not yaml:
            raise UsageError(f"{what} is not JSON: {fault}") from None
    return _yaml(text, what)


def _yaml(text: str, what: str) -> Any:
    import yaml

    try:
        value = yaml.load(text, Loader=_loader())  # noqa: S506 - a SafeLoader, without dates
    except yaml.YAMLError as fault:
        raise UsageError(f"{what} is not YAML: {' '.join(str(fault).split())}") from None
    except ValueError as fault:  # an impossible date, a number that is none
        raise UsageError(f"{what} is not YAML that makes sense: {fault}") from None
    except RecursionError:
        raise UsageError(f"{what} is nested too deeply") from None
    _check_keys(value, what, ())
    return value


def _loader() -> Any:
    """Plain YAML without its dates: what JSON has no word for stays text, for the definition's model to read."""
    import yaml

    resolvers = {
        first: [(tag, pattern) for tag, pattern in rules if tag != "tag:yaml.org,2002:timestamp"]
        for first, rules in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }
    return type("PlainLoader", (yaml.SafeLoader,), {"yaml_implicit_resolvers": resolvers})


def _check_keys(value: Any, what: str, above: tuple[int, ...]) -> None:
    if id(value) in above:
        raise UsageError(f"{what} contains itself")
    items: Iterable[Any] = ()
    if isinstance(value, dict):
        odd = next((key for key in value if not isinstance(key, str)), None)
        if odd is not None:
            raise UsageError(f"{what} has the key {odd!r}, which is no text; put it in quotes")
        items = value.values()
    elif isinstance(value, list):
        items = value
    for item in items:
        _check_keys(item, what, (*above, id(value)))


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")
