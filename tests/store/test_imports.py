"""The suite is published with the package, and costs nothing to whoever does not test a store."""

from __future__ import annotations

from tests.store.writing import child, result

LOADED = """
import sys
import lexiconsole.store
print([name for name in ("pytest", "hypothesis", "textual", "rich", "typer", "pydantic") if name in sys.modules])
"""


def test_the_store_loads_no_test_tools_no_face_and_no_models():
    assert result(child(LOADED)) == "[]\n"
