"""Sagas for tests: each action and compensation writes down that it was called, and fails as often as it is told to."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from lexiconsole.contracts import SagaStep
from lexiconsole.durable.definition import Definition
from lexiconsole.result import Err
from lexiconsole.saga import AbstractSaga
from lexiconsole.types import ModelKind

ALWAYS = 1_000_000


class World:
    """What the outside world saw: `calls` in order, such as `charge` and `undo charge`."""

    def __init__(self) -> None:
        self.calls: list[str] = []

    def act(self, name: str, *, fails: int = 0, gives: Any = None, err: bool = False) -> Callable[[], Any]:
        async def call() -> Any:
            self.calls.append(name)
            if self.calls.count(name) <= fails:
                if err:
                    return Err(f"{name} said no")
                raise ValueError(f"{name} is down")
            return gives if gives is not None else f"{name}-1"

        return call

    def step(self, name: str, *, fails: int = 0, undo_fails: int = 0, gives: Any = None, **terms: Any) -> SagaStep:
        terms.setdefault("retry_delay", 0.0)
        terms.setdefault("compensation", self.act(f"undo {name}", fails=undo_fails))
        return SagaStep(name, self.act(name, fails=fails, gives=gives), **terms)


class Trip(AbstractSaga[str]):
    """Whatever steps it is given; a tuple of them is a parallel group."""

    def __init__(self, *steps: SagaStep | tuple[SagaStep, ...]) -> None:
        super().__init__()
        for step in steps:
            if isinstance(step, tuple):
                self.add_parallel(*step)
            else:
                self.add_step(step)


def defined(build: Callable[[], AbstractSaga[Any]], version: int = 1) -> Definition:
    return Definition("trip", ModelKind.SAGA, lambda _: build(), version=version, input=Any)
