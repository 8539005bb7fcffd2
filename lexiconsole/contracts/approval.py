"""The word of approvals: who decides on a subject without a person being asked here."""

from __future__ import annotations

from typing import Any, Protocol, runtime_checkable

__all__ = ["ApprovalProtocol"]


@runtime_checkable
class ApprovalProtocol(Protocol):
    async def approve(self, subject: Any) -> bool:
        """Whether the subject is approved."""
        ...
