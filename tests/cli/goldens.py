"""Output pinned byte by byte. `UPDATE_GOLDENS=1 pytest tests/cli` writes the files anew; then read the difference."""

from __future__ import annotations

import os
from pathlib import Path

HERE = Path(__file__).parent / "goldens"


def check(name: str, text: str) -> None:
    """Compares with the golden file of that name."""
    file = HERE / name
    if os.environ.get("UPDATE_GOLDENS"):
        HERE.mkdir(exist_ok=True)
        file.write_text(text, encoding="utf-8")
    assert text == file.read_text(encoding="utf-8")
