"""An outline as a Mermaid flowchart, to paste into documents."""

from __future__ import annotations

from collections.abc import Mapping

from lexiconsole.durable.outline import EdgeKind, NodeKind, Outline, OutlineEdge, OutlineNode
from lexiconsole.views.words import STEP_LOOKS, StepState

__all__ = ["mermaid"]

_SHAPES = {
    NodeKind.START: ("([", "])"),
    NodeKind.END: ("([", "])"),
    NodeKind.GATE: ("{", "}"),
    NodeKind.HUMAN: ("[/", "/]"),
    NodeKind.APPROVAL: ("[/", "/]"),
    NodeKind.SUBFLOW: ("[[", "]]"),
    NodeKind.BULK: ("[[", "]]"),
    NodeKind.STATE: ("(", ")"),
    NodeKind.COMPENSATION: (">", "]"),
}


def mermaid(outline: Outline, states: Mapping[str, StepState] | None = None) -> str:
    """The chart's text, with a newline at the end; nodes are numbered, so that any key makes a valid chart. With the `states` of
    nodes by key each has the colour of its own.
    """
    names = {node.key: f"n{number}" for number, node in enumerate(outline.nodes)}
    parents = {node.parent for node in outline.nodes if node.parent in names}
    lines = ["flowchart TD"]
    lines += _nodes(outline, "", names, parents, "  ")
    lines += [_edge(edge, names) for edge in outline.edges if edge.source in names and edge.target in names]
    lines += _coloured(names, states or {})
    return "\n".join(lines) + "\n"


def _coloured(names: Mapping[str, str], states: Mapping[str, StepState]) -> list[str]:
    lines = []
    for state in StepState:
        of_it = [names[key] for key, its in states.items() if its is state and key in names]
        if of_it:
            name = state.value.replace(" ", "_")
            lines.append(f"  classDef {name} stroke:{STEP_LOOKS[state].colour},stroke-width:3px")
            lines.append(f"  class {','.join(of_it)} {name}")
    return lines


def _nodes(outline: Outline, parent: str, names: dict[str, str], parents: set[str], indent: str) -> list[str]:
    lines = []
    for node in outline.nodes:
        if (node.parent if node.parent in names else "") != parent:
            continue
        if node.key in parents:
            lines.append(f'{indent}subgraph {names[node.key]}["{_text(node.title)}"]')
            lines += _nodes(outline, node.key, names, parents, indent + "  ")
            lines.append(f"{indent}end")
        else:
            lines.append(f"{indent}{names[node.key]}{_box(node)}")
    return lines


def _box(node: OutlineNode) -> str:
    before, after = _SHAPES.get(node.kind, ("[", "]"))
    return f'{before}"{_text(node.title)}"{after}'


def _edge(edge: OutlineEdge, names: dict[str, str]) -> str:
    arrow = "-.->" if edge.kind in (EdgeKind.UNDO, EdgeKind.LOOP) else "-->"
    label = edge.label or ("" if edge.kind is EdgeKind.NEXT else edge.kind.value)
    between = f'{arrow}|"{_text(label)}"|' if label else arrow
    return f"  {names[edge.source]} {between} {names[edge.target]}"


def _text(text: str) -> str:
    """Mermaid's own escapes; line breaks and controls can not be in a label."""
    shown = "".join(sign if sign.isprintable() else " " for sign in text)
    return shown.replace("#", "#35;").replace('"', "#quot;").replace("<", "#lt;").replace(">", "#gt;")
