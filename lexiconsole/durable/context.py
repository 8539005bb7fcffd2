"""Context: the narrow waist. Every model is a small async function over this protocol, driven live or replayed.

The rules a model keeps:
* durable work is started in program order and awaited alone, through `first` or through `all`;
  no asyncio tasks, no gather. A sequence that runs beside others is a `branch`.
* every key is used once in a run: `review#2` is the second visit, `undo/charge` the compensation of `charge`.
* whatever is open is awaited or dropped before the model returns.
* models catch only errors of lexiconsole.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NoReturn, Protocol, TypeVar

from lexiconsole.durable.people import People
from lexiconsole.durable.policy import ONCE, StepPolicy, StepRole
from lexiconsole.durable.question import Question
from lexiconsole.errors import StepError
from lexiconsole.result import Result
from lexiconsole.types import Instant

__all__ = ["ANY_SIGNAL", "INFER", "Chain", "Context", "Durable", "Progress", "RunInfo"]

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)
K = TypeVar("K")


class _Infer:
    def __repr__(self) -> str:
        return "INFER"


INFER: Any = _Infer()
"""For `returns=`: take the type from the callable's return annotation."""


ANY_SIGNAL = "*"
"""For `receive`: the next signal, whatever its name."""


class Durable(Protocol[T_co]):
    """Work with a place in program order; it starts at the latest at the next wait."""

    @property
    def key(self) -> str: ...

    def __await__(self) -> Any: ...


@dataclass(frozen=True, slots=True)
class RunInfo:
    """What a model may know of its run. `state` is what the last `renew` handed on, None in the first generation.

    `also_started_by` are those who started the runs this one was forked from.
    """

    id: str
    definition: str
    version: int = 1
    input: Any = None
    started_by: str = ""
    started_at: Instant = 0.0
    generation: int = 0
    state: Any = None
    also_started_by: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Progress:
    """How far something is, for whoever watches now; never stored. `total` None when it is not known."""

    key: str
    done: int
    total: int | None = None
    failed: int = 0
    text: str = ""


class Chain(Protocol):
    """Whoever decides on a subject by asking others through a context: an ApprovalChain."""

    async def judge(self, ctx: Context, subject: Any) -> Result[Any, Any]: ...


class Context(Protocol):
    """Durable operations of one run. Every key is relative to the branch it is used in."""

    @property
    def run(self) -> RunInfo: ...

    @property
    def journaled(self) -> bool:
        """False when the run lives in memory only: nobody can be asked and nothing survives the process."""
        ...

    @property
    def observed(self) -> bool:
        """Whether anybody sees its steps one by one: a journal, a store, or who listens.

        Where nobody does, what would be many steps may be one.
        """
        ...

    @property
    def people(self) -> People:
        """Who is who now. Read it only inside `choose`: a replay must find the same people."""
        ...

    @property
    def elapsed(self) -> float:
        """Seconds for which this run was at work, up to the outcome that the model goes on from; only differences count.

        Taken from the journal, so a replay finds the same. Time in which it was parked or nobody drove it is left out,
        and what came before a retry of what had ended.
        """
        ...

    def step(
        self,
        key: str,
        call: Callable[[], Any],
        *,
        policy: StepPolicy = ONCE,
        role: StepRole = StepRole.ACTION,
        returns: Any = INFER,
    ) -> Durable[Result[Any, StepError]]:
        """Does `call` and remembers its outcome. `call` takes nothing, may be async, and gives a value or a `Result`."""
        ...

    def choose(self, key: str, pick: Callable[[], Any], *, returns: Any = INFER) -> Durable[Any]:
        """Makes a decision once (a condition, a time, a random id) and remembers it, also that it raised."""
        ...

    def ask(self, key: str, question: Question) -> Durable[Any]:
        """Asks a person; gives the answer as the form's type."""
        ...

    def receive(self, key: str, name: str, *, expected: Sequence[str] = (), aside: bool = False) -> Durable[Any]:
        """Waits for the next signal of that name nobody has received yet; gives its payload. `aside`: it may come or not,
        so a run that waits for nothing else but a timer sleeps.

        With ANY_SIGNAL it takes the next one that came and gives it as `Signal`, name and payload; `expected` are the
        names that mean something now, for people who look at the run.
        """
        ...

    def sleep(self, key: str, until: Instant | datetime | timedelta) -> Durable[None]:
        """Waits, durably. A timedelta counts from the first time this is reached."""
        ...

    def child(self, key: str, definition: Any, input: Any = None) -> Durable[Result[Any, StepError]]:
        """Runs another definition (or its name) as a run of its own."""
        ...

    def approve(self, key: str, chain: Chain, subject: Any = None) -> Durable[Any]:
        """Has the chain decide on the subject, beside others; its keys are prefixed with `key/`.

        Gives a Result: `Ok(Approval)`, or `Err` of RejectedError or ApprovalError.
        """
        ...

    def branch(self, key: str, body: Callable[[], Awaitable[T]]) -> Durable[T]:
        """A sequence beside others; keys inside it are prefixed with `key/`."""
        ...

    async def first(self, waiting: Mapping[K, Durable[Any]]) -> K:
        """The name of the one that is done first; on replay the same one."""
        ...

    async def all(self, waiting: Sequence[Durable[T]]) -> list[T]:
        """Everything, in the order given."""
        ...

    def drop(self, durable: Durable[Any], reason: str) -> None:
        """Withdraws a question, timer, signal or child; a running step is drained and its result discarded."""
        ...

    def renew(self, state: Any) -> NoReturn:
        """Goes on as a new generation of the same run, with an empty journal and `run.state == state`."""
        ...

    def shielded(self) -> AbstractAsyncContextManager[None]:
        """Inside, a cancel of the run does not raise: compensation runs to its end."""
        ...

    def note(self, event: Progress) -> None:
        """Tells whoever watches now; costs no wait and is never stored."""
        ...

    def idempotency_key(self, key: str) -> str:
        """The same for every attempt at that key, over retries and crashes."""
        ...

    def patched(self, key: str) -> Mapping[str, Any]:
        """What an operator put into the model's state behind the outcome at that key; mostly nothing."""
        ...

    def now(self, key: str = "now") -> Durable[Instant]:
        """The time, remembered."""
        ...
