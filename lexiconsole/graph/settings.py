"""The terms of graphs that bring none of their own: the application sets them, for the task that it starts graphs in."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from lexiconsole.graph.config import GraphConfig

__all__ = ["current_graph_config", "use_graph_config"]

_config: ContextVar[GraphConfig] = ContextVar("lexiconsole_graph_config", default=GraphConfig())  # noqa: B039 - frozen


@contextmanager
def use_graph_config(config: GraphConfig) -> Iterator[None]:
    """Inside, graphs without a config of their own go by this one."""
    token = _config.set(config)
    try:
        yield
    finally:
        _config.reset(token)


def current_graph_config() -> GraphConfig:
    return _config.get()
