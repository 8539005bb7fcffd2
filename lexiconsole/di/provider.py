"""The path under which the reference documents keep providers; they live in `app/`."""

from lexiconsole.app.module import Priority, Provider
from lexiconsole.app.workflow_provider import WorkflowProvider

__all__ = ["Priority", "Provider", "WorkflowProvider"]
