"""The fold behind a picture: entries in one by one, states of nodes and the token's hops out."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from copy import copy
from dataclasses import dataclass, field, replace
from typing import TypeAlias

from lexiconsole.durable.entry import Entry, EntryKind
from lexiconsole.durable.migrated import names_of_now, outline_of_now
from lexiconsole.durable.outline import EdgeKind, NodeKind, Outline, OutlineEdge, OutlineNode
from lexiconsole.types import RunStatus
from lexiconsole.views.bulk_node import of_bulk
from lexiconsole.views.flat import flat, shown, without_seats
from lexiconsole.views.inside import LOUD, begin_of, from_inside, loudest, silent
from lexiconsole.views.key_parts import bare
from lexiconsole.views.node_text import node_text
from lexiconsole.views.picture import BACK, Hop, NodeView, Picture
from lexiconsole.views.safe import harmless
from lexiconsole.views.story import Row, RowKind, Story
from lexiconsole.views.telling import Telling
from lexiconsole.views.words import StepState

__all__ = ["Picturing", "picture"]


@dataclass(slots=True)
class _Place:
    """What is known of one node: the visits it had, the key of the row that speaks for it, and what is inside it."""

    visits: list[str] = field(default_factory=list)
    began: list[int] = field(default_factory=list)  # the seq at which each visit began
    ended: int = 0  # the seq at which the last visit was over, 0 while it is not
    rows: list[str] = field(default_factory=list)  # of the current visit, without a node of their own
    inner: dict[str, StepState] = field(default_factory=dict)

    def branch(self) -> _Place:
        return _Place(list(self.visits), list(self.began), self.ended, list(self.rows), dict(self.inner))


_Shows: TypeAlias = tuple[OutlineNode, Row | None, list[Row], dict[str, StepState], int]
"""What a plain node's view is made of: the node, its row, those inside it and how each stood, how often it was come to."""


class Picturing:
    """A picture that grows by one entry at a time; entries in the order of their seq."""

    def __init__(self, outline: Outline) -> None:
        self._grows = not outline.nodes  # known only from what the run shows
        self._telling = Telling()
        self._defined = outline
        self._draw(flat(outline))
        self._hops: list[Hop] = []
        self._machine_at = ""
        self._carried: dict[str, NodeView] = {}
        self._plain: dict[str, tuple[_Shows, NodeView]] = {}  # what nothing else but its rows speaks for

    def _draw(self, outline: Outline) -> None:
        self._outline = outline
        self._nodes = {node.key: node for node in outline.nodes}
        self._into: dict[str, list[tuple[int, OutlineEdge]]] = defaultdict(list)
        self._from: dict[str, list[tuple[int, OutlineEdge]]] = defaultdict(list)
        for number, edge in enumerate(outline.edges):
            self._into[edge.target].append((number, edge))
            self._from[edge.source].append((number, edge))
        self._places: dict[str, _Place] = {key: _Place() for key in self._nodes}
        self._silent = silent(outline)
        self._is_machine = any(node.kind is NodeKind.STATE for node in outline.nodes) and not self._grows

    def add(self, entry: Entry) -> None:
        """Takes the entry in; one seen before is ignored."""
        if entry.seq <= self._telling.seq:
            return
        if not self._telling.seq and without_seats(self._defined) is not self._defined:
            self._draw(flat(without_seats(self._defined)))
        if entry.kind is EntryKind.RENEWED:
            self._carry()
        self._telling.take(entry)
        row = self._telling.row(entry.key) if entry.key else None
        if row is not None and row.revision == entry.seq:
            self._go_to(entry, row)

    def branch(self) -> Picturing:
        """One that has taken in the same entries and goes on by itself."""
        other = copy(self)
        other._telling, other._hops = self._telling.branch(), list(self._hops)  # noqa: SLF001 - the same class
        other._places = {key: place.branch() for key, place in self._places.items()}  # noqa: SLF001 - the same class
        return other

    def _carry(self) -> None:
        """A new generation begins anew; but a bulk operation goes on in it, and what came before it stays done."""
        bulks = any(node.kind is NodeKind.BULK for node in self._nodes.values())
        views = [self._view(key, self._telling.story) for key in self._nodes] if bulks else []
        self._carried = {
            view.key: replace(view, row="", state=StepState.DONE if view.state in _GOES_ON else view.state)
            for view in views
            if view.visits
        }
        self._places = {key: _Place() for key in self._nodes}

    @property
    def picture(self) -> Picture:
        """As it stands; a value of its own."""
        story = self._telling.story
        if self._grows:
            return _grown(story, self._plain)
        nodes = {key: self._view(key, story) for key in self._nodes}
        taken = Counter(hop.edge for hop in self._hops)
        reachable = self._reachable(nodes, story)
        for key, view in nodes.items():
            if view.state is StepState.PENDING and not view.visits:
                arrived, expected = self._meeting(key, nodes)
                state = StepState.PENDING if key in reachable else StepState.NOT_REACHED
                nodes[key] = replace(view, state=state, arrived=arrived, expected=expected)
        return Picture(self._outline, nodes, taken, tuple(self._hops), story)

    # where an entry belongs

    def _go_to(self, entry: Entry, row: Row) -> None:
        key, visit = self._place_of(row.key)
        if not key:
            return
        place = self._places[key]
        ahead = self._nodes[key].kind in _LEVELS and row.kind is RowKind.DECISION and row.key != visit
        if ahead and visit not in place.visits:
            return  # whether a level of a chain applies is settled before the token comes to it
        if visit not in place.visits or (row.first_seq == entry.seq and visit == row.key and row.key in place.rows):
            self._arrive(key, visit, entry)
        if row.key != visit or bare(row.key) != key:
            place.inner[row.key] = row.state
        if row.key not in place.rows:
            place.rows.append(row.key)
        if visit == place.visits[-1]:
            place.ended = 0 if any((found := self._telling.row(k)) and found.open for k in place.rows) else entry.seq

    def _place_of(self, row_key: str) -> tuple[str, str]:
        """The node that a row belongs to, and the visit: the part of the row's key that names the node."""
        parts = row_key.split("/")
        for length in range(len(parts), 0, -1):
            visit = "/".join(parts[:length])
            key = bare(visit)
            if key in self._nodes:
                return key, visit
        return (self._machine_at, self._places[self._machine_at].visits[-1]) if self._machine_at else ("", "")

    # hops

    def _arrive(self, key: str, visit: str, entry: Entry, after: frozenset[str] = frozenset()) -> None:
        """A new visit begins: the token came along the edges whose sources were done since the visit before. `after` are
        nodes that are arrived at because of this one.
        """
        place = self._places[key]
        since = place.began[-1] if place.began else 0
        for number in self._ways_to(key, visit, since, entry):
            edge = self._outline.edges[number]
            source = self._places[edge.source]
            if edge.source in self._silent and not source.visits and edge.source not in after:
                self._arrive(edge.source, edge.source, entry, after | {key})
            self._hops.append(Hop(entry.seq, entry.at, number, edge.kind in BACK))
        if visit not in place.visits:
            place.visits.append(visit)
        place.began.append(entry.seq)
        place.rows, place.inner, place.ended = [], {}, 0
        if self._nodes[key].kind in (NodeKind.STATE, NodeKind.END) and self._is_machine:
            self._machine_at = key

    def _ways_to(self, key: str, visit: str, since: int, entry: Entry) -> list[int]:
        if self._is_machine:
            return self._event_to(key, visit)
        came = [
            (number, edge)
            for number, edge in self._into[key]
            if self._came_along(number, edge, since, entry.seq)
            and not (edge.kind is EdgeKind.UNDO and not self._turned)
        ]
        undoing = [(number, edge) for number, edge in came if edge.source.split("/")[-2:-1] == ["undo"]]
        if len(came) > 1 and any(edge.kind is EdgeKind.UNDO for _, edge in came):
            came = undoing or came[:1]  # the way back goes from one compensation to the next
        return [number for number, _ in came]

    def _event_to(self, key: str, visit: str) -> list[int]:
        """A machine's state says by which event it was come to, and from where."""
        row = self._telling.row(visit)
        said = row.result if row is not None and isinstance(row.result, dict) else {}
        return [
            number
            for number, edge in self._into[key]
            if edge.source == said.get("from") and edge.label == said.get("event")
        ][:1]

    @property
    def _turned(self) -> bool:
        return self._telling.turned

    def _came_along(self, number: int, edge: OutlineEdge, since: int, seq: int) -> bool:
        source = self._places[edge.source]
        if edge.source in self._silent and not source.rows:
            return edge.kind is not EdgeKind.LOOP  # what is inside it has begun, so it has; nothing came back from it
        if not source.visits or not source.ended or not since <= source.ended <= seq:
            return False
        return self._is_open(edge, source)

    def _is_open(self, edge: OutlineEdge, source: _Place) -> bool:
        """Whether what its source came to leads along this edge, as far as entries say so."""
        chosen = self._telling.row(f"{source.visits[-1]}/next")
        if chosen is not None and isinstance(chosen.result, list):
            return edge.target.rpartition("/")[2] in chosen.result or edge.target in chosen.result
        row = self._telling.row(source.visits[-1])
        if row is None or row.kind is not RowKind.DECISION:
            return True
        return _answers(edge, row, [other for _, other in self._from[edge.source]])

    # states

    def _view(self, key: str, story: Story) -> NodeView:
        node, place = self._nodes[key], self._places[key]
        if not place.visits:
            view = self._carried.get(key, NodeView(node))
            return (
                of_bulk(view, None, story, over=self._left(key)) if view.visits and node.kind is NodeKind.BULK else view
            )
        row = self._telling.row(place.visits[-1])
        inner = [found for k in place.rows if (found := self._telling.row(k)) is not None]
        if self._is_machine:
            view = replace(self._spoken_of(node, place, row, inner), items={})
            return self._standing(replace(view, text=node_text(view, row, [])), story)
        shows = node, row, inner, dict(place.inner), len(place.visits)
        known = self._plain.get(key)
        if known is not None and known[0] == shows:
            return known[1]
        view = self._spoken_of(node, place, row, inner)
        around = row is None and key in self._silent
        if around:
            view = self._around(view)
        if node.kind is NodeKind.BULK:
            view = of_bulk(view, self._carried.get(key), story, over=self._left(key))
        view = replace(view, text=node_text(view, row, inner))
        if not around and node.kind is not NodeKind.BULK:
            self._plain[key] = shows, view
        return view

    def _spoken_of(self, node: OutlineNode, place: _Place, row: Row | None, inner: list[Row]) -> NodeView:
        """As its own row and those inside it say."""
        items = Counter(place.inner.values())
        view = NodeView(node, visits=len(place.visits), row=place.visits[-1], items=dict(items))
        if row is not None:
            view = replace(
                view,
                state=row.state,
                revision=row.revision,
                attempt=row.attempt,
                attempts=row.attempts,
                began_at=begin_of(row),
                ended_at=row.ended_at,
                until=row.until,
            )
        if row is None or any(found.state in LOUD for found in inner) or (row.open and inner):
            view = from_inside(view, inner, row)
        return view

    def _left(self, key: str) -> bool:
        """Whether the token is past a node."""
        return any(self._places[edge.target].visits for _, edge in self._from[key])

    def _standing(self, view: NodeView, story: Story) -> NodeView:
        """A machine is in the state that it entered last until it enters another."""
        if view.key != self._machine_at or view.node.kind is NodeKind.END or view.state in LOUD:
            return view
        if story.status in (RunStatus.WAITING, RunStatus.SLEEPING):
            events = [name for names in (story.parking.signals if story.parking else {}).values() for name in names]
            return replace(view, state=StepState.WAITING, text=harmless(", ".join(events)))
        return view if story.ended else replace(view, state=StepState.RUNNING)

    def _around(self, view: NodeView) -> NodeView:
        """A node that has no entry of its own stands as what is inside it does."""
        inner = [key for key, node in self._nodes.items() if key.startswith(f"{view.key}/")]
        inner = inner or [edge.target for _, edge in self._from[view.key]]
        states = [
            row.state
            for key in inner
            if self._places[key].visits and (row := self._telling.row(self._places[key].visits[-1])) is not None
        ]
        if not states:
            return view
        loud = loudest(states)
        return replace(view, state=StepState.RUNNING if loud in (StepState.WAITING, StepState.SLEEPING) else loud)

    # what can still come

    def _reachable(self, nodes: dict[str, NodeView], story: Story) -> set[str]:
        """The nodes that something on its way can still come to; none when the run has ended."""
        if story.ended:
            return set()
        todo = [key for key, view in nodes.items() if view.visits and self._leads_on(key, view)]
        if not any(view.visits for view in nodes.values()):
            todo = [key for key in nodes if not self._into[key]] or list(nodes)[:1]
        standing, reached = frozenset(todo), set(todo)
        while todo:
            key = todo.pop()
            settled = key in standing and self._places[key].ended > 0
            new = set(self._ways_on(key, settled=settled, turned=story.turned)) - reached
            reached |= new
            todo += new
        return reached

    def _ways_on(self, key: str, *, settled: bool, turned: bool) -> list[str]:
        """To which nodes it leads, once it is settled only those that what it came to leads to."""
        place, edges = self._places[key], [edge for _, edge in self._from[key]]
        row = self._telling.row(place.visits[-1]) if settled else None
        if row is not None and row.state is StepState.REJECTED:
            back, chain = [edge for edge in edges if edge.kind is EdgeKind.LOOP], f"{key.rpartition('/')[0]}/"
            out = [
                edge for edge in self._outline.edges if edge.source.startswith(chain) > edge.target.startswith(chain)
            ]
            return [edge.target for edge in back or out]  # the levels behind it are asked no more
        edges = [edge for edge in edges if (edge.kind is EdgeKind.UNDO) == turned]
        return [edge.target for edge in edges if not settled or self._is_open(edge, place)]

    def _leads_on(self, key: str, view: NodeView) -> bool:
        """Whether it is under way, or done with nothing behind it that was begun since."""
        place = self._places[key]
        if not place.ended or view.state in _GOES_ON:
            return view.state not in (StepState.FAILED, StepState.REJECTED)
        ways = [self._places[way] for way in self._ways_on(key, settled=True, turned=self._turned)]
        return view.state in _PASSED and any(not way.began or way.began[-1] < place.ended for way in ways)

    def _meeting(self, key: str, nodes: dict[str, NodeView]) -> tuple[int, int]:
        """How many of the branches that are under way to a join have come to it."""
        sources = [edge.source for _, edge in self._into[key] if edge.kind not in (EdgeKind.LOOP, EdgeKind.UNDO)]
        begun = [source for source in sources if nodes[source].visits]
        arrived = [source for source in begun if self._places[source].ended]
        return (len(arrived), len(begun)) if len(begun) > 1 and len(arrived) < len(begun) else (0, 0)


_LEVELS = frozenset({NodeKind.HUMAN, NodeKind.APPROVAL})
_GOES_ON = frozenset({StepState.RUNNING, StepState.WAITING, StepState.SLEEPING, StepState.PENDING})
_PASSED = frozenset({StepState.DONE, StepState.REJECTED, StepState.SKIPPED, StepState.BY_HAND, StepState.UNDONE})


def _answers(edge: OutlineEdge, row: Row, ways: list[OutlineEdge]) -> bool:
    """Whether a decision leads along an edge: by yes and no, by the edge's label, by its target's name."""
    said = row.result
    if isinstance(said, bool):
        wanted = [way for way in ways if _means(way, said)]
        return edge in wanted if wanted else True
    names = [said] if isinstance(said, str) else said if isinstance(said, list) else []
    wanted = [
        way for way in ways if way.label in names or way.target.rpartition("/")[2] in names or way.target in names
    ]
    return edge in wanted if wanted else not names or edge.label == "otherwise"


def _means(edge: OutlineEdge, answer: bool) -> bool:
    kind = EdgeKind.TRUE if answer else EdgeKind.FALSE
    return edge.kind is kind or edge.label == kind.value


def _grown(story: Story, plain: dict[str, tuple[_Shows, NodeView]]) -> Picture:
    """The picture of a run whose definition says nothing of its shape: drawn from its keys, again each time."""
    outline = shown(story.rows)
    known = Picturing(outline)
    known._telling, known._plain = _Told(story), plain  # noqa: SLF001 - the same class
    for row in story.rows:
        known._go_to(_entry_of(story.run_id, row), row)  # noqa: SLF001
    return known.picture if outline.nodes else Picture(story=story)


class _Told(Telling):
    """A story that is told already."""

    def __init__(self, story: Story) -> None:
        super().__init__()
        self._story = story
        self._seq, self._at = story.seq, story.changed_at
        self._rows = {row.key: row for row in story.rows}


def _entry_of(run_id: str, row: Row) -> Entry:
    return Entry(run_id, row.first_seq, row.began_at, EntryKind.STARTED, row.key)


def picture(outline: Outline, entries: Iterable[Entry]) -> Picture:
    """The picture that the entries make; a prefix makes that of a past moment."""
    entries = list(entries)
    picturing = Picturing(outline_of_now(outline, entries))
    for entry in names_of_now(entries):
        picturing.add(entry)
    return picturing.picture
