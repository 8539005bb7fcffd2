"""Definition: a named, versioned workflow, and Model: what it builds for one input and drives through a Context."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol, runtime_checkable

from pydantic import BaseModel, ValidationError

from lexiconsole.durable.codec import adapter_of, misfits_of
from lexiconsole.durable.context import Context
from lexiconsole.durable.migration import Migration
from lexiconsole.durable.outline import Outline
from lexiconsole.errors import InvalidInputError
from lexiconsole.result import Result
from lexiconsole.types import Json, ModelKind

__all__ = ["Definition", "Model", "Source", "definition_of"]


@runtime_checkable
class Model(Protocol):
    """One orchestration, ready to go. `drive` is its whole meaning, the same live and replayed."""

    def outline(self) -> Outline: ...

    async def drive(self, ctx: Context) -> Result[Any, Any]: ...


@dataclass(frozen=True, slots=True)
class Source:
    """Where a definition was written down."""

    file: str = ""
    line: int = 0


@dataclass(frozen=True, slots=True)
class Definition:
    """What the catalogue holds. `build` makes the model for a validated input; it must have no effects.

    `input` is a pydantic model (or any type pydantic knows) or None for a definition that takes nothing.
    `timeout` is seconds for the whole run, `retries` how many more times a failed run is tried.
    `example` is an input that shows what it does; it must validate. `migrations` are by the version that they come from.
    """

    name: str
    kind: ModelKind
    build: Callable[[Any], Model]
    version: int = 1
    input: Any = None
    about: str = ""
    timeout: float | None = None
    retries: int = 0
    example: Json = None
    migrations: Mapping[int, Migration] = field(default_factory=dict)
    source: Source = field(default=Source(), compare=False)

    def validate(self, raw: Any) -> Any:
        """The input as the declared type; raises InvalidInputError with every field and reason."""
        if self.input is None:
            if raw not in (None, {}):
                raise InvalidInputError(
                    self.name,
                    dict.fromkeys(raw, "is not known; it takes no input")
                    if isinstance(raw, dict)
                    else {"": "it takes no input"},
                )
            return None
        try:
            return adapter_of(self.input).validate_python({} if raw is None else raw)
        except ValidationError as fault:
            raise InvalidInputError(self.name, misfits_of(fault)) from None

    def schema(self) -> Json:
        """The input as JSON schema, None when it takes nothing."""
        if self.input is None:
            return None
        if isinstance(self.input, type) and issubclass(self.input, BaseModel):
            return self.input.model_json_schema()
        return adapter_of(self.input).json_schema()

    def outline(self) -> Outline:
        """What it looks like before any run: from the example, or from an input whose fields all have defaults.

        Empty when neither exists; the outline of a run is stored with the run.
        """
        try:
            return self.build(self.validate(self.example)).outline()
        except InvalidInputError:
            return Outline()

    def outline_for(self, given: Any) -> Outline:
        """What a run with that input looks like; empty when no model can be built for it, of which the run itself tells."""
        try:
            return self.build(given).outline()
        except Exception:
            return Outline()


def definition_of(thing: object) -> Definition | None:
    """The definition that an object in a definitions file stands for, None when it stands for none.

    An object says so with an attribute `__definition__`, which `@workflow` sets on what it decorates.
    """
    found = getattr(thing, "__definition__", None)
    return found if isinstance(found, Definition) else None
