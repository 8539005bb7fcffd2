"""The library never prints of its own accord, and what fails costs no more than what succeeds."""

from __future__ import annotations

import ast
import asyncio
import subprocess
import sys
import textwrap
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from lexiconsole import AbstractSaga, FunctionStep, Pipeline, SagaStep

PACKAGE = Path(__file__).parents[2] / "lexiconsole"
FACES = {"cli", "tui"}


def test_nothing_outside_the_faces_prints() -> None:
    found = [
        f"{path.relative_to(PACKAGE)}:{node.lineno}"
        for path in PACKAGE.rglob("*.py")
        if path.relative_to(PACKAGE).parts[0] not in FACES
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "print"
    ]
    assert found == []


def test_a_script_whose_workflows_fail_retry_hang_and_are_undone_prints_only_what_it_prints_itself(
    tmp_path: Path,
) -> None:
    script = tmp_path / "script.py"
    script.write_text(
        textwrap.dedent(
            """
            import asyncio
            from lexiconsole import *

            async def bad(*_): raise ValueError("loud")
            async def hangs(*_): await asyncio.sleep(9)

            async def main():
                await Pipeline(steps=[FunctionStep("a", bad)]).execute()
                await Pipeline(steps=[FunctionStep("a", hangs)], timeout=0.02).execute()
                await BulkOperation(bad, BulkOperationConfig(retry_delay=0, retry_attempts=2)).execute(range(30))
                saga = AbstractSaga()
                saga.add_step(SagaStep("a", lambda: 1, bad))
                saga.add_step(SagaStep("b", bad, bad, max_retries=2, retry_delay=0.0))
                await saga.execute()
                await WorkflowBuilder().add_node("a", bad).build().execute({})
                print("mine")

            asyncio.run(main())
            """
        )
    )
    ran = subprocess.run([sys.executable, str(script)], capture_output=True, text=True, check=False, timeout=60)
    assert (ran.returncode, ran.stdout, ran.stderr) == (0, "mine\n", "")


def test_a_step_that_fails_costs_no_more_than_one_that_succeeds_plus_its_retries() -> None:
    """In CPU time, the best of several rounds; a try that fails makes an error, so one of them may cost a few of the others."""
    steps = 300

    async def good() -> None: ...

    async def bad() -> None:
        raise ValueError("no")

    def pipeline(call: Callable[[], Any], tries: int) -> Callable[[], Awaitable[Any]]:
        made = [FunctionStep(f"s{n}", call, max_retries=tries, retry_delay=0.0) for n in range(steps)]
        return Pipeline(steps=made, fail_fast=False).execute

    def saga(call: Callable[[], Any]) -> Callable[[], Awaitable[Any]]:
        made: AbstractSaga[Any] = AbstractSaga()
        for number in range(steps):
            made.add_step(SagaStep(f"s{number}", good, good))
        made.add_step(SagaStep("last", call, good))
        return made.execute

    async def cost(make: Callable[[], Callable[[], Awaitable[Any]]]) -> float:
        rounds = []
        for _ in range(7):
            run = make()
            began = time.process_time()
            await run()
            rounds.append(time.process_time() - began)
        return min(rounds)

    async def costs() -> tuple[float, float, float, float, float]:
        return (
            await cost(lambda: pipeline(good, 1)),
            await cost(lambda: pipeline(bad, 1)),
            await cost(lambda: pipeline(bad, 4)),
            await cost(lambda: saga(good)),
            await cost(lambda: saga(bad)),
        )

    one, failed, retried, kept, undone = asyncio.run(costs())
    assert failed < 4 * one, (one, failed)
    assert retried < 6 * failed, (failed, retried)
    assert undone < 3 * kept, (kept, undone)
