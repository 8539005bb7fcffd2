"""Approval chains: levels of approvers with policies and conditions, and the rule that decides from their votes.

Names are imported when they are first used: settings and screens need a few of these modules, not all.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from lexiconsole.approval.chain import ApprovalChain
    from lexiconsole.approval.level import ApprovalDecision, ApprovalLevel, ApprovalStep
    from lexiconsole.approval.outcome import Approval, ApprovalError, RejectedError
    from lexiconsole.approval.rule import ApprovalPolicy, Verdict, Vote

__all__ = [
    "Approval",
    "ApprovalChain",
    "ApprovalDecision",
    "ApprovalError",
    "ApprovalLevel",
    "ApprovalPolicy",
    "ApprovalStep",
    "RejectedError",
    "Verdict",
    "Vote",
]

_HOMES = {
    "ApprovalChain": "lexiconsole.approval.chain",
    "ApprovalDecision": "lexiconsole.approval.level",
    "ApprovalLevel": "lexiconsole.approval.level",
    "ApprovalStep": "lexiconsole.approval.level",
    "Approval": "lexiconsole.approval.outcome",
    "ApprovalError": "lexiconsole.approval.outcome",
    "RejectedError": "lexiconsole.approval.outcome",
    "ApprovalPolicy": "lexiconsole.approval.rule",
    "Verdict": "lexiconsole.approval.rule",
    "Vote": "lexiconsole.approval.rule",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = globals()[name] = getattr(import_module(_HOMES[name]), name)
    return value
