"""Walk: one execution of a graph. `go` is the whole of its meaning."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

from lexiconsole.durable.context import INFER, Context, Durable
from lexiconsole.durable.policy import StepPolicy
from lexiconsole.errors import HumanInputRequiredError, RunCancelled, StepError, words_of
from lexiconsole.graph.config import GraphConfig
from lexiconsole.graph.edge import open_edges
from lexiconsole.graph.error import GraphError
from lexiconsole.graph.gate import GateNode
from lexiconsole.graph.idle import Idle
from lexiconsole.graph.joining import Visit, joined
from lexiconsole.graph.node import AbstractWorkflowNode
from lexiconsole.graph.plan import Way
from lexiconsole.graph.saying import endless, stuck
from lexiconsole.graph.state import WorkflowState
from lexiconsole.graph.trail import UNKNOWN, Trail
from lexiconsole.result import Err, Ok, Result

if TYPE_CHECKING:
    from lexiconsole.graph.graph import WorkflowGraph

__all__ = ["Ended", "Visit", "Walk"]


class Ended:
    """Where a graph came to: the state its branches left, and the nodes where they ended."""

    __slots__ = ("at", "state")

    def __init__(self, state: WorkflowState, at: Sequence[str]) -> None:
        self.state, self.at = state, tuple(at)


class _Arrival:
    """A node that shall be visited, with the visits that lead to it and the numbers of the edges they came by."""

    __slots__ = ("by", "node")

    def __init__(self, node: AbstractWorkflowNode, way: int, visit: Visit) -> None:
        self.node, self.by = node, [(way, visit)]

    def came_from(self) -> list[Visit]:
        """In the order of the edges, whoever was faster."""
        if len(self.by) == 1:
            return [self.by[0][1]]
        self.by.sort(key=lambda token: (token[0], token[1].depth))
        return [visit for _, visit in self.by]


class Walk:
    """`prefix` is what the keys of a sub-workflow begin with; `seconds` how long it may run, None for no limit.

    When it is not `timed`, somebody else keeps the time and tells `too_late`.
    """

    __slots__ = (
        "arrivals", "config", "ctx", "deadline", "ends", "failures", "graph", "idle", "last", "node_timeout", "outer", "plan", "prefix",
        "seconds", "stands", "trail", "visits", "waiting",
    )  # fmt: skip

    def __init__(
        self,
        ctx: Context,
        graph: WorkflowGraph,
        config: GraphConfig,
        trail: Trail,
        *,
        prefix: str = "",
        seconds: float | None = None,
        timed: bool = True,
        outer: Walk | None = None,
    ) -> None:
        self.ctx, self.graph, self.config, self.trail, self.prefix = ctx, graph, config, trail, prefix
        self.plan = graph.plan
        self.node_timeout = config.node_timeout
        self.outer, self.seconds = outer, 0.0 if seconds is None else seconds
        self.deadline = math.inf if seconds is None or not timed else ctx.elapsed + seconds
        self.idle = Idle(self)
        self.visits: list[Visit] = []
        self.last: dict[str, Visit] = {}
        self.arrivals: list[_Arrival] = []
        self.waiting: dict[Visit, Durable[Any]] = {}
        self.stands: list[Visit] = []
        self.ends: list[Visit] = []
        self.failures: dict[str, StepError] = {}

    async def go(self, entry: str, state: WorkflowState) -> Result[Ended, GraphError | HumanInputRequiredError]:
        """Visits what can be visited, takes what is done first, merges what it gave, and follows the edges from there."""
        node = self.graph.nodes[entry]
        self.arrivals.append(_Arrival(node, -1, Visit(node, state)))
        while True:
            while (arrival := self._next()) is not None:
                await self._enter(arrival)
            if not self.waiting:
                return self._ended()
            visit = await self._first()
            await self._leave(visit, self.waiting.pop(visit))

    # who may be visited now

    def _next(self) -> _Arrival | None:
        """The next node that may start: there is room, it is not running, and nobody upstream of it is under way."""
        arrivals = self.arrivals
        if not arrivals or self.failures:
            return None
        idle = not self.waiting and not self.stands
        if idle and len(arrivals) == 1:
            return arrivals.pop()
        if not idle and not self._has_room():
            return None
        for place, arrival in enumerate(arrivals):
            if self._may_start(arrival):
                del arrivals[place]
                return arrival
        return None

    def _has_room(self) -> bool:
        if not self.config.parallel_branches:
            return False
        running = sum(not visit.node.is_waiting for visit in self.waiting)
        return running < self.config.max_parallel_branches

    def _may_start(self, arrival: _Arrival) -> bool:
        name = arrival.node.name
        under_way = (*self.waiting, *self.stands)
        if any(visit.name == name for visit in under_way):
            return False
        upstream = self.plan.upstream.get(name, 0)
        if not upstream:
            return True
        bits = self.plan.bits
        names = [visit.name for visit in under_way]
        names += [other.node.name for other in self.arrivals if other is not arrival]
        return not any(upstream & bits[name] for name in names)

    # a visit

    async def _enter(self, arrival: _Arrival) -> None:
        """Begins a visit with the state in which its branches meet."""
        node, number = arrival.node, 1
        came_from = arrival.came_from()
        before = self.last.get(node.name)
        if before is not None:
            number = before.number + 1
            if not any(visit.past & (1 << before.index) for visit in came_from):
                came_from.insert(0, before)  # a node's second visit knows what its first one did
            if number > self.config.max_iterations:
                said = endless(node.name, self.config.max_iterations, self.plan.loop(node.name))
                self._fail(node.name, StepError(self.prefix + node.name, said, type="EndlessLoop"))
                return
        try:
            state, past = joined(came_from, self.visits, self.plan.numbers)
        except Exception as fault:
            self._fail(node.name if number == 1 else f"{node.name}#{number}", _error(self.prefix + node.name, fault))
            return
        visit = Visit(node, state, came_from, len(self.visits), number, past)
        self.visits.append(visit)
        self.last[node.name] = visit
        known = UNKNOWN if self.trail.is_new else self.trail.known(self.prefix + visit.key, node.returns)
        if known is not UNKNOWN:
            await self._take(visit, known)
        elif self.over:
            self._fail(visit.key, self._late(visit.key))
        else:
            if node.due is not None and self.ctx.journaled:
                visit.asked_at = await self.ctx.now(f"{visit.key}/asked")
            self._begin(visit)

    def _begin(self, visit: Visit) -> None:
        try:
            durable = visit.node.begin(self, visit)
        except Exception as fault:
            self._fail(visit.key, _error(self.prefix + visit.key, fault))
            return
        if durable is not None:
            self.waiting[visit] = durable

    async def _first(self) -> Visit:
        """What is done first. Time in which only people are waited for does not count."""
        waiting = self.waiting
        if self.deadline < math.inf:
            with self.idle:
                return await self.ctx.first(waiting)
        return next(iter(waiting)) if len(waiting) == 1 else await self.ctx.first(waiting)

    async def _leave(self, visit: Visit, durable: Durable[Any]) -> None:
        """Takes what the visit came to."""
        try:
            outcome = await durable
        except StepError as error:
            outcome = Err(error)
        if type(outcome) is not Err:
            await self._take(visit, outcome.value if type(outcome) is Ok else outcome)
        elif isinstance(outcome.error, HumanInputRequiredError):
            self.stands.append(visit)
        elif self.over:
            self._fail(visit.key, self._late(visit.key))
        else:
            cause = outcome.error.cause if isinstance(outcome.error, GraphError) else outcome.error
            self._fail(visit.key, cause if isinstance(cause, StepError) else _error(self.prefix + visit.key, cause))

    async def _take(self, visit: Visit, value: Any) -> None:
        """Remembers what it gave, puts it into the state, and follows the edges that are open."""
        plan, trail = self.plan, self.trail
        full = self.prefix + visit.key if self.prefix else visit.key
        trail.outcomes[full] = value
        trail.path.append(full)
        try:
            visit.give(value)
            if self.ctx.journaled and (patch := self.ctx.patched(visit.key)):
                visit.change(patch)
            ways = await self._open(visit, value) if visit.name in plan.decides else plan.ways[visit.name]
            if trail.save is not None:
                await trail.save()
        except RunCancelled:
            raise
        except Exception as fault:
            self._fail(visit.key, _error(full, fault))
            return
        if ways:
            self._follow(visit, ways)
        elif plan.ways[visit.name] and visit.name not in self.graph.terminals:
            self._fail(visit.key, StepError(full, stuck(visit.name, plan.ways[visit.name]), type="NoWayOn"))
        else:
            self.ends.append(visit)

    # which way it goes on

    async def _open(self, visit: Visit, value: Any) -> Sequence[Way]:
        """The edges that are open now: as a gate decided, or as the conditions of the edges say."""
        node, ways = visit.node, self.plan.ways[visit.name]
        if isinstance(node, GateNode):
            return node.chosen(value, ways)
        key = f"{visit.key}/next"
        targets = self.trail.known(self.prefix + key, INFER)
        if targets is UNKNOWN:
            targets = await self.ctx.choose(key, partial(open_edges, ways, visit.after))
        self.trail.outcomes[self.prefix + key] = targets
        return [way for way in ways if way.target in targets]

    def _follow(self, visit: Visit, ways: Sequence[Way]) -> None:
        """What was begun goes on before something else begins. At a join those that arrive wait for one visit together."""
        if not self.arrivals and len(ways) == 1:
            self.arrivals.append(_Arrival(self.graph.nodes[ways[0].target], ways[0].number, visit))
            return
        new: list[_Arrival] = []
        for way in ways:
            expected = [place for place, arrival in enumerate(self.arrivals) if arrival.node.name == way.target]
            if not expected:
                new.append(_Arrival(self.graph.nodes[way.target], way.number, visit))
            elif way.target in self.plan.upstream:
                self.arrivals[expected[0]].by.append((way.number, visit))
            else:
                self.arrivals.insert(expected[-1] + 1, _Arrival(self.graph.nodes[way.target], way.number, visit))
        self.arrivals[0:0] = new

    # how it ends

    def _fail(self, key: str, error: StepError) -> None:
        """Nothing more begins. What runs is waited for; whoever waits for somebody outside is let go."""
        self.failures[self.prefix + key] = error
        for visit in [visit for visit in self.waiting if visit.node.is_let_go]:
            self.ctx.drop(self.waiting.pop(visit), f"{key} failed")

    def _ended(self) -> Result[Ended, GraphError | HumanInputRequiredError]:
        if self.failures:
            return Err(GraphError(self.graph.name, self.failures, self._so_far()))
        if self.stands:
            key, prompt = next(iter(self.trail.waiting.items()))
            return Err(HumanInputRequiredError(key, prompt))
        ends = sorted(self.ends, key=lambda visit: (self.plan.numbers[visit.name], visit.number))
        try:
            state, _ = joined(ends, self.visits, self.plan.numbers)
        except Exception as fault:
            return Err(GraphError(self.graph.name, {ends[-1].key: _error(self.prefix + ends[-1].key, fault)}, {}))
        return Ok(Ended(state, [self.prefix + visit.key for visit in ends]))

    # what nodes ask of it

    def stand_at(self, visit: Visit, prompt: str) -> None:
        """A person is needed, and nobody can be asked here: the graph stops when everything else has ended."""
        self.stands.append(visit)
        self.trail.waiting[self.prefix + visit.key] = prompt

    def terms(self, policy: StepPolicy) -> StepPolicy:
        """The policy with no more time than is left."""
        if self.deadline == math.inf and self.outer is None:
            return policy
        left = max(0.001, self.left)
        return policy if policy.timeout is not None and policy.timeout <= left else replace(policy, timeout=left)

    def inside(self, graph: WorkflowGraph, config: GraphConfig, key: str) -> Walk:
        """The walk of a sub-workflow: the same context and trail, its own limits, and no more time than is left here."""
        left = min(self.left, math.inf if config.total_timeout is None else config.total_timeout)
        seconds = max(0.001, left) if left < math.inf else None
        return Walk(self.ctx, graph, config, self.trail, prefix=f"{self.prefix}{key}/", seconds=seconds, outer=self)

    @property
    def left(self) -> float:
        """Seconds, also of the time that is left to what it is in."""
        own = math.inf if self.deadline == math.inf else self.deadline - self.ctx.elapsed
        return own if self.outer is None else min(own, self.outer.left)

    @property
    def over(self) -> bool:
        return (self.deadline < math.inf or self.outer is not None) and self.left <= 0

    def too_late(self) -> GraphError:
        """Its time ran out while these were running."""
        late = {self.prefix + visit.key: self._late(visit.key) for visit in self.waiting}
        return GraphError(self.graph.name, late or {self.graph.entry: self._late(self.graph.entry)}, self._so_far())

    def _so_far(self) -> WorkflowState | dict[str, Any]:
        return self.visits[-1].after if self.visits else {}

    def _late(self, key: str) -> StepError:
        said = f"the {self.seconds:g} s that {self.graph.name} had were over"
        return StepError(self.prefix + key, said, type="TimeoutError", unknown=True)


def _error(key: str, fault: Any) -> StepError:
    if isinstance(fault, StepError):
        return fault
    if not isinstance(fault, BaseException):
        return StepError(key, str(fault))
    error = StepError(key, words_of(fault), type=type(fault).__name__)
    error.__cause__ = fault
    return error
