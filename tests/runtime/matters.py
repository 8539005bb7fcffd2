"""What a world of the explorer may be about beside the usual: people who vote on chains, operators who edit runs at rest.

Each has runs of its own, hands of its own that reach for them, and things that must be so at the end. Without one a seed goes the
same way as ever.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from lexiconsole.approval import ApprovalChain, ApprovalLevel, ApprovalStep
from lexiconsole.durable.definition import Definition
from lexiconsole.durable.entry import ACTS, Entry, EntryKind
from lexiconsole.durable.history import History
from lexiconsole.durable.journal import TASK_ACTS, Request, RequestKind, RunRow, TaskRow
from lexiconsole.durable.question import OnDue
from lexiconsole.graph import HumanNode, WorkflowBuilder
from lexiconsole.types import ModelKind, RunStatus
from tests.people import Staff
from tests.runtime.workloads import Bench

if TYPE_CHECKING:
    from tests.runtime.explorer import Process

__all__ = ["MATTERS", "Matter"]

STAFF = {
    "ana": ["employee", "manager", "director"],
    "mia": ["manager"],
    "max": ["manager"],
    "bob": ["director"],
    "cid": ["director"],
    "dot": ["director"],
    "zed": ["auditor"],
}
"""`ana` begins everything, so she has no say in it."""


@dataclass(frozen=True)
class Matter:
    """`definitions` are begun as often as all the usual ones together; `asks` makes a request of a run, `wrong` looks at its end."""

    definitions: Callable[[Bench], list[Definition]]
    asks: Callable[[Process, RunRow, Sequence[TaskRow]], Request]
    wrong: Callable[[RunRow, Sequence[Entry]], Iterator[str]]
    people: Staff | None = None
    by: str = ""


# votes


def _chains(bench: Bench) -> list[Definition]:
    async def fits() -> bool:
        await bench.step(0.05)()
        return True

    def claim(_: Any) -> ApprovalChain:
        board = ApprovalLevel("board", who=["role:director"], policy=2, back_to="manager")
        return ApprovalChain([ApprovalLevel("manager", who=["role:manager"], policy="any"), board], name="claim")

    def haste(_: Any) -> ApprovalChain:
        late = {"due": 2.0, "on_due": OnDue.ESCALATE, "escalate_to": ["role:auditor"]}
        check = ApprovalStep("fits", fits)
        board = ApprovalLevel("board", [check], who=["role:director"], policy="majority", **late)  # type: ignore[arg-type]
        return ApprovalChain([board], name="haste")

    def tender(_: Any) -> ApprovalChain:
        board = ApprovalLevel("board", who=["role:director"], policy="all", due=1.0, on_due=OnDue.FAIL)
        return ApprovalChain([board], name="tender")

    return [Definition(make.__name__, ModelKind.CHAIN, make, input=Any) for make in (claim, haste, tender)]


def _vote(process: Process, row: RunRow, tasks: Sequence[TaskRow]) -> Request:
    chance = process.world.chance
    task = chance.choice(tasks) if tasks else None
    target = task.key if task is not None else "board"
    kind = chance.choice((*[RequestKind.VOTE] * 8, *sorted(TASK_ACTS)))
    by = chance.choice(sorted(STAFF))
    data: dict[str, Any] = {}
    match kind:
        case RequestKind.VOTE:
            data["verdict"] = chance.choice(("approve", "approve", "reject"))
        case RequestKind.DELEGATE:
            data["to"] = chance.choice(sorted(STAFF))
        case RequestKind.ASK_INFO:
            data["question"] = "why?"
        case RequestKind.ANSWER:
            data["value"] = "because"
        case _:
            pass
    if task is not None and chance.random() < 0.5:
        data["asked"] = task.seq
    return Request(row.id, kind, target, data, by=by)


def _miscounted(row: RunRow, entries: Sequence[Entry]) -> Iterator[str]:
    """Acts are about open questions, each vote counts once, and what a level came to follows from them."""
    voided = History.of(entries, copied=row.origin_seq).voided
    asked: dict[str, Entry] = {}
    votes: dict[str, list[tuple[str, str]]] = {}
    for entry in entries:
        mine = entry.seq > row.origin_seq  # votes were cast on what the origin showed
        if entry.seq in voided or (entry.kind in ACTS and not mine):
            continue
        if entry.kind is EntryKind.ASKED:
            ballot: Any = entry.data.get("ballot", {})
            asked[entry.key], votes[entry.key] = entry, _votes_in(ballot.get("floor", {}))
        elif entry.kind in ACTS and entry.key not in asked:
            yield f"entry {entry.seq} ({entry.kind} {entry.key}) is about no question that is open"
        elif entry.kind is EntryKind.VOTED:
            votes[entry.key].append((entry.by, str(entry.data["verdict"])))
        elif entry.kind in (EntryKind.ANSWERED, EntryKind.DROPPED) and entry.key in asked:
            question = asked.pop(entry.key)
            if mine and entry.kind is EntryKind.ANSWERED and "ballot" in question.data:
                yield from _misjudged(question, entry, votes.pop(entry.key))


def _misjudged(asked: Entry, answered: Entry, votes: list[tuple[str, str]]) -> Iterator[str]:
    if "verdict" in answered.data:
        votes.append((answered.by, str(answered.data["verdict"])))
    ballot: Any = asked.data["ballot"]
    value: Any = answered.data["value"]
    if (said := _votes_in(value)) != votes:
        yield f"entry {answered.seq} counts {said}, but these were cast: {votes}"
    stand = dict(votes)
    approved = [by for by, verdict in stand.items() if verdict == "approve"]
    if value["outcome"] == "approved" and len(approved) < ballot["needed"]:
        yield f"entry {answered.seq} approves {asked.key} by {approved}"
    if barred := set(ballot.get("barred", ())) & set(stand):
        yield f"{barred} voted at {asked.key}"


def _votes_in(data: dict[str, Any]) -> list[tuple[str, str]]:
    return [(vote.get("by") or vote["seat"], vote["verdict"]) for vote in data.get("votes", ())]


# edits


def _graphs(bench: Bench) -> list[Definition]:
    def node(seconds: float, **output: Any) -> Callable[[Any], Any]:
        work = bench.step(seconds)

        async def visit(state: Any) -> Any:
            await work()
            return output

        return visit

    def graph(_: Any) -> Any:
        builder = WorkflowBuilder().add_node("take", node(0.05, x=0)).add_node(HumanNode("q"))
        builder.add_node("left", node(0.1, l=1)).add_node("right", node(0.3, r=1)).add_node(HumanNode("q2"))
        builder.add_node("end", node(0.01, e=1))
        for pair in ("take q", "q left", "q right", "left q2", "right q2", "q2 end"):
            builder.add_edge(*pair.split())
        return builder.build()

    return [Definition("graph", ModelKind.GRAPH, graph, input=Any)]


def _edit(process: Process, row: RunRow, tasks: Sequence[TaskRow]) -> Request:
    chance = process.world.chance
    number = chance.randrange(1_000_000)
    expects = row.seq if chance.random() < 0.3 else None
    if row.name == "graph" and chance.random() < 0.8:
        target = chance.choice(("", "take", "q", "left", "right", "q2"))
        patch = {f"n{number}": number} | ({f"behind {target}": number} if target else {})
        return Request(row.id, RequestKind.EDIT, target, {"patch": patch}, by="ana", expects=expects)
    target = chance.choice(("", "a", "b", "s", "s0", "try", "again", "pay", "r", "q", "take"))
    value = {"edited": number} if target in ("", "q", "take") else "edited"
    return Request(row.id, RequestKind.EDIT, target, {"value": value}, by="ana", expects=expects)


def _lost(row: RunRow, entries: Sequence[Entry]) -> Iterator[str]:
    """A graph that came to its end holds what was patched, and where it was patched twice the later."""
    if row.name != "graph" or row.status is not RunStatus.COMPLETED:
        return
    voided = History.of(entries, copied=row.origin_seq).voided
    wanted: dict[str, Any] = {}
    for entry in entries:
        if entry.kind is EntryKind.EDITED and "patch" in entry.data and entry.seq not in voided:
            wanted |= entry.data["patch"]  # type: ignore[arg-type]
    state: Any = entries[-1].data["result"]
    for name, value in wanted.items():
        if state.get(name) != value:
            yield f"{name} was patched to {value}, and is {state.get(name)} at the end"


MATTERS = {
    "votes": Matter(_chains, _vote, _miscounted, Staff(STAFF), "ana"),
    "edits": Matter(_graphs, _edit, _lost),
}
