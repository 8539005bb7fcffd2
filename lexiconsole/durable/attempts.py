"""One attempt of one step: calling it, giving it time, and telling a failure from an outcome nobody knows."""

from __future__ import annotations

import asyncio
import inspect
import os
import traceback
import types
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple, Protocol

from lexiconsole.durable.host import Host
from lexiconsole.durable.limit import OutOfTime, within
from lexiconsole.durable.step import RunningStep, in_step
from lexiconsole.durable.threads import let_go
from lexiconsole.errors import StepError, UnknownOutcomeError
from lexiconsole.result import Err
from lexiconsole.types import Json

__all__ = ["Failure", "attempt", "describe", "is_async", "traceback_of"]

_PACKAGE = Path(__file__).parents[1]
_OURS = f"{_PACKAGE}{os.sep}"  # not what another package of a longer name has beside it
_CATALOGUE = str(_PACKAGE / "_definitions")  # these come with us, but are definitions like a user's


class Failure(NamedTuple):  # made for each try that fails, in a fifth of the time that a frozen dataclass takes
    """An attempt that did not succeed. `cause` is the exception, or what the step put into its `Err`."""

    cause: Any
    returned: bool = False
    unknown: bool = False
    final: bool = False
    lingering: asyncio.Future[Any] | None = None
    """The thread that still runs although its time was up."""


class Tried(RunningStep, Protocol):
    """A step as an attempt at it sees it. `interrupted` is set when its time after a cancel of the run was up."""

    running: bool
    interrupted: bool

    def cut_off(self, why: asyncio.CancelledError) -> Failure:
        """What a cancellation comes to that left the call; raises it when it is meant for the whole run."""
        ...

    def survived(self, got: Any) -> Any:
        """What comes of a call that made something else of the interruption."""
        ...


async def attempt(step: Tried, call: Callable[[], Any], timeout: float | None, host: Host) -> Any:
    """The call's value (a returned `Ok` as it is), or a Failure. Cancellation of the run passes through."""
    step.running = True
    token = in_step.set(step)
    try:
        if timeout is None:
            value = call() if is_async(call) else host.call(call)
            while type(value) is types.CoroutineType or hasattr(value, "__await__"):
                value = await value
        elif is_async(call):
            value = await within(timeout, call())
        else:
            value = await _in_thread(call, timeout, host)
    except asyncio.CancelledError as why:
        return step.cut_off(why)
    except GeneratorExit:
        raise
    except OutOfTime as late:
        own = isinstance(late.cause, TimeoutError)
        value = _failed(TimeoutError(f"no answer within {timeout:g} s") if own else late.cause, host, unknown=True)
    except UnknownOutcomeError as fault:
        value = _failed(fault, host, unknown=True)
    except BaseException as fault:
        value = _failed(fault, host)
    finally:
        step.running = False
        try:  # noqa: SIM105 - the way of every step; `suppress` costs more than the reset
            in_step.reset(token)
        except ValueError:
            pass  # it would not end, was left behind, and is taken down in some other context
    if type(value) is Err:
        value = Failure(value.error, returned=True, unknown=isinstance(value.error, UnknownOutcomeError))
    try:
        return step.survived(value) if step.interrupted else value
    finally:
        del step, value  # a traceback may keep this frame, and it would keep the fault that has the traceback


def _failed(fault: BaseException, host: Host, *, unknown: bool = False) -> Failure:
    """SystemExit and its like are failures too, for a step must not end the engine."""
    if not isinstance(fault, (Exception, SystemExit)) and not host.journaled:
        raise fault  # in memory there is no engine between a script and its own Ctrl-C
    caught_in = fault.__traceback__
    if caught_in is not None and caught_in.tb_next is not None:
        fault.__traceback__ = caught_in.tb_next  # what the user wrote; the frame that caught it ends with the attempt
    return Failure(fault, False, unknown)


async def _in_thread(call: Callable[[], Any], timeout: float, host: Host) -> Any:
    """A thread can not be stopped: when its time is up, the failure carries it along and the next attempt waits for it."""
    running = host.call_in_thread(call)
    try:
        done, _ = await asyncio.wait({running}, timeout=timeout)
    except asyncio.CancelledError:
        running.cancel()
        raise
    if not done:
        running.add_done_callback(_seen)
        return Failure(TimeoutError(f"no answer within {timeout:g} s"), unknown=True, lingering=running)
    value = running.result()
    return await within(timeout, _awaited(value)) if hasattr(value, "__await__") else value  # a lambda makes coroutines


async def _awaited(value: Any) -> Any:
    return await value


def _seen(running: asyncio.Future[Any]) -> None:
    if not running.cancelled() and running.exception() is None:
        let_go(running.result())


def is_async(call: Callable[..., Any]) -> bool:
    """Whether calling it only makes an awaitable, so that it may be called on the event loop."""
    if type(call) is types.FunctionType:
        return bool(call.__code__.co_flags & inspect.CO_COROUTINE)
    while isinstance(call, partial):
        call = call.func
    function = getattr(call, "__func__", call)
    if isinstance(function, types.FunctionType):
        return bool(function.__code__.co_flags & inspect.CO_COROUTINE)
    return inspect.iscoroutinefunction(type(call).__call__)


def describe(key: str, failure: Failure, attempts: int, *, unknown: bool, with_traceback: bool) -> StepError:
    """The failure as the plain data that an entry keeps and a model gets."""
    cause = failure.cause
    if not isinstance(cause, BaseException):
        return StepError(key, str(cause), value=_plain(cause), attempts=attempts, unknown=unknown)
    if isinstance(cause, StepError):
        return StepError(
            key,
            cause.message,
            type=cause.type,
            value=cause.value,
            attempts=attempts,
            unknown=unknown,
            traceback=cause.traceback,
        )
    error = StepError.raised(key, cause, attempts, unknown=unknown)
    if isinstance(cause, SystemExit):
        error.message = f"the step ended the program with {cause.code!r}"
    if with_traceback and not failure.returned and cause.__traceback__:
        error.traceback = traceback_of(cause)
    return error


def _plain(value: Any) -> Json:
    """What of an `Err` value JSON can carry; its text stands in the message in any case."""
    kind = type(value)
    if kind in (bool, int, str, type(None)):
        return None if kind is str else value
    if kind is dict and all(type(k) is str for k in value):
        return {k: _plain(v) if type(v) is not str else v for k, v in value.items()}
    if kind in (list, tuple):
        return [_plain(v) if type(v) is not str else v for v in value]
    return None


def traceback_of(fault: BaseException) -> str:
    """The lines of the user's own code and what it called; our frames in front of them say nothing."""
    frames = traceback.TracebackException.from_exception(fault, capture_locals=False)
    kept = [
        frame for frame in frames.stack if not frame.filename.startswith(_OURS) or frame.filename.startswith(_CATALOGUE)
    ]
    if kept:
        frames.stack = traceback.StackSummary.from_list(kept)
    text = "".join(frames.format()).rstrip()
    return text if len(text) <= 8000 else text[:2000] + "\n…\n" + text[-6000:]
