"""The terms of graphs that bring none of their own: the application sets them, for the task that it starts graphs in."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from lexiconsole.graph.config import GraphConfig

__all__ = ["current_graph_config", "install_graph_config", "use_graph_config"]

_config: ContextVar[GraphConfig | None] = ContextVar("lexiconsole_graph_config", default=None)
_installed = [GraphConfig()]
"""The terms of the process: the last one holds."""


@contextmanager
def use_graph_config(config: GraphConfig) -> Iterator[None]:
    """Inside, graphs without a config of their own go by this one."""
    token = _config.set(config)
    try:
        yield
    finally:
        _config.reset(token)


def install_graph_config(config: GraphConfig) -> Callable[[], None]:
    """For the whole process, where no `use_graph_config` says otherwise; gives the way to take it away again."""
    own = config.model_copy()  # told from others that say the same
    _installed.append(own)

    def uninstall() -> None:
        _installed[:] = [each for each in _installed if each is not own]

    return uninstall


def current_graph_config() -> GraphConfig:
    return _config.get() or _installed[-1]
