"""Keys, and what is derived from a run's id and a key, the same in every process: idempotency keys, ids of child runs."""

from __future__ import annotations

import hashlib

from lexiconsole.errors import ContextMisuseError, UsageError

__all__ = ["ID_LETTERS", "LONGEST_KEY", "check_key", "check_run_id", "child_id", "idempotency_key"]

LONGEST_KEY = 200
LONGEST_ADDRESS = 2000
"""Characters of a key by itself, and with the branches around it."""

ID_LETTERS = "0123456789abcdefghjkmnpqrstvwxyz"
"""Crockford's base 32: nothing in it is mistaken for something else when read aloud."""


def idempotency_key(run_id: str, generation: int, key: str) -> str:
    """`RUN/key`, with the generation behind the run's id once it was renewed."""
    return f"{run_id}~{generation}/{key}" if generation else f"{run_id}/{key}"


def child_id(run_id: str, generation: int, key: str) -> str:
    """The id a child run has in any process that starts it: twelve letters from its parent and key."""
    digest = hashlib.sha256(idempotency_key(run_id, generation, key).encode()).digest()
    return "".join(ID_LETTERS[byte % 32] for byte in digest[:12])


def check_run_id(run_id: str) -> None:
    """Raises UsageError for what can not be the id of a run: it stands before `:` in tasks, `/` and `~` in idempotency keys."""
    told = run_id.isprintable() and not any(sign.isspace() or sign in ":/~" for sign in run_id)
    if not told or len(run_id) > LONGEST_KEY:
        raise UsageError(
            f"{run_id[:40]!r} can not be the id of a run; an id has up to {LONGEST_KEY} printable characters, "
            "no blanks and none of : / ~"
        )


def check_key(key: str, prefix: str) -> None:
    """Raises ContextMisuseError for what can not be a key; `prefix` are the branches that the whole key begins with."""
    own = key.removeprefix(prefix)
    if not own or len(own) > LONGEST_KEY or not key.isprintable():
        raise ContextMisuseError(f"{own[:40]!r} is no key: up to {LONGEST_KEY} printable characters")
    if len(key) > LONGEST_ADDRESS:
        raise ContextMisuseError(
            f"{own[:40]!r} is too deep: with the branches around it its key has {len(key):,} characters, more than "
            f"{LONGEST_ADDRESS:,}; give steps and branches shorter names, or put what is inside into a child run"
        )
