"""A YAML file as nested dicts, with the line of every value: messages and `lexiconsole config` name both."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from lexiconsole.errors import ConfigurationError

__all__ = ["YamlFile", "read_yaml"]

_TEXT = "tag:yaml.org,2002:str"
_MERGE = "tag:yaml.org,2002:merge"


class _Loader(yaml.SafeLoader):
    """As YAML 1.2 has it: `on`, `no` and `yes` are words, which a setting and a person may be named; settings take them for
    true and false where they ask for that.
    """


_Loader.yaml_implicit_resolvers = {
    sign: [(tag, words) for tag, words in found if tag != "tag:yaml.org,2002:bool"]
    for sign, found in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
_Loader.add_implicit_resolver(
    "tag:yaml.org,2002:bool", re.compile("^(?:true|True|TRUE|false|False|FALSE)$"), list("tTfF")
)


@dataclass(frozen=True, slots=True)
class YamlFile:
    """What a file says. `lines` has the line, from 1, of each key and list item, by its path as text."""

    file: Path
    data: dict[str, Any] = field(default_factory=dict)
    lines: dict[tuple[str, ...], int] = field(default_factory=dict)


def read_yaml(file: Path) -> YamlFile:
    """Reads a file whose top level is a mapping; an empty one says nothing.

    Raises ConfigurationError with file, line and reason: unreadable, no YAML, a key twice, a key that is no text.
    """
    try:
        content = file.read_bytes()
    except OSError as fault:
        raise ConfigurationError(f"{file} can not be read: {fault.strerror or fault}") from None
    try:
        loader = _Loader(content)
        root = loader.get_single_node()
        if root is None:
            return YamlFile(file)
        if not isinstance(root, yaml.MappingNode):
            raise ConfigurationError(f"{_at(file, root)}: expected `name: value` lines, found something else")
        lines = dict(_walk(file, root, (), {}))
        return YamlFile(file, loader.construct_document(root), lines)
    except yaml.MarkedYAMLError as fault:
        mark = fault.problem_mark or fault.context_mark
        where = f"{file}:{mark.line + 1}" if mark else str(file)
        raise ConfigurationError(f"{where}: this is no YAML: {fault.problem or fault.context}") from None
    except yaml.reader.ReaderError as fault:
        raise ConfigurationError(f"{file} is no text: {fault.reason} at byte {fault.position}") from None
    except (ValueError, RecursionError) as fault:  # an impossible date, a file nested without end
        raise ConfigurationError(f"{file}: this is no YAML that makes sense: {fault}") from None


def _walk(
    file: Path, node: yaml.Node, path: tuple[str, ...], done: dict[int, bool]
) -> Iterator[tuple[tuple[str, ...], int]]:
    """Each path in a node with its line. An anchor is walked once; `done` is False while inside one."""
    finished = done.get(id(node))
    if finished is False:
        raise ConfigurationError(f"{_at(file, node)}: this value contains itself")
    if finished:
        return
    done[id(node)] = False
    match node:
        case yaml.MappingNode():
            for key, value in _pairs(file, node):
                yield (*path, key.value), key.start_mark.line + 1
                yield from _walk(file, value, (*path, key.value), done)
        case yaml.SequenceNode():
            for number, item in enumerate(node.value):
                yield (*path, str(number)), item.start_mark.line + 1
                yield from _walk(file, item, (*path, str(number)), done)
    done[id(node)] = True


def _pairs(file: Path, node: yaml.MappingNode) -> Iterator[tuple[yaml.ScalarNode, yaml.Node]]:
    """Keys and values; YAML itself would let the last of two equal keys win without a word."""
    seen: dict[str, int] = {}
    for key, value in node.value:
        if key.tag == _MERGE:
            continue
        if not isinstance(key, yaml.ScalarNode) or key.tag != _TEXT:
            name = key.value if isinstance(key, yaml.ScalarNode) else f"a {key.id}"
            raise ConfigurationError(f"{_at(file, key)}: {name} is no text; a name like that needs quotes")
        if key.value in seen:
            raise ConfigurationError(
                f"{_at(file, key)}: {key.value} stands here a second time, first in line {seen[key.value]}; keep one"
            )
        seen[key.value] = key.start_mark.line + 1
        yield key, value


def _at(file: Path, node: yaml.Node) -> str:
    return f"{file}:{node.start_mark.line + 1}"
