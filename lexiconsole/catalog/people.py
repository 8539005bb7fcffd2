"""Questions to people that nobody is reminded of: a `Question` without a due time, found by reading the source."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from lexiconsole.catalog.reading import dotted, imported_names

__all__ = ["questions_without_due"]

_BEFORE_DUE = 4
"""Fields of Question before `due`: prompt, form, kind, who."""


def questions_without_due(tree: ast.Module) -> Iterator[int]:
    """The lines where such a question is written."""
    names = imported_names(tree)
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        first, _, rest = dotted(node.func).partition(".")
        full = ".".join(filter(None, (names.get(first, ""), rest)))
        if full.startswith("lexiconsole.") and full.endswith(".Question") and not _has_due(node):
            yield node.lineno


def _has_due(call: ast.Call) -> bool:
    """Also when it can not be seen: with `*` or `**` arguments."""
    starred = any(isinstance(each, ast.Starred) for each in call.args)
    return starred or len(call.args) > _BEFORE_DUE or any(each.arg in {"due", "due_in", None} for each in call.keywords)
