"""Node types that other packages bring, under the entry point `lexiconsole.nodes`: a subclass of AbstractWorkflowNode each.

[project.entry-points."lexiconsole.nodes"]
slack = "shop.nodes:SlackNotifyNode"
"""

from __future__ import annotations

from importlib.metadata import EntryPoint, entry_points

from lexiconsole.errors import ConfigurationError, NotFoundError
from lexiconsole.graph.node import AbstractWorkflowNode

__all__ = ["GROUP", "node_type", "node_types"]

GROUP = "lexiconsole.nodes"


def node_types() -> dict[str, type[AbstractWorkflowNode]]:
    """All of them by name. Raises ConfigurationError, naming the package, for one that is not fit."""
    return {name: _loaded(entry) for name, entry in sorted(_installed().items())}


def node_type(name: str) -> type[AbstractWorkflowNode]:
    """The class of that name, ready for `builder.add_node(node_type("slack")("tell", …))`.

    Raises NotFoundError with the nearest name, ConfigurationError for one that is not fit. Others are not imported.
    """
    installed = _installed()
    if name not in installed:
        raise NotFoundError("node type", name, installed, hint=f"packages bring them under the entry point {GROUP}")
    return _loaded(installed[name])


def _installed() -> dict[str, EntryPoint]:
    return {entry.name: entry for entry in entry_points(group=GROUP)}


def _loaded(entry: EntryPoint) -> type[AbstractWorkflowNode]:
    package = entry.dist.name if entry.dist is not None else entry.value
    try:
        found = entry.load()
    except Exception as fault:
        raise ConfigurationError(
            f"the node type {entry.name!r} of the package {package} can not be loaded ({type(fault).__name__}: {fault}); "
            "update or remove the package"
        ) from fault
    if not (isinstance(found, type) and issubclass(found, AbstractWorkflowNode)):
        raise ConfigurationError(
            f"the node type {entry.name!r} of the package {package} is {found!r}, no subclass of AbstractWorkflowNode"
        )
    return found
