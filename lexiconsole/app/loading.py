"""Loading: what a face that draws first loads afterwards, in one go and by one thread."""

from __future__ import annotations

from importlib import import_module

__all__ = ["load"]

_MODELS = ("approval", "bulk", "flow", "graph", "pipeline", "saga", "state")
_READING = ("catalog", "store.rows", "views.telling")


def load() -> None:
    """The models and what stories are read with. Two threads that load parts of them at once can each find the other's half
    done, so this comes before any other thread may want a part.
    """
    for name in (*_MODELS, *_READING):
        import_module(f"lexiconsole.{name}")
