"""What is to be laid out: boxes of a size, and links between them, in declaration order."""

from __future__ import annotations

from dataclasses import dataclass

from lexiconsole.views.leading_back import leading_back

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
        return leading_back(out, [link.target for link in self.links])
