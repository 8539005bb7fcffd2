"""Approval chains: levels of approvers with policies and conditions, and the rule that decides from their votes.

Names are imported when they are first used: settings and screens need a few of these modules, not all.
"""

from typing import TYPE_CHECKING

from lexiconsole.late import late

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

__getattr__ = late(
    __name__,
    {
        "lexiconsole.approval.chain": "ApprovalChain",
        "lexiconsole.approval.level": "ApprovalDecision ApprovalLevel ApprovalStep",
        "lexiconsole.approval.outcome": "Approval ApprovalError RejectedError",
        "lexiconsole.approval.rule": "ApprovalPolicy Verdict Vote",
    },
)
