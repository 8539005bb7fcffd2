"""What a chain consists of: steps that approve by themselves, and levels of them with a policy."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import KW_ONLY, dataclass
from typing import Any, TypeAlias

from lexiconsole.approval.rule import ApprovalPolicy, Threshold, needed
from lexiconsole.contracts.approval import ApprovalProtocol
from lexiconsole.errors import DefinitionError

__all__ = ["ApprovalDecision", "ApprovalLevel", "ApprovalStep", "Approver", "Condition"]


@dataclass(frozen=True, slots=True)
class ApprovalDecision:
    """What an approver says when it wants to say why."""

    approved: bool
    reason: str = ""


Approver: TypeAlias = Callable[..., Any] | ApprovalProtocol
"""Takes the subject (or nothing), may be async, and gives True, False or an ApprovalDecision.

Anything else, an `Err` or an exception is no vote: the approver could not decide.
"""

Condition: TypeAlias = Callable[[Any], Any]
"""Whether something applies to the subject; gives a bool or a `Result` of one, may be async."""


@dataclass(frozen=True, slots=True)
class ApprovalStep:
    """One approver. `max_retries` counts all tries, `retry_delay` is seconds before the second, `timeout` for one try.

    Where `condition` does not hold, the step has no say, and the level's policy is about the others.
    """

    name: str
    approver: Approver
    condition: Condition | None = None
    _: KW_ONLY
    timeout: float | None = None
    max_retries: int = 1
    retry_delay: float = 1.0

    def __post_init__(self) -> None:
        _check_name("step", self.name)
        if self.name == "if":
            raise DefinitionError("an approval step can not be called 'if': so the journal calls its conditions")
        if not (callable(self.approver) or isinstance(self.approver, ApprovalProtocol)):
            raise DefinitionError(
                f"{self.name}: {self.approver!r} can not be asked; give a function, or an object with approve()"
            )
        if self.max_retries < 1 or self.retry_delay < 0 or (self.timeout is not None and self.timeout <= 0):
            raise DefinitionError(
                f"{self.name}: max_retries counts all tries and is at least 1, retry_delay and timeout are positive seconds"
            )


@dataclass(frozen=True, slots=True)
class ApprovalLevel:
    """Steps that are asked side by side, and how many of them must approve.

    `policy` is ALL, ANY, MAJORITY, a number, or a share such as 0.5. Where `condition` does not hold, the level is skipped.
    A rejection ends the chain, or leads back to the level named by `back_to`, this one or an earlier one.
    """

    name: str
    steps: Sequence[ApprovalStep]
    policy: Threshold = ApprovalPolicy.ALL
    condition: Condition | None = None
    _: KW_ONLY
    back_to: str = ""

    def __post_init__(self) -> None:
        _check_name("level", self.name)
        object.__setattr__(self, "steps", tuple(self.steps))
        object.__setattr__(self, "policy", _policy(self.name, self.policy))
        names = [step.name for step in self.steps]
        if not names:
            raise DefinitionError(f"the level {self.name} has no steps; nobody could approve it")
        for name in names:
            if names.count(name) > 1:
                raise DefinitionError(f"the level {self.name} has two steps named {name!r}; nobody counts twice")
        if needed(self.policy, len(names)) > len(names):
            raise DefinitionError(
                f"the level {self.name} can never be approved: {self.policy} approvals are needed, it has {len(names)} steps"
            )


def _check_name(what: str, name: str) -> None:
    if not name or not name.isprintable() or name != name.strip() or set(name) & {"/", "#"} or len(name) > 80:
        raise DefinitionError(f"{name!r} is no name for an approval {what}: printable text without / and #")


def _policy(level: str, policy: Threshold | str) -> Threshold:
    if isinstance(policy, str):
        try:
            return ApprovalPolicy(policy)
        except ValueError:
            names = ", ".join(ApprovalPolicy)
            raise DefinitionError(
                f"{level}: {policy!r} is no policy; {names}, a number, or a share such as 0.5"
            ) from None
    if isinstance(policy, bool) or policy <= 0 or (isinstance(policy, float) and not policy <= 1):
        raise DefinitionError(
            f"{level}: {policy!r} is no policy; a number is at least 1, a share above 0 and at most 1.0"
        )
    return policy
