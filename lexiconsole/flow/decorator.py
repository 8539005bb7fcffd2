"""`@workflow`: gives a function or a class the definition that the catalogue finds, and leaves it otherwise as it is."""

from __future__ import annotations

import inspect
import types
import typing
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any, TypeVar, overload

from lexiconsole.durable.calling import arity
from lexiconsole.durable.definition import Definition, Model, Source
from lexiconsole.durable.migration import Migration
from lexiconsole.durable.policy import check_seconds
from lexiconsole.errors import DefinitionError
from lexiconsole.flow.function import FunctionWorkflow
from lexiconsole.flow.parameters import fields_of
from lexiconsole.types import Json, ModelKind

__all__ = ["workflow"]

F = TypeVar("F", bound=Callable[..., Any])
INFER: Any = object()


@overload
def workflow(name: F, /) -> F: ...
@overload
def workflow(
    name: str = "",
    *,
    version: int | None = None,
    input: Any = INFER,
    timeout: float | None = None,
    retries: int = 0,
    example: Json = None,
    about: str | None = None,
    steps: Sequence[str] = (),
    migrations: Mapping[int, Migration] | None = None,
) -> Callable[[F], F]: ...


def workflow(
    name: Any = "",
    *,
    version: int | None = None,
    input: Any = INFER,
    timeout: float | None = None,
    retries: int = 0,
    example: Json = None,
    about: str | None = None,
    steps: Sequence[str] = (),
    migrations: Mapping[int, Migration] | None = None,
) -> Any:
    """Makes a definition of an async function `(ctx)` or `(ctx, …)`, a class, or a function that builds a model.

    `name` is by default the function's or class's, `version` the class's VERSION or 1, `about` the docstring's first line,
    `input` (a pydantic model, or any type pydantic knows) the annotation of the input parameter; a function's parameters
    that are no objects, or several, are the fields of its input (`parameters.py`). `timeout` is seconds for the whole run;
    `retries` how many more times a failed run is tried, keeping what had succeeded. `example` is an input that shows what
    it does. `steps` are the keys of a plain function's steps, as far as they are known beforehand. `migrations` say by the
    version they come from how runs of older versions go on: `lexiconsole migrate RUN`.

    A class is built by its `from_input(input)`, if it has one, else by its constructor.
    """
    if callable(name):
        return _mark(
            name, _define(name, name.__name__, version, input, timeout, retries, example, about, steps, migrations)
        )

    if not isinstance(name, str):
        raise DefinitionError(f"a workflow's name is text, not {name!r}")

    def mark(thing: F) -> F:
        title = name or thing.__name__
        made = _define(thing, title, version, input, timeout, retries, example, about, steps, migrations)
        return _mark(thing, made)

    return mark


def _mark(thing: F, definition: Definition) -> F:
    thing.__definition__ = definition  # type: ignore[attr-defined]
    return thing


def _define(
    thing: Any,
    name: str,
    version: int | None,
    input: Any,
    timeout: float | None,
    retries: int,
    example: Json,
    about: str | None,
    steps: Sequence[str],
    migrations: Mapping[int, Migration] | None,
) -> Definition:
    if not name or not name.isprintable() or name != name.strip() or "/" in name or ":" in name:
        raise DefinitionError(f"{name!r} is no name for a workflow: give printable text without / and :")
    if type(retries) is not int or retries < 0:
        raise DefinitionError(f"{name}: retries must not be negative, but a whole number, not {retries!r}")
    check_seconds(name, timeout)
    if version is not None and type(version) is not int:
        raise DefinitionError(f"{name}: version must be a whole number, not {version!r}")
    kind, build, taking = _way_to_build(thing, name, steps, given=input is not INFER)
    return Definition(
        name=name,
        kind=kind,
        build=build,
        version=version if version is not None else int(getattr(thing, "VERSION", 1)),
        input=taking if input is INFER else input,
        about=about if about is not None else _first_line(thing),
        timeout=timeout,
        retries=retries,
        example=example,
        migrations=migrations or {},
        source=_source(thing),
    )


def _way_to_build(
    thing: Any, name: str, steps: Sequence[str], *, given: bool
) -> tuple[ModelKind, Callable[[Any], Model], Any]:
    """The kind of model, how one is built for an input, and the input's type as annotated (None: takes nothing).

    `given`: the input's type is said elsewhere, so what is annotated does not matter.
    """
    if inspect.iscoroutinefunction(thing):
        if isinstance(thing, types.FunctionType) and arity(thing)[1] == 0:
            raise DefinitionError(f"{name}: {thing.__name__} takes no argument; its first one is the context, `ctx`")
        if not given and (found := fields_of(thing, partial(_resolved, thing))) is not None:
            taking, fields = found
            return ModelKind.WORKFLOW, partial(_function_of_fields, thing, steps, fields.arguments), taking
        return ModelKind.WORKFLOW, partial(_function_model, thing, steps, _takes(thing, 2)), _annotation(thing, 1)
    if inspect.isclass(thing):
        if not (hasattr(thing, "drive") and hasattr(thing, "outline")):
            raise DefinitionError(
                f"{name}: the class {thing.__name__} is no model; derive it from one, AbstractSaga for example"
            )
        maker = getattr(thing, "from_input", thing)
        return _kind_of(thing), partial(_built, maker, _takes(maker, 1), name), _annotation(maker, 0)
    if callable(thing):
        builds = _resolved(thing, "return")
        if not hasattr(typing.get_origin(builds) or builds, "KIND"):
            raise DefinitionError(
                f"{name}: {thing.__name__} is not async and does not say which model it builds; "
                "write `async def` for a workflow function, or annotate what it returns, `-> Pipeline` for example"
            )
        return _kind_of(builds), partial(_built, thing, _takes(thing, 1), name), _annotation(thing, 0)
    raise DefinitionError(f"{name}: @workflow stands above a function or a class, not {thing!r}")


def _function_model(function: Callable[..., Any], steps: Sequence[str], takes_input: bool, input: Any) -> Model:
    def body(ctx: Any) -> Any:
        return function(ctx, input) if takes_input else function(ctx)

    return FunctionWorkflow(body, steps)


def _function_of_fields(
    function: Callable[..., Any], steps: Sequence[str], arguments: Callable[[Any], dict[str, Any]], input: Any
) -> Model:
    return FunctionWorkflow(lambda ctx: function(ctx, **arguments(input)), steps)


def _built(maker: Callable[..., Any], takes_input: bool, name: str, input: Any) -> Model:
    model = maker(input) if takes_input else maker()
    build = getattr(model, "build", None)
    if not isinstance(model, Model) and callable(build):
        model = build()  # a builder
    if not isinstance(model, Model):
        raise DefinitionError(f"{name}: building it gave {model!r}, which is no model; return a Pipeline, for example")
    return model


def _kind_of(model: Any) -> ModelKind:
    """What the model's class says of itself; one that says nothing is a workflow to the catalogue."""
    model = typing.get_origin(model) or model
    return ModelKind(getattr(model, "KIND", ModelKind.WORKFLOW))


def _takes(function: Any, positional: int) -> bool:
    """Whether it can be called with that many arguments."""
    try:
        inspect.signature(function).bind(*range(positional))
    except TypeError:
        return False
    except ValueError:
        return True
    return True


def _annotation(function: Any, place: int) -> Any:
    """The annotation of the parameter at that place, None when there is no such parameter."""
    if not _takes(function, place + 1):
        return None
    parameters = [p for p in inspect.signature(function).parameters.values() if p.kind in _POSITIONAL]
    if len(parameters) <= place:
        return Any
    maker = function.__init__ if inspect.isclass(function) else function
    return _resolved(maker, parameters[place].name)


_POSITIONAL = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)


def _resolved(function: Any, name: str) -> Any:
    """One annotation as a type; Any for none, or for a name that only exists for type checkers.

    Only this one is looked at: the return annotation of a factory names the class that is just being made.
    """
    plain = getattr(function, "__func__", function)
    holder = type("Holder", (), {"__annotations__": {k: v for k, v in plain.__annotations__.items() if k == name}})
    try:
        return typing.get_type_hints(holder, globalns=plain.__globals__, include_extras=True).get(name, Any)
    except Exception:
        return Any


def _first_line(thing: Any) -> str:
    own = thing.__doc__ or ""  # not inspect.getdoc: a class must not show its base's sentence
    return own.strip().splitlines()[0].strip() if own.strip() else ""


def _source(thing: Any) -> Source:
    try:
        file = inspect.getsourcefile(thing) or ""
        return Source(file, inspect.getsourcelines(thing)[1])
    except (OSError, TypeError):
        return Source()
