"""Trying a journal against a definition without running anything: would it fit, and what would nobody ask for any more."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from lexiconsole.durable.clock import Clock
from lexiconsole.durable.codec import Codec
from lexiconsole.durable.context import Progress, RunInfo
from lexiconsole.durable.definition import Definition
from lexiconsole.durable.entry import Entry
from lexiconsole.durable.history import History
from lexiconsole.durable.host import StartWatch
from lexiconsole.durable.journal import RunRow
from lexiconsole.durable.live import Exhausted, LiveContext, Renewed
from lexiconsole.durable.people import Nobody, People
from lexiconsole.durable.work import Work
from lexiconsole.errors import InvalidInputError, RefusedError, ReplayMismatchError
from lexiconsole.runtime.origin import begun_keys, effects_of_origin, starters

__all__ = ["Trial", "as_it_stands", "try_replay"]


@dataclass(frozen=True, slots=True)
class Trial:
    """What a dry replay found. `asked` are the keys the model asked for; `mismatch` tells where it does not fit."""

    asked: frozenset[str]
    mismatch: ReplayMismatchError | None = None
    waiting: tuple[Work, ...] = ()
    """What was open where it stopped."""
    stopped_at: int = 0
    """The seq of the entry that it did not go beyond, 0 at the end of the journal."""


async def try_replay(
    definition: Definition,
    row: RunRow,
    entries: Sequence[Entry],
    *,
    clock: Clock,
    codec: Codec,
    also_void: frozenset[int] = frozenset(),
    lenient: bool = False,
) -> Trial:
    """Replays up to the first address without an outcome. No step, decision or hook of the definition is called."""
    history = History.of(entries, also_void=also_void, copied=row.origin_seq)
    ctx, mismatch = await _replay(definition, row, entries, history, _DryHost(clock, codec), lenient=lenient)
    at = max(ctx.delivered - 1, 0) if mismatch is not None else len(history.events)
    left = history.events[at:]
    return Trial(ctx.asked, mismatch, tuple(ctx.open.values()), left[0].seq if left else 0)


async def as_it_stands(
    definition: Definition, row: RunRow, entries: Sequence[Entry], *, clock: Clock, codec: Codec, people: People
) -> LiveContext:
    """The context of a run at rest, as whoever takes it up would find it. Nothing is begun and nothing can be written.

    Raises RefusedError with both sides when the definition does not fit the journal.
    """
    history = History.of(entries, copied=row.origin_seq)
    host = _DryHost(clock, codec)
    host.people = people
    ctx, mismatch = await _replay(definition, row, entries, history, host, lenient=False)
    if mismatch is not None:
        raise RefusedError(str(mismatch)) from mismatch
    for work in ctx.standing:
        work.look_back()
    return ctx


async def _replay(
    definition: Definition, row: RunRow, entries: Sequence[Entry], history: History, host: _DryHost, *, lenient: bool
) -> tuple[LiveContext, ReplayMismatchError | None]:
    try:
        given = definition.validate(history.input)
        model = definition.build(given)
    except Exception as fault:
        reason = fault if isinstance(fault, InvalidInputError) else f"{type(fault).__name__}: {fault}"
        raise RefusedError(f"{definition.name} can not be built for the run's input: {reason}") from fault
    created = entries[0]
    info = RunInfo(
        id=row.id,
        definition=definition.name,
        version=definition.version,
        input=given,
        started_by=created.by,
        started_at=created.at,
        also_started_by=starters(created),
        generation=history.generation,
        state=history.state,
    )
    inherited, begun = effects_of_origin(created, entries), begun_keys(created, entries)
    ctx = LiveContext(info, host, history, dry=True, lenient=lenient, inherited=inherited, begun=begun)
    mismatch: ReplayMismatchError | None = None

    async def drive() -> None:
        nonlocal mismatch
        try:
            await ctx.drive(model.drive)
        except ReplayMismatchError as fault:
            mismatch = fault
        except (Exhausted, Renewed):
            pass
        except Exception:  # noqa: S110 - the model ended; how does not matter here
            pass

    await asyncio.get_running_loop().create_task(drive())
    return ctx, mismatch


class _DryHost:
    """A host in which nothing can happen."""

    journaled = True

    def __init__(self, clock: Clock, codec: Codec) -> None:
        self.clock, self.codec, self.chance = clock, codec, random.Random(0)
        self.people: People = Nobody()

    def record(self, entries: Sequence[Entry]) -> asyncio.Future[None]:
        return asyncio.get_running_loop().create_future()

    def call(self, function: Callable[[], Any]) -> Any:
        raise AssertionError("a dry replay calls nothing")

    def call_in_thread(self, function: Callable[[], Any]) -> asyncio.Future[Any]:
        raise AssertionError("a dry replay calls nothing")

    def watch_start(self, step: StartWatch) -> None: ...

    async def before_step(self) -> None: ...

    def needs_check(self) -> bool:
        return False

    async def acts_known(self) -> None: ...

    async def child(self, id: str, key: str, definition: Any, input: Any) -> str:
        raise AssertionError("a dry replay starts nothing")

    def withdraw_child(self, id: str, reason: str) -> None: ...

    def note(self, event: Progress) -> None: ...

    def blocked(self) -> None: ...
