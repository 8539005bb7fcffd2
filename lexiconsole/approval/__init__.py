"""Approval chains: levels of approvers with policies and conditions, and the rule that decides from their votes."""

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
