"""Run ids: twelve letters by chance, so that a few of them already tell one run from all others."""

from __future__ import annotations

import os

from lexiconsole.durable.addresses import ID_LETTERS

__all__ = ["new_run_id"]


def new_run_id() -> str:
    return "".join(ID_LETTERS[byte % 32] for byte in os.urandom(12))
