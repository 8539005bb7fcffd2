"""Which definitions a module brings, and where each was written down."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Iterator
from dataclasses import dataclass, replace
from types import ModuleType

from lexiconsole.catalog.problems import Problem, problem_of
from lexiconsole.catalog.snapshot import Snapshot, SourceFile
from lexiconsole.durable.definition import Definition, Source

__all__ = ["Found", "collect"]


@dataclass(frozen=True, slots=True)
class Found:
    """A definition with its `source` filled in. `mark` is the same object wherever the same definition turns up again.

    `made` says that it was written in this file, not only given a name there.
    """

    definition: Definition
    mark: object
    made: bool = False


@dataclass(frozen=True, slots=True)
class _Binding:
    """How a name came into the file: made in a line, or imported from a module, with that many dots before it."""

    line: int
    made: bool = False
    module: str | None = None
    level: int = 0

    def root(self, snapshot: Snapshot) -> bool:
        """Whether it was imported from a file that is looked into itself."""
        name = self.module if self.level else snapshot.local(self.module or "")
        return self.module is not None and name in snapshot.roots


def collect(module: ModuleType, file: SourceFile, snapshot: Snapshot) -> tuple[list[Found], list[Problem]]:
    """The definitions among the module's names. One that is imported from a file with definitions belongs to that file."""
    found: dict[int, Found] = {}
    problems: list[Problem] = []
    bindings = dict(_bindings(file.tree().body))
    for name, thing in list(vars(module).items()):
        binding = bindings.get(name, _Binding(0))
        if binding.root(snapshot):
            continue
        try:
            own = _own(thing)
        except Exception as fault:
            problems.append(problem_of(fault, file.path, line=binding.line))
            continue
        if own is not None and (id(own.mark) not in found or binding.made):
            source = own.definition.source if own.definition.source.file else _source(thing, file, binding)
            found[id(own.mark)] = Found(replace(own.definition, source=source), own.mark, binding.made)
    return list(found.values()), problems


def _own(thing: object) -> Found | None:
    """What `thing` itself says with `__definition__`. A class does not count for its parent, an object not for its class."""
    if isinstance(thing, Definition):
        return Found(thing, thing)
    said = getattr(thing, "__dict__", {}).get("__definition__")
    if isinstance(said, Definition):
        return Found(said, said)
    maker = inspect.getattr_static(type(thing), "__definition__", None)
    if hasattr(type(maker), "__get__"):  # a property makes one for each object, a new one each time
        said = getattr(thing, "__definition__", None)
        return Found(said, thing) if isinstance(said, Definition) else None
    return None


def _source(thing: object, file: SourceFile, binding: _Binding) -> Source:
    """Where it was written: the statement in this file, or for something that only has a name here its own code."""
    if binding.made:
        return Source(str(file.path), binding.line)
    code = getattr(inspect.unwrap(thing), "__code__", None) if callable(thing) else None
    if code is not None:
        return Source(code.co_filename, code.co_firstlineno)
    return Source(str(file.path), binding.line)


def _bindings(body: list[ast.stmt]) -> Iterator[tuple[str, _Binding]]:
    """The names that a file's statements bind, also inside `if`, `try` and `with`; a later one replaces an earlier."""
    for statement in body:
        match statement:
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
                yield statement.name, _Binding(statement.lineno, made=True)
            case ast.Import():
                for alias in statement.names:
                    yield alias.asname or alias.name.partition(".")[0], _Binding(statement.lineno, module=alias.name)
            case ast.ImportFrom():
                for alias in statement.names:
                    module = statement.module or alias.name
                    yield alias.asname or alias.name, _Binding(statement.lineno, False, module, statement.level)
            case ast.Assign(targets=targets, value=value):
                made = not isinstance(value, ast.Name | ast.Attribute)
                for node in (node for target in targets for node in ast.walk(target)):
                    if isinstance(node, ast.Name):
                        yield node.id, _Binding(statement.lineno, made)
            case ast.AnnAssign(target=ast.Name(id=name), value=value):
                yield name, _Binding(statement.lineno, not isinstance(value, ast.Name | ast.Attribute))
        for inner in _blocks(statement):
            yield from _bindings(inner)


def _blocks(statement: ast.stmt) -> Iterator[list[ast.stmt]]:
    if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        return
    for name in ("body", "orelse", "finalbody"):
        yield getattr(statement, name, [])
    for handler in getattr(statement, "handlers", []):
        yield handler.body
