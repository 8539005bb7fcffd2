"""The dashboard's shape: where its panes stand and what they are called."""

from __future__ import annotations

__all__ = ["ENGINE", "HIGH", "NEEDED_FIRST", "OPENS_IT", "STYLE", "VAST", "WIDE", "WIDEST", "sides_of", "title_of"]

WIDE, WIDEST, VAST = 100, 160, 190
"""Columns from which all panes are shown beside each other, from which the preview has room to breathe, and for a large map."""

HIGH = 32
"""Lines from which there it has room for a map."""

_SIDES, _SIDES_WIDEST, _SIDES_VAST = (33, 34), (54, 44), (68, 46)
"""Columns of the panes at the left and at the right."""

ENGINE = 7
"""Lines of the engine's pane."""

NEEDED_FIRST, OPENS_IT = "those that need somebody first", "{inbox} opens the inbox"
"""What stands in the border below the runs, and below the questions; in braces the action whose key is meant."""

STYLE = f"""
DashboardScreen #columns {{ height: 1fr; }}
DashboardScreen #left {{ width: {_SIDES[0]}; }}
DashboardScreen #right {{ width: {_SIDES[1]}; }}
DashboardScreen #left > CatalogueTable {{ height: 2fr; }}
DashboardScreen #left > LivePreview {{ height: 3fr; }}
DashboardScreen #right > TaskTable {{ height: 3fr; }}
DashboardScreen #right > IncidentTable {{ height: 2fr; }}
DashboardScreen EnginePane {{ height: {ENGINE}; padding: 0 1; }}
DashboardScreen.-narrow #left, DashboardScreen.-narrow #right {{ width: 1fr; }}
DashboardScreen.-narrow EnginePane {{ height: 1fr; }}
DashboardScreen.-widest #left {{ width: {_SIDES_WIDEST[0]}; }}
DashboardScreen.-widest #right {{ width: {_SIDES_WIDEST[1]}; }}
DashboardScreen.-vast #left {{ width: {_SIDES_VAST[0]}; }}
DashboardScreen.-vast #right {{ width: {_SIDES_VAST[1]}; }}
DashboardScreen #tabs {{ display: none; }}
DashboardScreen.-narrow #tabs {{ display: block; }}
"""

_TITLES = ("Catalogue", "Runs", "Inbox", "Incidents", "Preview", "Engine")


def title_of(number: int, many: object = "") -> str:
    """Of a pane, by the number that leads to it, with how many it has."""
    return f"{number} {_TITLES[number - 1]}  {many}".rstrip()


def sides_of(width: int) -> tuple[int, int]:
    """How wide the panes at the left and at the right are on a screen that is at least `WIDE`."""
    return _SIDES if width < WIDEST else _SIDES_WIDEST if width < VAST else _SIDES_VAST
