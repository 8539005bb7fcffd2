"""Child: durable work that is a run of its own, made once and heard of when it ends."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lexiconsole.durable.entry import Entry, EntryKind
from lexiconsole.durable.work import Work, step_error
from lexiconsole.errors import NotOwnedError, RefusedError, RunCancelled, StepError, UsageError, ValueNotStorableError
from lexiconsole.result import Err, Ok
from lexiconsole.types import JsonObject, RunStatus

if TYPE_CHECKING:
    from lexiconsole.durable.live import LiveContext

__all__ = ["Child", "came_to_nothing"]


class Child(Work):
    __slots__ = ("definition", "id", "input")

    word = "a child run"
    settled_by = frozenset({EntryKind.CHILD_ENDED})
    opened_by = EntryKind.CHILD_STARTED

    def __init__(self, ctx: LiveContext, key: str, definition: Any, input: Any) -> None:
        super().__init__(ctx, key)
        self.definition, self.input = definition, input
        self.id = ctx.child_id(key)

    def begin(self) -> None:
        self.spawn(self._run() if self.ctx.journaled else self._run_in_memory())

    async def _run(self) -> None:
        self.busy = True
        name = self.definition if isinstance(self.definition, str) else self.ctx.definition_name(self.definition)
        if not self.ctx.already_open(self):
            await self.ctx.record(EntryKind.CHILD_STARTED, self.key, {"run": self.id, "definition": name})
        try:
            await self.ctx.host.child(self.id, self.key, self.definition, self.input)
        except (UsageError, RefusedError, ValueNotStorableError) as fault:
            if isinstance(fault, NotOwnedError):
                raise
            error = step_error(self.key, fault).to_data()
            data: JsonObject = {"run": self.id, "status": RunStatus.FAILED.value, "error": error}
            await self.ctx.commit_outcome(self, EntryKind.CHILD_ENDED, data)
            return
        self.busy = False
        if self.dropped or self.ctx.no_more_attempts(self):  # it was withdrawn while it was being made
            self.ctx.host.withdraw_child(self.id, "its parent does not need it any more")
        self.ctx.check_blocked()

    def stop(self) -> None:
        """Half a child is not left behind: its making goes on to the end, and then it is withdrawn."""
        if not self.busy or self.ctx.closed:
            super().stop()

    async def _run_in_memory(self) -> None:
        try:
            self.value = await self.ctx.child_in_memory(self)
        except Exception as fault:
            self.value = Err(step_error(self.key, fault))
        self.ctx.settled(self)

    def settle(self, entry: Entry) -> None:
        data = entry.data
        if "error" in data:
            self.value = Err(StepError.from_data(self.key, data["error"]))  # type: ignore[arg-type]
        elif came_to_nothing(entry):
            why = f": {data['reason']}" if data.get("reason") else ""
            self.value = Err(StepError(self.key, f"the child run {data['run']} was cancelled{why}", type=_CANCELLED))
        else:
            self.value = Ok(data.get("result"))


_CANCELLED = RunCancelled.__name__


def came_to_nothing(outcome: Entry) -> bool:
    """Whether an outcome brings no result: an error, or a child that was cancelled. An edit may bring one after all."""
    data = outcome.data
    return "error" in data or (data.get("status") == RunStatus.CANCELLED and "result" not in data)
