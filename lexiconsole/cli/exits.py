"""The exit codes, all of them, and what leads to which.

A command that drives or watches a run exits as the run stands; one that only looks exits 0; `pause` and `cancel` exit 0
when what they ask for was done, `edit` also when the run is still parked afterwards.
"""

from __future__ import annotations

from enum import IntEnum

from lexiconsole.errors import (
    REJECTION,
    HumanInputRequiredError,
    LexiconsoleError,
    ReadOnlyStoreError,
    RefusedError,
    ReplayMismatchError,
    RunCancelled,
    StoreError,
    UsageError,
)
from lexiconsole.types import JsonObject, RunStatus

__all__ = ["ExitCode", "exit_of_error", "exit_of_run"]


class ExitCode(IntEnum):
    """What a shell sees. `USAGE` is also a database file that can not be used: nothing could be done with what was given."""

    COMPLETED = 0
    FAILED = 1
    USAGE = 2
    COMPENSATED = 3
    PARKED = 4
    DOUBTFUL = 5
    CANCELLED = 6
    REJECTED = 7
    REFUSED = 8
    BUG = 70
    WAIT_RAN_OUT = 124
    INTERRUPTED = 130
    PIPE_CLOSED = 141


_OF_STATUS = {
    RunStatus.COMPLETED: ExitCode.COMPLETED,
    RunStatus.FAILED: ExitCode.FAILED,
    RunStatus.COMPENSATED: ExitCode.COMPENSATED,
    RunStatus.CANCELLED: ExitCode.CANCELLED,
    RunStatus.DOUBTFUL: ExitCode.DOUBTFUL,
    RunStatus.WAITING: ExitCode.PARKED,
    RunStatus.SLEEPING: ExitCode.PARKED,
    RunStatus.PAUSED: ExitCode.PARKED,
    RunStatus.PENDING: ExitCode.WAIT_RAN_OUT,
    RunStatus.RUNNING: ExitCode.WAIT_RAN_OUT,
    RunStatus.COMPENSATING: ExitCode.WAIT_RAN_OUT,
}

_OF_ERROR: tuple[tuple[type[LexiconsoleError], ExitCode], ...] = (
    (UsageError, ExitCode.USAGE),
    (ReadOnlyStoreError, ExitCode.REFUSED),
    (StoreError, ExitCode.USAGE),
    (RefusedError, ExitCode.REFUSED),
    (ReplayMismatchError, ExitCode.REFUSED),
    (HumanInputRequiredError, ExitCode.PARKED),
    (RunCancelled, ExitCode.CANCELLED),
    (LexiconsoleError, ExitCode.FAILED),
)


def exit_of_run(status: RunStatus, error: JsonObject | None = None) -> ExitCode:
    """How a command ends that was to bring a run to its end; one that still moves was not waited for any longer."""
    if status in (RunStatus.FAILED, RunStatus.COMPENSATED) and error is not None and error.get("type") == REJECTION:
        return ExitCode.REJECTED
    return _OF_STATUS[status]


def exit_of_error(error: BaseException) -> ExitCode:
    """How a command ends that raised; anything that is not an error of ours is a bug."""
    if isinstance(error, KeyboardInterrupt):
        return ExitCode.INTERRUPTED
    return next((code for kind, code in _OF_ERROR if isinstance(error, kind)), ExitCode.BUG)
