"""Reading source: names as they are meant, and the lines that are a function's own."""

from __future__ import annotations

import ast
from collections.abc import Iterator

__all__ = ["Function", "dotted", "imported_names", "own_nodes"]

Function = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda


def imported_names(tree: ast.AST) -> dict[str, str]:
    """What each imported name stands for, wherever in the file it is imported: `sleep` → `time.sleep`."""
    names: dict[str, str] = {}
    for node in ast.walk(tree):
        match node:
            case ast.Import():
                for alias in node.names:
                    first = alias.name.partition(".")[0]
                    names[alias.asname or first] = alias.name if alias.asname else first
            case ast.ImportFrom(module=str(module), level=0):
                for alias in node.names:
                    names[alias.asname or alias.name] = f"{module}.{alias.name}"
            case ast.ImportFrom():
                for alias in node.names:
                    names[alias.asname or alias.name] = f".{alias.name}"
    return names


def dotted(node: ast.expr) -> str:
    """`a.b.c` as text; "" for anything but names and attributes."""
    match node:
        case ast.Name(id=name):
            return name
        case ast.Attribute(value=value, attr=name):
            before = dotted(value)
            return f"{before}.{name}" if before else ""
        case _:
            return ""


def own_nodes(function: Function) -> Iterator[ast.AST]:
    """The nodes of a function's body, without those of functions and classes inside it."""
    waiting: list[ast.AST] = list(function.body) if isinstance(function.body, list) else [function.body]
    while waiting:
        node = waiting.pop(0)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda | ast.ClassDef):
            continue
        yield node
        waiting[:0] = ast.iter_child_nodes(node)
