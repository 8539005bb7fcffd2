"""Opening the console: what `lexiconsole` without a command does on a terminal."""

from __future__ import annotations

import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING

from lexiconsole.app.look import first_look
from lexiconsole.tui.app import ConsoleApp

if TYPE_CHECKING:
    from lexiconsole.app.workspace import Workspace

__all__ = ["run_console"]


def run_console(
    folder: Path | None = None, *, store: Path | None = None, profile: str = "", ascii_only: bool = False
) -> int:
    """Runs the console until it is left; the terminal is as it was before runs are put down. Gives the exit code.

    Raises what kept the workspace from being opened.
    """

    def opened() -> Workspace:
        from lexiconsole.app.workspace import Workspace

        return Workspace.find(folder, store=store, profile=profile)

    app = ConsoleApp(opened, first_look(folder, store=store, profile=profile), ascii_only=ascii_only)
    code = app.run()
    app.shut()
    _put_down(app)
    if app.fault is not None:
        raise app.fault
    return code if code is not None else app.return_code or 0


def _put_down(app: ConsoleApp) -> None:
    """Says so when that takes longer than one notices."""
    said = threading.Timer(0.6, lambda: sys.stderr.write("putting runs down; each can go on later\n"))
    said.daemon = True
    said.start()
    try:
        app.put_down()
    finally:
        said.cancel()
