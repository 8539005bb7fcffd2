"""A Workspace made of canned data, so that the command line can be tested without an engine."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from pydantic import BaseModel, Field

from lexiconsole.app.identity import Identity
from lexiconsole.app.outcome import UNCHANGED, Outcome, Preview
from lexiconsole.app.sections import ConsoleSettings
from lexiconsole.app.tasks import find_task, inbox
from lexiconsole.durable.context import Progress
from lexiconsole.durable.definition import Definition, Source
from lexiconsole.durable.entry import ENDINGS, Entry, EntryKind
from lexiconsole.durable.journal import Request, RunFilter, RunRow, TaskRow
from lexiconsole.durable.outline import Outline, OutlineNode
from lexiconsole.durable.people import Nobody
from lexiconsole.errors import AmbiguousError, NotFoundError
from lexiconsole.types import ModelKind, RunStatus
from lexiconsole.views.branching import branch_lines
from lexiconsole.views.inbox import Task
from lexiconsole.views.telling import tell


class Order(BaseModel):
    order: str = Field(description="the order's number")
    total: float = Field(10.0, ge=0)


def row_of(entries: list[Entry], number: int = 1, **fields: Any) -> RunRow:
    story = tell(entries)
    known = {
        "kind": "saga",
        "version": 1,
        "digest": "",
        "fingerprint": "",
        "status": story.status,
        "created_at": story.created_at,
        "changed_at": story.changed_at,
        "by": story.by,
        "seq": story.seq,
        "error": story.error["message"] if story.error else "",
    }
    return RunRow(number, story.run_id, story.name, **{**known, **fields})


class FakeWorkspace:
    """Runs are lists of entries; `script` is what following a fresh run brings, `acts` what was asked for."""

    def __init__(self, root: Path) -> None:
        self.me, self.people = "eve", Nobody()
        self.identity = Identity(self.people)
        self.root, self.store_path = root, root / ".lexiconsole" / "store.db"
        self.journal: dict[str, list[Entry]] = {}
        self.rows: dict[str, RunRow] = {}
        self.future: list[list[Entry | Progress]] = []
        self.acts: list[Request] = []
        self.started: list[tuple[str, Any, str, bool]] = []
        self.forked: list[dict[str, Any]] = []
        self.driven: list[str] = []
        self.refuses = ""
        self.pending = False
        self.interrupted = 0
        self.listed: list[Any] = []
        self.settings = SimpleNamespace(listing=lambda: self.listed, console=ConsoleSettings())
        self.found_problems: list[Any] = []
        self.findings: list[Any] = []
        self.warned: list[Any] = []

    def put(self, entries: list[Entry], **fields: Any) -> RunRow:
        row = row_of(entries, len(self.rows) + 1, **fields)
        self.journal[row.id], self.rows[row.id] = entries, row
        return row

    def now(self) -> float:
        return time.time()

    def __enter__(self) -> FakeWorkspace:
        return self

    def __exit__(self, *error: object) -> None: ...

    # definitions

    def definitions(self) -> list[Definition]:
        steps = Outline.sequence(
            [OutlineNode("reserve"), OutlineNode("charge"), OutlineNode("courier"), OutlineNode("notify")]
        )
        model = SimpleNamespace(outline=lambda: steps)
        return [
            Definition(
                "order",
                ModelKind.SAGA,
                lambda input: model,
                input=Order,
                about="Sends an order.",
                example={"order": "o-1"},
                source=Source("definitions/order.py", 12),
            ),
            Definition(
                "nothing", ModelKind.WORKFLOW, lambda input: SimpleNamespace(outline=Outline), about="Does nothing."
            ),
        ]

    def definition(self, name: str) -> Definition:
        known = {definition.name: definition for definition in self.definitions()}
        if name not in known:
            raise NotFoundError("definition", name, known)
        return known[name]

    def problems(self) -> list[Any]:
        return self.found_problems

    # looking

    def run(self, prefix: str) -> RunRow:
        found = [row for row in self.rows.values() if row.id.startswith(prefix)]
        if not found:
            raise NotFoundError("run", prefix, self.rows)
        if len(found) > 1 and prefix not in self.rows:
            raise AmbiguousError("run", prefix, [row.id for row in found])
        return self.rows.get(prefix, found[0])

    def runs(self, which: RunFilter) -> list[RunRow]:
        rows = [row for row in self.rows.values() if not which.statuses or row.status in which.statuses]
        rows = [row for row in rows if not which.names or row.name in which.names]
        return sorted(rows, key=lambda row: -row.number)[: which.limit]

    def counts(self) -> dict[RunStatus, int]:
        return {status: sum(row.status is status for row in self.rows.values()) for status in RunStatus}

    def entries(self, run: RunRow, after: int = 0) -> list[Entry]:
        return [entry for entry in self.journal[run.id] if entry.seq > after]

    def outline(self, run: RunRow) -> Outline:
        return self.definition(run.name).outline()

    def tasks(self, run: RunRow | None = None) -> list[TaskRow]:
        entries = self.journal[run.id]
        settled = {entry.key for entry in entries if entry.kind is EntryKind.ANSWERED}
        return [
            TaskRow(run.id, run.name, entry.key, entry.seq, entry.at, None, entry.data)
            for entry in entries
            if entry.kind is EntryKind.ASKED and entry.key not in settled
        ]

    def follow(self, run: RunRow, after: int = 0, timeout: float | None = None) -> Iterator[Entry | Progress]:
        yield from self.entries(run, after)
        last = self.journal[run.id][-1].kind
        if (last in ENDINGS or last is EntryKind.PARKED) and not self.future:
            return
        for item in self.future.pop(0) if self.future else []:
            if isinstance(item, Entry):
                self.journal[run.id].append(item)
                self.rows[run.id] = row_of(self.journal[run.id], run.number)
            yield item

    # people

    def as_whom(self, name: str = "") -> str:
        return name or self.me

    def task(self, id: str, *, me: str = "") -> Task:
        return find_task(self, id, me or self.me)  # type: ignore[arg-type]

    def inbox(self, *, me: str = "", run: RunRow | None = None, **which: Any) -> list[Task]:
        return inbox(self, me or self.me, run=run, **which)  # type: ignore[arg-type]

    # acting

    def prepare(self, name: str, raw: Any) -> Any:
        return self.definition(name).validate(raw)

    def start(
        self, name: str, raw: Any, *, id: str = "", by: str = "", record_only: bool = False
    ) -> tuple[RunRow, bool]:
        self.started.append((name, raw, id, record_only))
        if id in self.rows:
            return self.rows[id], False
        created = Entry(
            id or "r1", 1, 1_767_355_200.0, EntryKind.CREATED, data={"definition": name, "input": raw}, by="eve"
        )
        return self.put([created]), True

    def drive(self, run: RunRow) -> RunRow:
        self.driven.append(run.id)
        return run

    def act(self, request: Request, *, record_only: bool = False) -> Outcome:
        self.acts.append(request)
        row = self.rows[request.run_id]
        return Outcome(not self.refuses and not self.pending, self.pending, self.refuses, row)

    def preview(self, request: Request) -> Preview:
        return Preview(f"{request.kind} {request.target} is done".replace("  ", " "), ["no longer counts: 3"], 3, "")

    def preview_fork(self, run: RunRow, at: int, **how: Any) -> Preview:
        changed = [*how.get("edits", ()), *([""] if how["input"] is not UNCHANGED else ())]
        lines = branch_lines(self.journal[run.id][:at], changed, undoes=how["compensate_origin"])
        return Preview(f"a fork of {run.id}", lines, run.seq, self.refuses)

    def fork(self, run: RunRow, at: int, **how: Any) -> RunRow:
        self.forked.append({"at": at, **how})
        entries = [entry._replace(run_id="r9") for entry in self.journal[run.id][:at]]
        return self.put(entries, origin=run.id, origin_seq=at)

    def settle(self, run: RunRow, timeout: float | None = None) -> RunRow:
        return self.rows[run.id]

    def serve(self, *, take_over: bool, stop: threading.Event, told: Callable[[Entry], None]) -> None:
        for item in self.future.pop(0) if self.future else []:
            told(item)
        stop.wait(30)

    def check(self) -> list[Any]:
        return self.findings

    def live_runs(self) -> list[Any]:
        return []

    def warnings(self, name: str) -> list[Any]:
        return self.warned

    def doctor(self, *, rebuild: bool = False) -> list[Any]:
        return self.findings

    def interrupt(self, *, at_once: bool = False) -> None:
        self.interrupted += 1
