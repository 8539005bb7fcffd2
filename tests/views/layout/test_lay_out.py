"""Drawings of graphs: nothing runs through anything, every line is drawn, and the same figure always looks the same."""

from __future__ import annotations

import random
from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lexiconsole.durable.outline import EdgeKind, NodeKind, Outline, OutlineEdge, OutlineNode
from lexiconsole.views.layout.check import blemishes
from lexiconsole.views.layout.drawing import Box, Drawing, Route, Tag
from lexiconsole.views.layout.figure import Figure, Link, Shape
from lexiconsole.views.layout.lay_out import lay_out
from lexiconsole.views.layout.outlined import ZOOMS, drawing_of
from lexiconsole.views.layout.reroute import rerouted
from tests.views.layout.figures import workflow_like


def test_a_long_row_of_steps_is_drawn_without_a_search(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lexiconsole.views.layout.lay_out.ask", None)
    shapes = tuple(Shape(f"step {n}", 9 + 2 * (n % 7), 3) for n in range(2_000))
    drawing = lay_out(Figure(shapes, tuple(Link(one.key, other.key) for one, other in pairwise(shapes))))
    assert drawing is not None and blemishes(drawing) == []
    assert len(drawing.routes) == 1_999 and len({2 * box.x + box.width for box in drawing.boxes.values()}) == 1


@pytest.mark.parametrize("seeds", [range(start, start + 30) for start in range(0, 300, 30)], ids=lambda s: str(s.start))
def test_three_hundred_random_workflows_are_drawn_clean_with_every_line(seeds: range) -> None:
    for seed in seeds:
        figure = workflow_like(random.Random(seed))
        drawing = lay_out(figure)
        assert drawing is not None, f"seed {seed}: no clean drawing"
        assert blemishes(drawing) == [], f"seed {seed}"
        assert sorted(drawing.routes) == list(range(len(figure.links))), f"seed {seed}: a line is missing"
        assert set(drawing.boxes) == {shape.key for shape in figure.shapes}


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10**9))
def test_what_is_drawn_is_clean_whatever_the_graph(seed: int) -> None:
    drawing = lay_out(workflow_like(random.Random(seed), most=14))
    assert drawing is not None and blemishes(drawing) == []


def test_most_labels_find_a_place_beside_their_line() -> None:
    labelled = hidden = 0
    for seed in range(60):
        figure = workflow_like(random.Random(seed), most=25)
        drawing = lay_out(figure)
        assert drawing is not None
        labelled += sum(bool(link.label) for link in figure.links)
        hidden += sum(bool(link.label) and number not in drawing.tags for number, link in enumerate(figure.links))
    assert hidden <= labelled * 0.02, f"{hidden} of {labelled} labels are hidden"


def test_a_loop_leads_upwards_and_the_entry_stays_on_top() -> None:
    shapes = tuple(Shape(key, 11, 3) for key in ("draft", "review", "done"))
    drawing = lay_out(
        Figure(shapes, (Link("draft", "review"), Link("review", "draft", "back"), Link("review", "done")))
    )
    assert drawing is not None
    rows = [drawing.boxes[key].y for key in ("draft", "review", "done")]
    assert rows == sorted(rows) and rows[0] == min(rows)


def test_a_box_may_lead_to_itself() -> None:
    drawing = lay_out(Figure((Shape("one", 9, 3),), (Link("one", "one", "again"),)))
    assert drawing is not None and blemishes(drawing) == []
    assert drawing.tags[0].text == "again" and len(drawing.routes[0].cells) > 3


def _two() -> Drawing:
    boxes = {"a": Box("a", 0, 0, 5, 3), "b": Box("b", 0, 5, 5, 3)}
    return Drawing(boxes, {0: Route("a", "b", ((2, 3), (2, 4)))}, {}, 5, 8)


def test_the_validator_passes_what_is_right() -> None:
    assert blemishes(_two()) == []


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"boxes": {"a": Box("a", 0, 0, 5, 3), "b": Box("b", 4, 2, 5, 3)}}, "overlap"),
        ({"routes": {0: Route("a", "b", ((2, 3),))}}, "does not end at its target"),
        ({"routes": {0: Route("a", "b", ((2, 2), (2, 3), (2, 4)))}}, "runs through a"),
        ({"routes": {0: Route("a", "b", ((2, 3), (3, 3), (2, 4)))}}, "has a gap"),
        ({"routes": {0: Route("a", "b", ((2, 3), (2, 4))), 1: Route("a", "b", ((2, 3), (2, 4)))}}, "lies on line 0"),
        ({"routes": {0: Route("a", "b", ((2, 3), (3, 3), (3, 4), (2, 4)))}}, "wrong side"),
        ({"tags": {0: Tag(2, 4, "x")}}, "lies over line 0"),
        ({"tags": {0: Tag(1, 6, "x")}}, "lies over b"),
        ({"tags": {0: Tag(4, 3, "ab"), 1: Tag(5, 3, "c")}}, "lies over the label"),
    ],
)
def test_the_validator_finds_what_is_wrong(change: dict[str, object], said: str) -> None:
    found = blemishes(replace(_two(), **change))  # type: ignore[arg-type]
    assert any(said in line for line in found), found


def test_a_line_is_led_round_a_box_that_is_in_its_way() -> None:
    boxes = {"a": Box("a", 0, 0, 5, 3), "m": Box("m", 0, 6, 5, 3), "b": Box("b", 0, 12, 5, 3)}
    route = rerouted(Drawing(boxes, {}, {}, 5, 15), "a", "b")
    assert route is not None
    assert blemishes(Drawing(boxes, {0: route}, {}, 5, 15)) == []


def _saga() -> Outline:
    steps = [OutlineNode(key) for key in ("reserve", "charge", "post")]
    undo = [OutlineNode(f"undo/{key}", NodeKind.COMPENSATION, key, "undo") for key in ("charge", "reserve")]
    edges = [OutlineEdge("reserve", "charge"), OutlineEdge("charge", "post")]
    edges += [OutlineEdge(key, f"undo/{key}", EdgeKind.UNDO) for key in ("reserve", "charge")]
    edges += [OutlineEdge("undo/charge", "undo/reserve", EdgeKind.UNDO)]
    return Outline((*steps, *undo), tuple(edges))


@pytest.mark.parametrize("zoom", ZOOMS)
def test_a_saga_is_drawn_in_two_lanes_with_the_way_back_upwards(zoom: int) -> None:
    drawing = drawing_of(_saga(), zoom)
    assert drawing is not None and blemishes(drawing) == []
    boxes = drawing.boxes
    assert boxes["charge"].y == boxes["undo/charge"].y and boxes["charge"].right < boxes["undo/charge"].x
    assert boxes["undo/reserve"].y < boxes["undo/charge"].y


def test_the_same_outline_gives_the_very_same_drawing() -> None:
    """Positions stay put while states change: the drawing does not even know of states."""
    assert drawing_of(_saga(), 2) is drawing_of(_saga(), 2)
