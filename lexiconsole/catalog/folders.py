"""Where the definitions are that come with the program."""

from __future__ import annotations

from pathlib import Path

__all__ = ["bundled_folder"]


def bundled_folder() -> Path:
    """`lexiconsole/_definitions` when installed, `definitions/` beside the package in a source checkout.

    A workspace without definitions of its own shows these.
    """
    package = Path(__file__).resolve().parents[1]
    installed = package / "_definitions"
    return installed if installed.is_dir() else package.parent / "definitions"
