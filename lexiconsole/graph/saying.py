"""What is said when a graph goes round and round, or can not go on."""

from __future__ import annotations

from collections.abc import Sequence

from lexiconsole.graph.plan import Way

__all__ = ["endless", "stuck"]


def endless(name: str, limit: int, loop: Sequence[str]) -> str:
    return (
        f"{name} would be visited more than {limit} times in the loop {' → '.join(loop)}; "
        "give the loop an end, or raise max_iterations"
    )


def stuck(name: str, ways: Sequence[Way]) -> str:
    """Why nothing follows a node that has edges."""
    closed = ", ".join(way.target for way in ways)
    return (
        f"none of the ways on from {name} is open ({closed}); "
        f"add an edge that is taken otherwise, or let the graph end here with set_terminal({name!r})"
    )
