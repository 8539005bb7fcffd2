"""The path under which the reference documents import the configuration classes; they live beside their models."""

from lexiconsole.bulk.config import BulkOperationConfig
from lexiconsole.graph.config import GraphConfig

__all__ = ["BulkOperationConfig", "GraphConfig"]
