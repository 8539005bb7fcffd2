"""Where one can jump to: every row, node and field that is seen, in reading order, and the labels for so many of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from itertools import islice, product
from typing import TYPE_CHECKING, Protocol, cast, runtime_checkable

from textual.errors import NoWidget
from textual.geometry import Region
from textual.widget import Widget

from lexiconsole.tui.widgets.spans import top_of
from lexiconsole.tui.widgets.virtual_table import VirtualTable

if TYPE_CHECKING:
    from lexiconsole.tui.place import ConsoleScreen

__all__ = ["Target", "labels", "targets"]

_LETTERS = "asdfghjklqwertyuiopzxcvbnm"
"""Those under the fingers first."""


@dataclass(frozen=True, slots=True)
class Target:
    """A cell of the screen, and what goes there."""

    x: int
    y: int
    go: Callable[[], object]


@runtime_checkable
class Places(Protocol):
    """A picture: each cell in it that one can go to, and what goes there."""

    def jump_places(self) -> Iterator[tuple[int, int, Callable[[], object]]]: ...


def targets(screen: ConsoleScreen) -> list[Target]:
    """From top to bottom, those of one line from left to right."""
    found: list[Target] = []
    for widget in screen.query("*"):
        seen = _seen(screen, widget) if widget.can_focus and widget.display else None
        if seen is None:
            continue
        if isinstance(widget, VirtualTable) and widget.total:
            found += _rows(widget, seen)
        elif isinstance(widget, Places):
            found += _places(widget, seen)
        else:
            found.append(Target(seen.x, seen.y, widget.focus))
    return sorted(found, key=lambda target: (target.y, target.x))


def labels(many: int) -> list[str]:
    """So many, of one letter where those are enough, else all of two, so that none begins another one."""
    length = 1 if many <= len(_LETTERS) else 2
    return list(islice(("".join(letters) for letters in product(_LETTERS, repeat=length)), many))


def _seen(screen: ConsoleScreen, widget: Widget) -> Region | None:
    """What is seen of it, without its frame."""
    try:
        geometry = screen.find_widget(widget)
    except NoWidget:
        return None
    seen = geometry.visible_region.intersection(widget.content_region)
    return seen if seen.area else None


def _rows(table: VirtualTable[object], seen: Region) -> Iterator[Target]:
    first, count = table.seen()
    for index in range(first, first + count):
        y = seen.y + top_of(table.spans, index) - table.scroll_offset.y
        if seen.y <= y < seen.bottom:
            yield Target(seen.x, y, partial(_to_row, table, index))


def _places(picture: Places, seen: Region) -> Iterator[Target]:
    places = [Target(seen.x + x, seen.y + y, go) for x, y, go in picture.jump_places()]
    inside = [place for place in places if seen.contains(place.x, place.y)]
    return iter(inside or [Target(seen.x, seen.y, cast("Widget", picture).focus)])


def _to_row(table: VirtualTable[object], index: int) -> None:
    table.focus()
    table.go(index)
