"""The path under which the reference documents keep WorkflowModule; it lives in `app/`."""

from lexiconsole.app.workflow_module import WorkflowModule

__all__ = ["WorkflowModule"]
