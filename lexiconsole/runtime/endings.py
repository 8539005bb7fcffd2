"""How a run ended, as the entry that says so: from what its model returned or raised."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pydantic_core import to_jsonable_python

from lexiconsole.durable.attempts import traceback_of
from lexiconsole.durable.codec import Codec
from lexiconsole.durable.context import INFER
from lexiconsole.durable.entry import EntryKind
from lexiconsole.errors import REJECTION, RunCancelled, StepError, ValueNotStorableError, words_of
from lexiconsole.result import Err, Ok, UnwrapError
from lexiconsole.types import Json, JsonObject, RunStatus

__all__ = ["ending_of_fault", "ending_of_value", "json_of"]


def ending_of_value(
    value: Any, undone: Sequence[str], codec: Codec, *, whole: bool = True
) -> tuple[EntryKind, JsonObject]:
    """A model returned: a plain value or `Ok` completes the run, `Err` says how it failed."""
    if isinstance(value, Err):
        return _failed(value.error, undone, codec, whole=whole)
    result = json_of(value.value if isinstance(value, Ok) else value, codec)
    return EntryKind.COMPLETED, {} if result is None else {"result": result}


def ending_of_fault(
    fault: BaseException, undone: Sequence[str], codec: Codec, *, whole: bool = True
) -> tuple[EntryKind, JsonObject]:
    """A model raised. A cancel that nobody turned into something else ends the run as cancelled."""
    if isinstance(fault, RunCancelled) and fault.reason != RunCancelled.TIMEOUT:
        data: JsonObject = {"reason": fault.reason}
        if undone:
            data["undone"] = list(undone)
        return EntryKind.CANCELLED, data
    if isinstance(fault, RunCancelled):
        error = StepError("", "the run's time is over", type="TimeoutError")
        return _failed(error, undone, codec, whole=whole)
    if isinstance(fault, UnwrapError) and isinstance(fault.__cause__, StepError):
        fault = fault.__cause__  # what went wrong is why the step failed, not that nobody looked
    return _failed(fault, undone, codec, whole=whole)


def _failed(error: Any, undone: Sequence[str], codec: Codec, *, whole: bool) -> tuple[EntryKind, JsonObject]:
    """An error may say with its `status` how the run ended; else it is undone when every compensation that ran succeeded."""
    status = getattr(error, "status", RunStatus.COMPENSATED if undone and whole else RunStatus.FAILED)
    data: JsonObject = {"error": _error_data(error, codec)}
    if status is RunStatus.CANCELLED:
        return EntryKind.CANCELLED, {"reason": str(error), **({"undone": list(undone)} if undone else {})}
    if status is RunStatus.COMPENSATED:
        return EntryKind.COMPENSATED, {**data, "undone": list(undone)}
    return EntryKind.FAILED, data


def _error_data(error: Any, codec: Codec) -> JsonObject:
    if isinstance(error, StepError):
        return {"key": error.key, **error.to_data()} if error.key else error.to_data()
    if isinstance(error, BaseException):
        data: JsonObject = {"type": _type_of(error), "message": words_of(error)}
        if error.__traceback__ is not None:
            data["traceback"] = traceback_of(error)
        return data
    value = json_of(error, codec)
    data = {"type": "Err", "message": str(error)}
    if not isinstance(value, str):
        data["value"] = value
    return data


def _type_of(error: BaseException) -> str:
    """Its class; of a model that failed because a step of it was rejected by people, that."""
    cause = getattr(error, "cause", None)
    rejected = isinstance(cause, StepError) and cause.type == REJECTION
    return REJECTION if rejected else type(error).__name__


def json_of(value: Any, codec: Codec) -> Json:
    """A run's result for people and parents: its JSON where it has one, else what pydantic makes of it, else its text."""
    try:
        return codec.encode(value, INFER, "result")
    except ValueNotStorableError:
        pass
    try:
        return codec.encode(to_jsonable_python(value, fallback=str), INFER, "result")
    except (ValueNotStorableError, ValueError, RecursionError) as fault:
        return f"(not kept: {fault})"
