"""What is to be laid out: boxes of a size, and links between them, in declaration order."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

__all__ = ["Figure", "Link", "Shape"]


@dataclass(frozen=True, slots=True)
class Shape:
    """One box to be placed; its size is in cells and includes its border."""

    key: str
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Link:
    """One line to be drawn from a box to another, or back to itself. `label` is in plain text, "" for none."""

    source: str
    target: str
    label: str = ""


@dataclass(frozen=True, slots=True)
class Figure:
    """A graph to be drawn. The first shape is the entry. Values compare by content, so equal figures share a drawing."""

    shapes: tuple[Shape, ...]
    links: tuple[Link, ...]

    def backward(self) -> frozenset[int]:
        """The numbers of the links that close a loop, found depth first from the entry in declaration order."""
        out: dict[str, list[int]] = {shape.key: [] for shape in self.shapes}
        for number, link in enumerate(self.links):
            if link.source != link.target:
                out[link.source].append(number)
        return _closing(out, self.links)


def _closing(out: Mapping[str, list[int]], links: tuple[Link, ...]) -> frozenset[int]:
    back: set[int] = set()
    on_path: dict[str, bool] = {}
    for start in out:
        if start in on_path:
            continue
        on_path[start] = True
        path = [(start, iter(out[start]))]
        while path:
            key, rest = path[-1]
            for number in rest:
                target = links[number].target
                if on_path.get(target):
                    back.add(number)
                elif target not in on_path:
                    on_path[target] = True
                    path.append((target, iter(out[target])))
                    break
            else:
                on_path[key] = False
                path.pop()
    return frozenset(back)
