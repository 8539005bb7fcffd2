"""Outlines as text, Mermaid and DOT."""

from __future__ import annotations

import textwrap

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lexiconsole.durable.outline import EdgeKind, NodeKind, Outline, OutlineEdge, OutlineNode
from lexiconsole.views.dot import dot
from lexiconsole.views.mermaid import mermaid
from lexiconsole.views.outline_text import outline_text

N, E = OutlineNode, OutlineEdge

LOAN = Outline(
    (
        N("start", NodeKind.START),
        N("valid", NodeKind.GATE, "valid?"),
        N("kyc"),
        N("fraud", NodeKind.TOOL),
        N("score"),
        N("join"),
        N("review", NodeKind.HUMAN, "manual review"),
        N("end", NodeKind.END),
    ),
    (
        E("start", "valid"),
        E("valid", "kyc", EdgeKind.TRUE),
        E("valid", "end", EdgeKind.FALSE),
        E("kyc", "fraud"),
        E("kyc", "score"),
        E("fraud", "join"),
        E("score", "join"),
        E("join", "review"),
        E("review", "kyc", EdgeKind.LOOP, "more documents"),
        E("review", "end"),
    ),
)

SAGA = Outline(
    (
        N("reserve"),
        N("charge"),
        N("undo/reserve", NodeKind.COMPENSATION, "release", "undo"),
        N("undo/charge", lane="undo"),
    ),
    (
        E("reserve", "charge"),
        E("reserve", "undo/reserve", EdgeKind.UNDO),
        E("charge", "undo/charge", EdgeKind.UNDO),
        E("undo/charge", "undo/reserve", EdgeKind.UNDO),
    ),
)


def drawn(outline: Outline, **how: bool) -> str:
    return "\n".join(outline_text(outline, **how))


def test_branches_joins_and_loops():
    assert drawn(LOAN) == textwrap.dedent("""\
        (start)
        <valid?>
        ├─ true → [kyc]
        │  ├─ [fraud]  tool
        │  └─ [score]
        │  [join]
        │  {manual review}
        │  ├─ more documents → back to kyc
        │  └─ end
        └─ false → end
        (end)""")


def test_a_saga_shows_beside_each_step_what_undoes_it():
    assert drawn(SAGA) == "[reserve]  « release\n[charge]  « undo/charge"
    assert drawn(SAGA, ascii_only=True) == "[reserve]  < release\n[charge]  < undo/charge"


def test_a_group_shows_what_is_inside_it():
    outline = Outline(
        (N("a"), N("both", NodeKind.PARALLEL), N("x", parent="both"), N("y", parent="both"), N("z")),
        (E("a", "both"), E("both", "z")),
    )
    assert drawn(outline) == "[a]\n[both]\n│  [x]\n│  [y]\n[z]"


def test_an_empty_outline_draws_nothing():
    assert outline_text(Outline()) == []
    assert mermaid(Outline()) == "flowchart TD\n"


def test_mermaid_numbers_nodes_and_escapes_labels():
    outline = Outline((N('a "b" <c>'), N("gate", NodeKind.GATE)), (E('a "b" <c>', "gate", EdgeKind.TRUE, 'x"y'),))
    assert mermaid(outline) == (
        'flowchart TD\n  n0["a #quot;b#quot; #lt;c#gt;"]\n  n1{"gate"}\n  n0 -->|"x#quot;y"| n1\n'
    )


def test_mermaid_draws_groups_as_subgraphs_and_undoing_dotted():
    outline = Outline((N("p"), N("x", parent="p")), (E("p", "x", EdgeKind.UNDO),))
    assert mermaid(outline) == 'flowchart TD\n  subgraph n0["p"]\n    n1["x"]\n  end\n  n0 -.->|"undo"| n1\n'


def test_dot_quotes_names_and_labels():
    outline = Outline((N('a"b', NodeKind.GATE, "sure?"), N("c")), (E('a"b', "c", EdgeKind.LOOP, "again"),))
    assert dot(outline, 'my "graph"') == textwrap.dedent("""\
        digraph "my \\"graph\\"" {
          rankdir=TB;
          node [shape=box];
          "a\\"b" [label="sure?", shape=diamond];
          "c";
          "a\\"b" -> "c" [label="again", style=dashed];
        }
        """)


@st.composite
def outlines(draw: st.DrawFn) -> Outline:
    keys = [f"k{number}" for number in range(draw(st.integers(1, 7)))]
    nodes = tuple(
        N(key, draw(st.sampled_from(list(NodeKind))), lane=draw(st.sampled_from(["", "", "undo"]))) for key in keys
    )
    pairs = draw(
        st.lists(st.tuples(st.sampled_from(keys), st.sampled_from(keys), st.sampled_from(list(EdgeKind))), max_size=14)
    )
    return Outline(nodes, tuple(E(*pair) for pair in pairs))


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(outlines())
def test_any_shape_is_drawn_with_every_node_once_in_full(outline: Outline):
    lines = outline_text(outline)
    forward = [node for node in outline.nodes if node.lane != "undo" and node.kind is not NodeKind.COMPENSATION]
    for node in forward:
        marks = ("(" + node.key + ")", "[" + node.key + "]", "<" + node.key + ">", "{" + node.key + "}")
        assert sum(any(mark in line for mark in marks) for line in lines) == 1
    mermaid(outline)
    dot(outline, "x")
