"""What is derived from a run's id and a key, the same in every process: idempotency keys and the ids of child runs."""

from __future__ import annotations

import hashlib

__all__ = ["ID_LETTERS", "child_id", "idempotency_key"]

ID_LETTERS = "0123456789abcdefghjkmnpqrstvwxyz"
"""Crockford's base 32: nothing in it is mistaken for something else when read aloud."""


def idempotency_key(run_id: str, generation: int, key: str) -> str:
    """`RUN/key`, with the generation behind the run's id once it was renewed."""
    return f"{run_id}~{generation}/{key}" if generation else f"{run_id}/{key}"


def child_id(run_id: str, generation: int, key: str) -> str:
    """The id a child run has in any process that starts it: twelve letters from its parent and key."""
    digest = hashlib.sha256(idempotency_key(run_id, generation, key).encode()).digest()
    return "".join(ID_LETTERS[byte % 32] for byte in digest[:12])
