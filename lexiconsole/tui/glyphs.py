"""What is drawn besides states: bars, spinners, marks, rails. One set for every font, one of ASCII letters only.

Every glyph is one cell wide and has no emoji form; states have theirs in `views/words.py`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from lexiconsole.views.words import Look

__all__ = ["ASCII", "UNICODE", "Glyphs"]


@dataclass(frozen=True, slots=True)
class Glyphs:
    """`bars` go from the smallest to the largest, which leaves a gap to the row above; `spinner` turns once through its frames."""

    ascii_only: bool
    bars: str
    spinner: str
    trail: str  # between the parts of where one is, and in front of what is folded
    down: str  # in front of what is unfolded
    mark: str
    cursor: str
    up: str
    rail: str
    branch: str
    more: str
    full: str
    empty: str
    dot: str
    arrow: str
    border: str
    focus_border: str

    def state(self, look: Look) -> str:
        """The sign of a state."""
        return look.ascii if self.ascii_only else look.glyph

    def spark(self, values: Sequence[float], top: float = 0.0) -> str:
        """One bar a value; `top` is what a full bar stands for, the largest value when it is 0."""
        highest = top or max(values, default=0.0)
        if highest <= 0:
            return self.bars[0] * len(values)
        last = len(self.bars) - 1
        return "".join(self.bars[min(last, max(0, round(value / highest * last)))] for value in values)


UNICODE = Glyphs(
    ascii_only=False,
    bars="▁▂▃▄▅▆▇",
    spinner="◐◓◑◒",
    trail="▸",
    down="▾",
    mark="●",
    cursor="▌",
    up="▲",
    rail="│",
    branch="├",
    more="…",
    full="█",
    empty="░",
    dot="·",
    arrow="→",
    border="round",
    focus_border="heavy",
)

ASCII = Glyphs(
    ascii_only=True,
    bars="_.-:=+*#",
    spinner="|/-\\",
    trail=">",
    down="v",
    mark="*",
    cursor=">",
    up="^",
    rail="|",
    branch="+",
    more="~",
    full="#",
    empty=".",
    dot="-",
    arrow=">",
    border="ascii",
    focus_border="ascii",
)
