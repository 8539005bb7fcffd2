"""What stands in the inspector is folded to its width, in whatever script it is written."""

from __future__ import annotations

import pytest

from lexiconsole.tui.widgets.inspector import _wrapped
from lexiconsole.views.cells import cell_width


@pytest.mark.parametrize(
    "text", ["courier does not answer " * 9, "配送業者は応答しません" * 9, "🚚" * 90, "é" * 40 + "漢" * 60]
)
@pytest.mark.parametrize("room", [1, 2, 8, 31])
def test_no_line_is_wider_than_its_room_and_only_the_last_is_cut(text: str, room: int) -> None:
    """What is wider is not seen: the pane ends there."""
    lines = _wrapped(text, room)
    assert all(cell_width(line) <= max(room, 2) for line in lines)
    assert len(lines) == 4 and lines[-1].endswith("…")
    assert (
        "".join(lines).replace("…", "").replace(" ", "")
        == text.replace(" ", "")[: len("".join(lines).replace(" ", "")) - 1]
    )
