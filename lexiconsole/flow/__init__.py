"""`@workflow`: what makes a function or a class a definition, and plain workflow functions."""

from lexiconsole.flow.decorator import workflow
from lexiconsole.flow.execute import execute
from lexiconsole.flow.function import FunctionWorkflow

__all__ = ["FunctionWorkflow", "execute", "workflow"]
