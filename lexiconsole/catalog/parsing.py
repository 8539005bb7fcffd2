"""Parsing: one text at a time. Python 3.11 and 3.12 count how deep a tree is for all threads together while they build it, and two
that build one at the same moment fail with a SystemError (github.com/python/cpython/issues/106905).
"""

from __future__ import annotations

import ast
import threading

__all__ = ["parsed"]

_TURN = threading.RLock()


def parsed(text: str, name: str = "<unknown>") -> ast.Module:
    """As `ast.parse`: raises SyntaxError, ValueError, RecursionError and MemoryError."""
    with _TURN:
        return ast.parse(text, name)
