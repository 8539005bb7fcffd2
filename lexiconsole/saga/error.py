"""How a saga ends badly: what failed, what was undone, and what was left."""

from __future__ import annotations

from collections.abc import Iterable

from lexiconsole.errors import LateError, RunCancelled, StepError
from lexiconsole.types import RunStatus

__all__ = ["SagaCancelled", "SagaError"]


class SagaError(LateError):
    """A saga that failed. `undone` are names, newest first; `left` what could not be undone, with the reason.

    `status` is COMPENSATED when everything that was done has been undone, FAILED when there was nothing to undo or an
    operator decided to leave things as they are, DOUBTFUL when a rollback is incomplete and nobody could be asked.
    """

    def __init__(
        self,
        saga: str,
        cause: StepError,
        *,
        undone: Iterable[str] = (),
        left: Iterable[tuple[str, StepError]] = (),
        status: RunStatus = RunStatus.FAILED,
        pivot: str = "",
    ) -> None:
        self.saga, self.cause, self.status, self.pivot = saga, cause, status, pivot
        self.undone, self.left = tuple(undone), tuple(left)
        super().__init__(saga, cause)

    def told(self) -> str:
        past = f"; past {self.pivot} there is no way back, nothing was undone" if self.pivot else ""
        return f"{self.saga} failed at {self.cause}{past}{_rollback(self.undone, self.left)}"

    @property
    def step(self) -> str:
        """The name of the step that failed."""
        return self.cause.key


class SagaCancelled(RunCancelled):
    """A cancelled saga, after its rollback."""

    def __init__(
        self, cancelled: RunCancelled, *, undone: Iterable[str] = (), left: Iterable[tuple[str, StepError]] = ()
    ) -> None:
        super().__init__(cancelled.reason, by=cancelled.by)
        self.undone, self.left = tuple(undone), tuple(left)

    def __str__(self) -> str:
        return super().__str__() + _rollback(self.undone, self.left)


def _rollback(undone: tuple[str, ...], left: tuple[tuple[str, StepError], ...]) -> str:
    text = f"; undone: {', '.join(undone)}" if undone else ""
    if left:
        text += "; NOT undone: " + ", ".join(f"{name} ({error.message})" for name, error in left)
    return text
