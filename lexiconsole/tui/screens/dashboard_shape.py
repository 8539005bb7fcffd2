"""The dashboard's shape: where its panes stand and what they are called."""

from __future__ import annotations

__all__ = ["ENGINE", "NEEDED_FIRST", "OPENS_IT", "SIDES", "SIDES_WIDEST", "STYLE", "WIDE", "WIDEST", "title_of"]

WIDE, WIDEST = 100, 160
"""Columns from which all panes are shown beside each other, and from which the preview has room to breathe."""

SIDES, SIDES_WIDEST = (33, 34), (48, 46)
"""Columns of the panes at the left and at the right."""

ENGINE = 7
"""Lines of the engine's pane."""

NEEDED_FIRST, OPENS_IT = "those that need somebody first", "{inbox} opens the inbox"
"""What stands in the border below the runs, and below the questions; in braces the action whose key is meant."""

STYLE = f"""
DashboardScreen #columns {{ height: 1fr; }}
DashboardScreen #left {{ width: {SIDES[0]}; }}
DashboardScreen #right {{ width: {SIDES[1]}; }}
DashboardScreen #left > CatalogueTable {{ height: 2fr; }}
DashboardScreen #left > PreviewPane {{ height: 3fr; }}
DashboardScreen #right > TaskTable {{ height: 3fr; }}
DashboardScreen #right > IncidentTable {{ height: 2fr; }}
DashboardScreen EnginePane {{ height: {ENGINE}; }}
DashboardScreen PreviewPane, DashboardScreen EnginePane {{ padding: 0 1; }}
DashboardScreen.-narrow #left, DashboardScreen.-narrow #right {{ width: 1fr; }}
DashboardScreen.-narrow EnginePane {{ height: 1fr; }}
DashboardScreen.-widest #left {{ width: {SIDES_WIDEST[0]}; }}
DashboardScreen.-widest #right {{ width: {SIDES_WIDEST[1]}; }}
DashboardScreen #tabs {{ display: none; }}
DashboardScreen.-narrow #tabs {{ display: block; }}
"""

_TITLES = ("Catalogue", "Runs", "Inbox", "Incidents", "Preview", "Engine")


def title_of(number: int, many: object = "") -> str:
    """Of a pane, by the number that leads to it, with how many it has."""
    return f"{number} {_TITLES[number - 1]}  {many}".rstrip()
