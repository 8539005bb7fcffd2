"""Groups of runs, as a face asks for them. Apart from `look`, which the first paint loads."""

from __future__ import annotations

from lexiconsole.store.grouping import MOST_GROUPS, Column, GroupRow, Groups

__all__ = ["MOST_GROUPS", "Column", "GroupRow", "Groups"]
