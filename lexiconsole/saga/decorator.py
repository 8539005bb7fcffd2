"""`@saga_step`: marks a function as a saga's action. It stays an ordinary function; `add_step` takes it as it is."""

from __future__ import annotations

import types
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, TypedDict, TypeVar, Unpack

from lexiconsole.contracts.saga import SagaStep
from lexiconsole.errors import DefinitionError, nearest

__all__ = ["Declared", "declared_steps", "saga_step", "step_of"]

F = TypeVar("F", bound=Callable[..., Any])
MARK = "__saga_step__"


class SagaTerms(TypedDict, total=False):
    """The other fields of SagaStep."""

    max_retries: int
    retry_delay: float
    retry_on: type[Exception] | tuple[type[Exception], ...]
    idempotent: bool
    action_idempotent: bool
    timeout: float | None
    compensation_retries: int | None
    pivot: bool
    read_only: bool


def saga_step(
    name: str = "", *, compensation: Callable[..., Any] | str | None = None, **terms: Unpack[SagaTerms]
) -> Callable[[F], F]:
    """Marks an action. `compensation` is a function, or the name of a method; the terms are those of SagaStep.

    Methods of an AbstractSaga that are marked become its steps, in the order in which they are written.
    """
    bare: Any = name
    if callable(bare):  # without brackets it would otherwise mark nothing, and a step would silently be missing
        return saga_step()(bare)  # type: ignore[no-any-return]

    def mark(function: F) -> F:
        if not callable(function):
            raise DefinitionError(f"@saga_step stands above a function, not {function!r}")
        undo = compensation if not isinstance(compensation, str) else None
        step = SagaStep(name or function.__name__, function, undo, **terms)
        setattr(function, MARK, Declared(function.__name__, step, compensation))
        return function

    return mark


@dataclass(frozen=True, slots=True)
class Declared:
    """A marked function: the attribute it is found under in a class, its step, and its compensation as it was given."""

    attribute: str
    step: SagaStep
    compensation: Callable[..., Any] | str | None

    def bound_to(self, saga: object) -> SagaStep:
        """The step with the saga's own methods."""
        given = self.compensation
        undo: Any = given
        if isinstance(given, str):
            undo = getattr(saga, given, None)
            if not callable(undo):
                close = nearest(given, [name for name, value in vars(type(saga)).items() if callable(value)])
                meant = f"; did you mean {close!r}?" if close else ""
                raise DefinitionError(f"{type(saga).__name__} has no method {given!r} to undo {self.step.name}{meant}")
        elif isinstance(given, types.FunctionType):
            name = given.__name__
            if getattr(type(saga), name, None) is given:
                undo = getattr(saga, name)
        return replace(self.step, action=getattr(saga, self.attribute), compensation=undo)


def declared_steps(saga: type) -> tuple[Declared, ...]:
    """The marked methods of a class and its bases, oldest base first; an override stands where the first one stood."""
    found: dict[str, Declared] = {}
    for owner in reversed(saga.__mro__):
        for attribute, value in vars(owner).items():
            declared = getattr(getattr(value, "__func__", value), MARK, None)  # below @staticmethod or @classmethod too
            if isinstance(declared, Declared):
                found[attribute] = replace(declared, attribute=attribute)
            elif attribute in found:
                found[attribute] = replace(found[attribute], attribute=attribute)
    return tuple(found.values())


def step_of(thing: SagaStep | Any) -> SagaStep:
    """A SagaStep, or the step that a marked function stands for."""
    if isinstance(thing, SagaStep):
        return thing
    declared = getattr(thing, MARK, None)
    if not isinstance(declared, Declared):
        raise DefinitionError(f"{thing!r} is no saga step; give a SagaStep, or mark the function with @saga_step")
    if isinstance(declared.compensation, str):
        raise DefinitionError(
            f"{declared.step.name}: a compensation is named by text only in a saga class; give the function itself"
        )
    return replace(declared.step, action=thing)
