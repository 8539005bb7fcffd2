"""Graphs for tests: nodes that write down that they were visited, and edges in a line of text."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any

from lexiconsole.durable.definition import Definition
from lexiconsole.durable.step import current_step
from lexiconsole.graph import WorkflowBuilder
from lexiconsole.types import ModelKind


def edges(builder: WorkflowBuilder, text: str) -> WorkflowBuilder:
    """`a > b > c, b > d` as edges."""
    for line in text.split(","):
        names = [name.strip() for name in line.split(">")]
        for source, target in itertools.pairwise(names):
            builder.add_edge(source, target)
    return builder


def logged(calls: list[str], output: Any = None, *, fails: int = 0) -> Callable[[Any], Any]:
    """A node that appends its key, fails that often, and gives `output` or what it makes of the state."""
    failed = 0

    async def call(state: Any) -> Any:
        nonlocal failed
        calls.append(current_step().key)
        if failed < fails:
            failed += 1
            raise ValueError(f"{calls[-1]} is broken")
        given = output(state) if callable(output) else output
        return await given if hasattr(given, "__await__") else given

    return call


def chain(text: str, calls: list[str], **outputs: Any) -> WorkflowBuilder:
    """A builder with all nodes and edges that the text names; gates and others are added by the caller before."""
    builder = WorkflowBuilder()
    for name in dict.fromkeys(name.strip() for line in text.split(",") for name in line.split(">")):
        builder.add_node(name, logged(calls, outputs.get(name)))
    return edges(builder, text)


def defined(build: Callable[[], Any], **more: Any) -> Definition:
    def made(_: Any) -> Any:
        found = build()
        return found.build() if isinstance(found, WorkflowBuilder) else found

    return Definition("graph", ModelKind.GRAPH, made, input=Any, **more)
