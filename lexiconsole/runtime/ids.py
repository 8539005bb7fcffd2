"""Run ids: twelve letters by chance, so that a few of them already tell one run from all others."""

from __future__ import annotations

import os

from lexiconsole.durable.addresses import ID_LETTERS

__all__ = ["new_run_id"]


_LETTERS = bytes(ord(ID_LETTERS[byte % 32]) for byte in range(256))


def new_run_id() -> str:
    return os.urandom(12).translate(_LETTERS).decode()
