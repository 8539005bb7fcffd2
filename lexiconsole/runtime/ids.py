"""Run ids: twelve letters by chance, so that a few of them already tell one run from all others."""

from __future__ import annotations

import secrets

from lexiconsole.durable.addresses import ID_LETTERS

__all__ = ["new_run_id"]


def new_run_id() -> str:
    return "".join(secrets.choice(ID_LETTERS) for _ in range(12))
