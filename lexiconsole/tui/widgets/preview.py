"""PreviewPane: the selected run or definition at a glance: its steps in the order of its outline, a run's with their states."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from textual.geometry import Region
from textual.strip import Strip

from lexiconsole.tui.ink import Part, ink, line
from lexiconsole.tui.widgets.painted import Painted
from lexiconsole.views.durations import span
from lexiconsole.views.key_parts import bare
from lexiconsole.views.safe import harmless
from lexiconsole.views.words import STEP_LOOKS, Look, StepState

if TYPE_CHECKING:
    from lexiconsole.app.look import Look as Store
    from lexiconsole.app.workspace import Workspace
    from lexiconsole.durable.journal import RunRow
    from lexiconsole.durable.outline import Outline
    from lexiconsole.tui.app import ConsoleApp
    from lexiconsole.views.picture import NodeView, Picture
    from lexiconsole.views.story import Row
    from lexiconsole.views.watched import Watched

__all__ = ["MOST_ENTRIES", "Glance", "PreviewPane", "Seen", "see_definition"]

MOST_ENTRIES = 3_000
"""Of a longer run only the list shows how it stands; its own screen reads it in pieces."""


@dataclass(frozen=True, slots=True)
class Seen:
    """One run as it was read, or a definition, which has no `row`. `picture` is None when it has too many entries for a glance."""

    name: str
    row: RunRow | None
    picture: Picture | None
    inside: frozenset[str] = frozenset()  # nodes that are part of another one

    @property
    def run_id(self) -> str:
        return "" if self.row is None else self.row.id

    @property
    def entries(self) -> int:
        return 0 if self.row is None else self.row.seq


class Glance:
    """Reads runs for their preview, one after the other, never two at once: what is new of the same run is added to it."""

    def __init__(self) -> None:
        self._watched: Watched | None = None

    def at(self, store: Store, run_id: str) -> Seen | None:
        """None when there is no such run."""
        # It loads the models' words, which the first paint does not wait for.
        from lexiconsole.views.watched import Watched

        row = store.run(run_id)
        if row is None:
            return None
        if row.seq > MOST_ENTRIES:
            return Seen(row.name, row, None)
        outline = store.outline(row)
        watched = self._watched
        if watched is None or watched.row.id != run_id:
            watched = self._watched = Watched(row, outline)
        watched.add(row, store.entries(row, watched.seq))
        return Seen(row.name, row, watched.now().picture, _inside(outline))


def see_definition(workspace: Workspace, name: str) -> Seen:
    """What a run of it would do, as far as that is known before."""
    from lexiconsole.catalog.capture import quiet
    from lexiconsole.durable.outline import Outline
    from lexiconsole.views.picturing import picture

    try:
        with quiet():
            outline = workspace.definition(name).outline()
    except Exception:  # the definition's own code: the definitions screen says what is wrong with it
        outline = Outline()
    return Seen(name, None, picture(outline, ()), _inside(outline))


def _inside(outline: Outline) -> frozenset[str]:
    return frozenset(node.key for node in outline.nodes if node.parent)


@dataclass(frozen=True, slots=True)
class _Step:
    title: str
    look: Look
    took: float | None
    deep: int
    moving: bool


class PreviewPane(Painted, can_focus=True):
    """Shows what fits, around the step that matters now."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: Seen | None = None
        self._steps: list[_Step] = []

    def show(self, seen: Seen | None) -> None:
        before = self.seen and (self.seen.entries, self.seen.picture is None), self._steps
        self.seen = seen
        self._steps = [] if seen is None else _steps(seen)
        if before != (self.seen and (self.seen.entries, self.seen.picture is None), self._steps):
            self.refresh(Region(0, 0, self.size.width, self.size.height))

    @property
    def count(self) -> int:
        """Of its steps."""
        return len(self._steps)

    def render_line(self, y: int) -> Strip:
        console = cast("ConsoleApp", self.app)
        colours, glyphs, width = console.palette, console.glyphs, self.size.width
        if self.seen is None or not self._steps:
            said = "" if self.seen is None else "its steps show in a run of it"
            if self.seen is not None and self.seen.row is not None:
                many = self.seen.picture is None
                said = (
                    f"{self.seen.entries:,} entries: too many for a glance"
                    if many
                    else "nothing is known of its steps yet"
                )
            return line([(said, ink(colours.dim))] if y == 0 else [], width).apply_style(self.rich_style)
        index = y + self._first()
        if index >= len(self._steps):
            return Strip.blank(width, self.rich_style)
        step = self._steps[index]
        colour = colours.state(step.look)
        faint = self.seen.row is not None and step.look.word in {"pending", "not reached", "skipped"}
        left: list[Part] = [
            ("  " * step.deep, ink()),
            (f"{glyphs.state(step.look)} ", ink(colour, bold=True)),
            (
                step.title,
                ink(colours.dim if faint else colours.bright if step.moving else colours.text, bold=step.moving),
            ),
        ]
        right: list[Part] = []
        if step.moving:
            right = [(step.look.word, ink(colour))]
        elif step.took is not None:
            right = [(span(step.took), ink(colours.dim))]
        return line(left, width, right).apply_style(self.rich_style)

    def _first(self) -> int:
        """The step to begin with, so that the last one that moved is in sight."""
        room, steps = max(1, self.size.height), self._steps
        if len(steps) <= room:
            return 0
        reached = [n for n, step in enumerate(steps) if step.look.word not in {"pending", "not reached"}]
        moving = [n for n, step in enumerate(steps) if step.moving]
        held = [n for n in moving if steps[n].look in _HELD_UP]
        matters = next(iter(held or moving), reached[-1] if reached else 0)
        return max(0, min(matters - room // 2, len(steps) - room))


_MOVING = frozenset(
    {
        StepState.RUNNING,
        StepState.RETRYING,
        StepState.WAITING,
        StepState.SLEEPING,
        StepState.DOUBTFUL,
        StepState.FAILED,
        StepState.UNDOING,
        StepState.UNDO_FAILED,
    }
)


_HELD_UP = tuple(STEP_LOOKS[state] for state in (StepState.UNDO_FAILED, StepState.DOUBTFUL, StepState.WAITING))
"""What somebody is needed for, before the failure that led there."""


def _steps(seen: Seen) -> list[_Step]:
    """The nodes as the map shows them, then what the run did besides."""
    if seen.picture is None:
        return []
    views = seen.picture.nodes
    steps = [_of_node(view, inside=view.key in seen.inside) for view in views.values() if _is_step(view)]
    drawn = {key for view in views.values() for key in (view.key, bare(view.row))}
    besides = [row for row in seen.picture.story.rows if not any(part in drawn for part in _upwards(bare(row.key)))]
    return steps + [_of_row(row) for row in besides]


def _is_step(view: NodeView) -> bool:
    """What was not undone is no step."""
    from lexiconsole.durable.outline import NodeKind

    ends = view.node.kind in {NodeKind.START, NodeKind.END}
    return not ends and (view.node.kind is not NodeKind.COMPENSATION or view.visits > 0)


def _upwards(key: str) -> list[str]:
    """The key and those that it is inside of."""
    parts = key.split("/")
    return ["/".join(parts[:length]) for length in range(len(parts), 0, -1)]


def _of_node(view: NodeView, *, inside: bool) -> _Step:
    return _Step(harmless(view.node.title), STEP_LOOKS[view.state], view.took, int(inside), view.state in _MOVING)


def _of_row(row: Row) -> _Step:
    took = row.ended_at - row.began_at if row.ended_at is not None else None
    return _Step(harmless(row.key), STEP_LOOKS[row.state], took, 0, row.state in _MOVING)
