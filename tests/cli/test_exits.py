"""One table of exit codes."""

from __future__ import annotations

import pytest

from lexiconsole import errors
from lexiconsole.cli.exits import ExitCode, exit_of_error, exit_of_run
from lexiconsole.types import RunStatus


@pytest.mark.parametrize(
    ("status", "code"),
    [
        ("completed", 0),
        ("failed", 1),
        ("compensated", 3),
        ("waiting", 4),
        ("sleeping", 4),
        ("paused", 4),
        ("doubtful", 5),
        ("cancelled", 6),
        ("running", 124),
        ("pending", 124),
        ("compensating", 124),
    ],
)
def test_how_a_run_stands(status: str, code: int):
    assert exit_of_run(RunStatus(status)) == code


def test_every_status_has_a_code():
    assert all(isinstance(exit_of_run(status), ExitCode) for status in RunStatus)


@pytest.mark.parametrize("status", ["failed", "compensated"])
def test_a_rejection_by_people_is_no_failure_of_the_work(status: str):
    assert exit_of_run(RunStatus(status), {"type": errors.REJECTION, "message": "no"}) == 7


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (errors.NotFoundError("run", "x"), 2),
        (errors.InvalidInputError("x", {}), 2),
        (errors.ConfigurationError("x"), 2),
        (errors.StoreError("x"), 2),
        (errors.ReadOnlyStoreError("x"), 8),
        (errors.RefusedError("x"), 8),
        (errors.MovedOnError("x", 1, 2), 8),
        (errors.WorkflowVersionMismatchError("x", 1, 2), 8),
        (errors.ReplayMismatchError("r", "k", "a", "b"), 8),
        (errors.ValueNotStorableError("x", "y"), 1),
        (errors.HumanInputRequiredError("k", "p"), 4),
        (KeyboardInterrupt(), 130),
        (ZeroDivisionError(), 70),
    ],
)
def test_what_an_error_comes_to(error: BaseException, code: int):
    assert exit_of_error(error) == code
