"""Static: a text that is measured anew whenever it changes."""

from __future__ import annotations

from textual.visual import VisualType
from textual.widgets import Static as Measured

__all__ = ["Static"]


class Static(Measured):
    """Textual remembers the size of a widget by a number that it raises only for the first of several changes before it looks:
    a text that comes while a change of style is still to be laid out keeps the size of the text before it (8.2.8).
    """

    def update(self, content: VisualType = "", *, layout: bool = True) -> None:
        super().update(content, layout=layout)
        if layout:
            self._layout_updates += 1
