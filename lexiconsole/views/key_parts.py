"""What a key says by its parts: which visit it is of, and which key a rollback's key is about."""

from __future__ import annotations

__all__ = ["bare", "repaired_key", "undone_key"]


def bare(key: str) -> str:
    """The key without the numbers of its visits: `sub#2/look up#3` → `sub/look up`."""
    return "/".join(part.partition("#")[0] for part in key.split("/"))


def undone_key(key: str) -> str:
    """The key that a compensation's key belongs to, "" for other keys.

    `undo/charge` and its second visit `undo/charge#2` belong to `charge`, `left/undo/charge` to `left/charge`.
    """
    parts = key.split("/")
    if "undo" not in parts[:-1]:
        return ""
    parts.remove("undo")
    return "/".join(parts).partition("#")[0]


def repaired_key(key: str) -> str:
    """The key that a question about a failed rollback is about (`repair/charge#2` → `charge`), "" for other questions."""
    before, found, name = key.rpartition("repair/")
    return before + name.partition("#")[0] if found else ""
