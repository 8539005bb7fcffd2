"""The public names: complete, typed as they are, and cheap to import."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import lexiconsole


def test_every_public_name_is_there() -> None:
    for name in lexiconsole.__all__:
        assert getattr(lexiconsole, name) is not None, name
    assert lexiconsole.__all__ == sorted(lexiconsole.__all__)
    assert set(lexiconsole.__all__) <= set(dir(lexiconsole))


def test_type_checkers_see_the_same_names() -> None:
    tree = ast.parse(Path(lexiconsole.__file__).read_text())
    block = next(node for node in tree.body if isinstance(node, ast.If))
    seen = {alias.name: node.module for node in block.body if isinstance(node, ast.ImportFrom) for alias in node.names}
    assert seen == {name: module for module, names in lexiconsole._HOMES.items() for name in names.split()}
    assert {"__version__", *seen} == set(lexiconsole.__all__)


def test_a_name_that_does_not_exist_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no attribute 'Sagga'"):
        lexiconsole.Sagga  # noqa: B018


def test_importing_it_loads_nothing_heavy() -> None:
    code = "import sys, lexiconsole; print([m for m in ('pydantic', 'asyncio', 'aiosqlite', 'textual') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
