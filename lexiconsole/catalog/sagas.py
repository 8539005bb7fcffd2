"""Checks of sagas: steps that nothing undoes, and what is kept on the saga itself and so is lost in a crash."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from lexiconsole.catalog.reading import Function, own_nodes
from lexiconsole.saga import AbstractSaga
from lexiconsole.saga.looking import steps_of

__all__ = ["lost_attributes", "place_of", "undone_by_nothing"]


def undone_by_nothing(saga: AbstractSaga[Any]) -> Iterator[tuple[str, Callable[..., Any]]]:
    """Steps before the pivot that have no compensation and do not say why: their names and actions."""
    for step in steps_of(saga):
        if step.pivot:
            return
        if step.compensation is None and not step.read_only:
            yield step.name, step.action


def place_of(call: Callable[..., Any]) -> tuple[str, int]:
    """File and first line of a function, through partials and methods; ("", 0) for what has no source."""
    while isinstance(call, partial):
        call = call.func
    code = getattr(getattr(call, "__func__", call), "__code__", None)
    return (code.co_filename, code.co_firstlineno) if code is not None else ("", 0)


@dataclass(slots=True)
class _Method:
    """What a method does with `self`: lines where attributes are set or changed, names read, methods called."""

    sets: dict[str, int] = field(default_factory=dict)
    changes: dict[str, int] = field(default_factory=dict)
    reads: set[str] = field(default_factory=set)
    calls: set[str] = field(default_factory=set)


def lost_attributes(saga: AbstractSaga[Any], trees: Iterable[tuple[str, ast.Module]]) -> Iterator[tuple[str, int, str]]:
    """File, line and sentence for each attribute that an action sets and something else reads.

    A saga is built anew when it goes on after a crash, and actions that are done are not called again.
    """
    files = list(trees)
    for owner in type(saga).__mro__:
        file, tree = next(((f, found) for f, t in files if (found := _class(t, owner)) is not None), ("", None))
        if tree is not None:
            yield from ((file, line, sentence) for line, sentence in _lost(saga, _methods(tree), _literals(tree)))


def _lost(saga: AbstractSaga[Any], methods: dict[str, _Method], literals: set[str]) -> Iterator[tuple[int, str]]:
    """Each action, each compensation and each method that neither of them uses is a way in by itself."""
    actions = {name: f"the action of {step.name!r}" for step in steps_of(saga) for name in _named(step.action, methods)}
    undoes = {
        name: f"the compensation of {step.name!r}"
        for step in steps_of(saga)
        if step.compensation is not None
        for name in _named(step.compensation, methods)
    }
    used = set().union(*(_closure(name, methods) for name in (*actions, *undoes)))
    rest = {name: f"{name}()" for name in methods if name not in used and name != "__init__"}
    ways_in = {**rest, **undoes, **actions}
    told: set[str] = set()
    for action, called in actions.items():
        for name, line in _changed(_closure(action, methods), methods, literals).items():
            readers = [
                what
                for other, what in ways_in.items()
                if other != action and any(name in methods[each].reads for each in _closure(other, methods))
            ]
            if readers and name not in told:
                told.add(name)
                yield line, f"{called} sets self.{name}, and {readers[0]} reads it"


def _changed(names: Iterable[str], methods: dict[str, _Method], literals: set[str]) -> dict[str, int]:
    """Attributes set in these methods, and those changed in place that began as a list, a dict or a set."""
    found: dict[str, int] = {}
    for name in names:
        method = methods[name]
        found |= method.sets
        found |= {attribute: line for attribute, line in method.changes.items() if attribute in literals}
    return found


def _closure(name: str, methods: dict[str, _Method]) -> list[str]:
    """The method and those of its own class that it calls, directly or not."""
    reached: list[str] = []
    waiting = [name]
    while waiting:
        here = waiting.pop()
        if here in methods and here not in reached:
            reached.append(here)
            waiting += methods[here].calls
    return reached


def _named(call: Any, methods: dict[str, _Method]) -> list[str]:
    """The methods that a step's call stands for: itself, or those that a lambda calls."""
    while isinstance(call, partial):
        call = call.func
    function = getattr(call, "__func__", call)
    name = getattr(function, "__name__", "")
    if name in methods:
        return [name]
    code = getattr(function, "__code__", None)
    return [each for each in code.co_names if each in methods] if code is not None else []


def _class(tree: ast.Module, owner: type) -> ast.ClassDef | None:
    """The class statement of that name which has a method where the class has one."""
    lines = {place_of(value)[1] for value in vars(owner).values() if callable(value)}
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef) and node.name == owner.__name__:
            starts = {
                _first_line(each) for each in node.body if isinstance(each, ast.FunctionDef | ast.AsyncFunctionDef)
            }
            if starts & lines:
                return node
    return None


def _first_line(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    return min([function.lineno, *(each.lineno for each in function.decorator_list)])


def _methods(tree: ast.ClassDef) -> dict[str, _Method]:
    return {node.name: _read(node) for node in tree.body if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)}


_CHANGING = {"append", "appendleft", "extend", "insert", "add", "update", "setdefault", "pop", "remove", "clear"}


def _read(function: Function) -> _Method:
    """Nested functions count as part of the method: they see the same `self`."""
    method = _Method()
    for node in ast.walk(function):
        match node:
            case ast.Attribute(value=ast.Name(id="self"), attr=name, ctx=ast.Store()):
                method.sets.setdefault(name, node.lineno)
            case ast.Subscript(value=ast.Attribute(value=ast.Name(id="self"), attr=name), ctx=ast.Store()):
                method.changes.setdefault(name, node.lineno)
            case ast.Call(func=ast.Attribute(value=ast.Attribute(value=ast.Name(id="self"), attr=name), attr=act)):
                if act in _CHANGING:
                    method.changes.setdefault(name, node.lineno)
            case ast.Call(func=ast.Attribute(value=ast.Name(id="self"), attr=name)):
                method.calls.add(name)
        match node:
            case ast.Attribute(value=ast.Name(id="self"), attr=name, ctx=ast.Load()):
                method.reads.add(name)
            case ast.AugAssign(target=ast.Attribute(value=ast.Name(id="self"), attr=name)):
                method.reads.add(name)
    return method


def _literals(tree: ast.ClassDef) -> set[str]:
    """Attributes that `__init__` sets to a new list, dict or set."""
    begin = next((each for each in tree.body if isinstance(each, ast.FunctionDef) and each.name == "__init__"), None)
    found: set[str] = set()
    for node in own_nodes(begin) if begin is not None else ():
        target = node.target if isinstance(node, ast.AnnAssign) else None
        targets = node.targets if isinstance(node, ast.Assign) else [target] if target is not None else []
        value = node.value if isinstance(node, ast.Assign | ast.AnnAssign) else None
        empty = (
            isinstance(value, ast.Call)
            and isinstance(value.func, ast.Name)
            and value.func.id in {"list", "dict", "set"}
        )
        if empty or isinstance(value, ast.List | ast.Dict | ast.Set | ast.ListComp | ast.DictComp):
            found |= {each.attr for each in targets if isinstance(each, ast.Attribute)}
    return found
