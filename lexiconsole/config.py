"""The configuration classes under the path that the reference documents import them from."""

from lexiconsole.bulk.config import BulkOperationConfig
from lexiconsole.graph.config import GraphConfig

__all__ = ["BulkOperationConfig", "GraphConfig"]
