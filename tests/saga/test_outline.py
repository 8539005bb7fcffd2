"""What a saga looks like to whoever draws it."""

from __future__ import annotations

from lexiconsole.durable.outline import EdgeKind, NodeKind
from tests.saga.making import Trip, World


def test_steps_in_a_row_and_a_lane_of_compensations_newest_first() -> None:
    world = World()
    saga = Trip(world.step("a"), (world.step("x"), world.step("y")), world.step("z", compensation=None, pivot=True))
    outline = saga.outline()
    assert [(n.key, n.kind, n.lane, n.parent) for n in outline.nodes] == [
        ("a", NodeKind.TASK, "", ""),
        ("x+y", NodeKind.PARALLEL, "", ""),
        ("x", NodeKind.TASK, "", "x+y"),
        ("y", NodeKind.TASK, "", "x+y"),
        ("z", NodeKind.TASK, "", ""),
        ("undo/y", NodeKind.COMPENSATION, "undo", ""),
        ("undo/x", NodeKind.COMPENSATION, "undo", ""),
        ("undo/a", NodeKind.COMPENSATION, "undo", ""),
    ]
    ways = [(e.source, e.target) for e in outline.edges if e.kind is EdgeKind.NEXT]
    assert ways == [("a", "x+y"), ("x+y", "z")]
    undo = {(e.source, e.target) for e in outline.edges if e.kind is EdgeKind.UNDO}
    assert {("a", "undo/a"), ("undo/y", "undo/x"), ("undo/x", "undo/a")} <= undo
    assert outline.digest() == saga.outline().digest()
