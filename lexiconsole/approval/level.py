"""What a chain consists of: steps that approve by themselves, and levels of them with a policy."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import KW_ONLY, dataclass
from datetime import timedelta
from typing import Any, TypeAlias

from lexiconsole.approval.rule import ApprovalPolicy, Threshold, needed
from lexiconsole.contracts.approval import ApprovalProtocol
from lexiconsole.durable.calling import check_call
from lexiconsole.durable.people import goes_by_role
from lexiconsole.durable.question import OnDue
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
"""Whether something applies to the subject; gives a bool or a `Result` of one, may be async. None is no answer."""


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
        check_call(self.name, "the approver", self.approver if callable(self.approver) else self.approver.approve)
        if self.condition is not None:
            check_call(self.name, "the condition", self.condition)
        if self.max_retries < 1 or self.retry_delay < 0 or (self.timeout is not None and self.timeout <= 0):
            raise DefinitionError(
                f"{self.name}: max_retries counts all tries and is at least 1, retry_delay and timeout are positive seconds"
            )


@dataclass(frozen=True, slots=True)
class ApprovalLevel:
    """Those who are asked side by side, and how many of them must approve: steps, which decide by themselves, and people.

    `who` are people, names or `role:NAME`; they are asked when the steps have not decided the level already. `policy` is
    ALL, ANY, MAJORITY, a number, or a share such as 0.5. Where `condition` does not hold, the level is skipped. A rejection
    ends the chain, or leads back to the level named by `back_to`, this one or an earlier one.

    For people: with `four_eyes` whoever started the run has no say. A seat may be handed on `delegation` times, to people
    of `delegate_to`, or else to somebody who shares a role. `due` is seconds (or a timedelta) from when they are asked,
    `remind` the same before that, and `on_due` what happens then: `wait`, `escalate` (those of `escalate_to` may take any
    empty seat) or `fail`. `prompt` is a text or a function of the subject, `form` what an approval has to come with.
    """

    name: str
    steps: Sequence[ApprovalStep] = ()
    policy: Threshold = ApprovalPolicy.ALL
    condition: Condition | None = None
    _: KW_ONLY
    back_to: str = ""
    who: Sequence[str] = ()
    four_eyes: bool = True
    delegation: int = 1
    delegate_to: Sequence[str] = ()
    due: float | timedelta | None = None
    remind: Sequence[float | timedelta] = ()
    on_due: OnDue = OnDue.WAIT
    escalate_to: Sequence[str] = ()
    prompt: str | Callable[[Any], str] = ""
    form: Any = None

    def __post_init__(self) -> None:
        _check_name("level", self.name)
        object.__setattr__(self, "policy", _policy(self.name, self.policy))
        for field in ("steps", "who", "delegate_to", "escalate_to"):
            if isinstance(getattr(self, field), str):
                raise DefinitionError(f"the level {self.name}: {field} is a list, not a single text")
            object.__setattr__(self, field, tuple(getattr(self, field)))
        for step in self.steps:
            if not isinstance(step, ApprovalStep):
                raise DefinitionError(f"the level {self.name}: {step!r} is no ApprovalStep")
        if self.condition is not None:
            check_call(f"the level {self.name}", "the condition", self.condition)
        self._check_seats()
        self._check_time()

    def _check_seats(self) -> None:
        names = [step.name for step in self.steps]
        if not names and not self.who:
            raise DefinitionError(f"the level {self.name} has no steps and names no people; nobody could approve it")
        for name in (*names, *self.who):
            if [*names, *self.who].count(name) > 1:
                raise DefinitionError(f"the level {self.name} has two steps named {name!r}; nobody counts twice")
        by_role = [who for who in self.who if goes_by_role(who)]
        seats = len(names) + len(self.who)
        if not by_role and needed(self.policy, seats) > seats:
            raise DefinitionError(
                f"the level {self.name} can never be approved: {self.policy} approvals are needed, it has {seats} "
                + ("steps" if not self.who else "seats")
            )
        if self.who and {"seats", "info"} & set(names):
            raise DefinitionError(
                f"the level {self.name}: no step can be called 'seats' or 'info'; the journal has them"
            )
        if self.delegation < 0:
            raise DefinitionError(f"the level {self.name}: delegation is how often a seat is handed on, 0 for never")

    def _check_time(self) -> None:
        try:
            object.__setattr__(self, "on_due", OnDue(self.on_due))
        except ValueError:
            raise DefinitionError(f"the level {self.name}: on_due is wait, escalate or fail") from None
        object.__setattr__(self, "due", _seconds(self.due))
        object.__setattr__(self, "remind", tuple(_seconds(before) for before in self.remind))
        if self.due is not None and self.due <= 0:  # type: ignore[operator]
            raise DefinitionError(
                f"the level {self.name}: due is seconds from when it is asked and must be more than 0"
            )
        if self.on_due is OnDue.DEFAULT:
            raise DefinitionError(
                f"the level {self.name}: nothing is approved by silence; on_due is wait, escalate or fail"
            )
        if self.on_due is not OnDue.WAIT and self.due is None:
            raise DefinitionError(f"the level {self.name}: on_due={self.on_due} needs due")
        if self.on_due is OnDue.ESCALATE and not self.escalate_to:
            raise DefinitionError(f"the level {self.name}: on_due=escalate needs escalate_to, names or role:NAME")
        if (self.due is not None or self.escalate_to) and not self.who:
            raise DefinitionError(f"the level {self.name} asks no people; due and escalate_to are for people")


def _seconds(span: float | timedelta | None) -> float | None:
    return span.total_seconds() if isinstance(span, timedelta) else span


def _check_name(what: str, name: Any) -> None:
    if (
        not isinstance(name, str)
        or not name
        or not name.isprintable()
        or name != name.strip()
        or set(name) & {"/", "#"}
        or len(name) > 80
    ):
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
