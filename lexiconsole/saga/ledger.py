"""Ledger: what a saga has done, what it is doing now, and what it has undone."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from lexiconsole.errors import StepError
from lexiconsole.result import Ok
from lexiconsole.saga.rollback import Done, Rollback
from lexiconsole.saga.step import Outcome, PreparedStep

__all__ = ["Ledger"]


class Ledger:
    """One attempt at the whole saga. `results` are by step name, `done` in the order of the stages."""

    __slots__ = ("back", "doing", "done", "results")

    def __init__(self) -> None:
        self.results: dict[str, Any] = {}
        self.done: list[Done] = []
        self.doing: Sequence[PreparedStep] = ()
        self.back = Rollback()

    def enter(self, outcomes: Sequence[Outcome]) -> StepError | None:
        """Notes what the steps in `doing` came to; gives the first failure, if there was one.

        A failed step that may have taken effect is noted as well: it may have to be undone.
        """
        failed = None
        doing = iter(self.doing)
        for outcome in outcomes:
            step = next(doing)
            if isinstance(outcome, Ok):
                self.results[step.name] = outcome.value
                self.done.append(Done(step, outcome.value))
            else:
                failed = failed or outcome.error
                if outcome.error.unknown:
                    self.done.append(Done(step, None, outcome.error))
        self.doing = ()
        return failed
