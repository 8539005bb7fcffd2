"""Journals written down by hand, for the tests of views and faces."""

from __future__ import annotations

from typing import Any

from lexiconsole.durable.entry import Entry, EntryKind

T0 = 1_767_355_200.0  # 2026-01-02 12:00:00 UTC


class Script:
    """Writes entries one after the other, a tenth of a second apart unless `at` says otherwise."""

    def __init__(self, run: str = "r1", name: str = "order", input: Any = None, **created: Any) -> None:
        self.run, self.entries, self.now = run, [], T0
        data = {"definition": name, "version": 1, "input": input, **created}
        self.add(EntryKind.CREATED, by="eve", **data)

    def add(
        self, what: EntryKind, key: str = "", attempt: int = 0, *, by: str = "", after: float = 0.1, **data: Any
    ) -> Script:
        self.now += after if self.entries else 0.0
        self.entries.append(Entry(self.run, len(self.entries) + 1, round(self.now, 3), what, key, attempt, data, by))
        return self

    def done(self, key: str, result: Any = None, attempt: int = 1) -> Script:
        return self.add(EntryKind.DONE, key, attempt, **({} if result is None else {"result": result}))

    def failed(self, key: str, message: str = "no", attempt: int = 1, type: str = "RuntimeError") -> Script:
        return self.add(EntryKind.STEP_FAILED, key, attempt, error={"type": type, "message": message})

    def undone(self, key: str) -> Script:
        self.add(EntryKind.STARTED, f"undo/{key}", 1, undo=True)
        return self.done(f"undo/{key}")


def rolled_back() -> Script:
    """reserve, charge (two tries), courier fails; charge and reserve undone, newest first."""
    script = Script(input={"order": "o-91", "total": 480.0}).done("reserve", "rsv-1")
    script.add(
        EntryKind.ATTEMPT_FAILED,
        "charge",
        1,
        error={"type": "TimeoutError", "message": "slow"},
        retry_at=script.now + 2,
    )
    script.add(EntryKind.STARTED, "charge", 2, after=2.0).add(EntryKind.DONE, "charge", 2, after=0.8, result="ch-1")
    script.failed("courier", "no van")
    script.undone("charge").undone("reserve")
    error = {"type": "SagaError", "message": "courier: no van"}
    return script.add(EntryKind.COMPENSATED, error=error, undone=["charge", "reserve"])


def in_doubt() -> Script:
    script = Script().done("reserve").add(EntryKind.STARTED, "charge", 1, intent=True)
    script.add(EntryKind.OWNED, pid=12, host="here", after=5.0)
    script.add(EntryKind.DOUBTED, "charge", 1, why="the process ended while it ran")
    return script.add(EntryKind.PARKED, status="doubtful", on=["charge"])


def stuck_rollback() -> Script:
    script = Script().done("reserve").done("charge").failed("courier", "no van")
    script.add(EntryKind.STARTED, "undo/charge", 1, undo=True).failed("undo/charge", "bank is closed")
    script.undone("reserve")
    prompt = "charge could not be undone: bank is closed. How to go on?"
    script.add(EntryKind.ASKED, "repair/charge", prompt=prompt, kind="repair", form=REPAIR_FORM)
    return script.add(EntryKind.PARKED, status="doubtful", on=["repair/charge"])


REPAIR_FORM = {
    "type": "object",
    "properties": {
        "how": {"enum": ["again", "done", "skip"], "type": "string"},
        "reason": {"type": "string", "default": ""},
    },
    "required": ["how"],
}


def asking() -> Script:
    form = {
        "type": "object",
        "properties": {"approve": {"type": "boolean"}, "note": {"type": "string", "default": ""}},
        "required": ["approve"],
    }
    script = Script().done("score", 612)
    script.add(EntryKind.ASKED, "review", prompt="approve 48,000?", kind="input", form=form, due=T0 + 3600)
    return script.add(EntryKind.PARKED, status="waiting", on=["review"], wake_at=T0 + 3600)
