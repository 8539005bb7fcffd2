"""What the `workflow:` section means to models that bring no terms of their own, while an application or workspace is open."""

from __future__ import annotations

from collections.abc import Callable

from lexiconsole.bulk import BulkOperation
from lexiconsole.bulk.config import BulkOperationConfig
from lexiconsole.durable.definition import Definition
from lexiconsole.errors import RefusedError
from lexiconsole.graph.config import GraphConfig
from lexiconsole.graph.settings import install_graph_config
from lexiconsole.pipeline import Pipeline
from lexiconsole.types import ModelKind

__all__ = ["install_defaults", "refuse_what_is_switched_off"]


_installed = [(BulkOperation.DEFAULT_CONFIG, Pipeline.DEFAULT_TIMEOUT, Pipeline.ENABLED)]
"""What holds in this process: the last one, and under it what held before."""


def install_defaults(config: BulkOperationConfig, graph: GraphConfig) -> Callable[[], None]:
    """Bulk operations, pipelines and graphs of this process go by these terms; gives the way back to what was before."""
    own = (config, config.pipeline_timeout, config.enabled)
    _installed.append(own)
    uninstall_graph = install_graph_config(graph)
    _apply()

    def uninstall() -> None:
        _installed[:] = [each for each in _installed if each is not own]
        uninstall_graph()
        _apply()

    return uninstall


def _apply() -> None:
    BulkOperation.DEFAULT_CONFIG, Pipeline.DEFAULT_TIMEOUT, Pipeline.ENABLED = _installed[-1]


def refuse_what_is_switched_off(definition: Definition, config: BulkOperationConfig, graph: GraphConfig) -> None:
    """Raises RefusedError for a kind of workflow that the settings do not allow to start."""
    if definition.kind in {ModelKind.PIPELINE, ModelKind.BULK} and not config.enabled:
        said = "pipelines and bulk operations are switched off (workflow.enabled is false)"
    elif definition.kind is ModelKind.GRAPH and not graph.enabled:
        said = "graphs are switched off (workflow.graph.enabled is false)"
    else:
        return
    raise RefusedError(f"{definition.name} was not started: {said}")
