"""Copying: to the terminal's clipboard (OSC 52), and because many terminals ignore that also to a file that is named."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from lexiconsole.views.copies import Copy, copies_of_run
from lexiconsole.views.safe import harmless

if TYPE_CHECKING:
    from lexiconsole.app.look import Look
    from lexiconsole.tui.app import ConsoleApp

__all__ = ["copy_out", "offer", "offer_run"]

_NAME = "copied.txt"
_MOST = 50_000
"""Bytes from which terminals that do know OSC 52 begin to refuse it."""


def offer(console: ConsoleApp, title: str, copies: Sequence[Copy]) -> None:
    """Asks which of them, and copies it."""
    from lexiconsole.tui.widgets.copy_panel import CopyPanel

    def chosen(copy: Copy | None) -> None:
        if copy is not None:
            copy_out(console, copy)

    console.push_screen(CopyPanel(f"Copy of {title}", copies), chosen)


def offer_run(
    console: ConsoleApp, run_id: str, *, step: str = "", first: Sequence[Copy] = (), wanted: Callable[[], bool]
) -> None:
    """The same of a run, read now. `first` stand before its own; `wanted` says whether one still looks at it then."""

    def read(look: Look) -> list[Copy]:
        row = look.run(run_id)
        return [] if row is None else copies_of_run(row, look.entries(row), console.now(), step)

    def show(copies: list[Copy]) -> None:
        if wanted():
            taken = {copy.key for copy in first}
            offer(console, run_id, [*first, *(copy for copy in copies if copy.key not in taken)])

    console.reads.look("copy", read, show, leads=True)


def copy_out(console: ConsoleApp, copy: Copy) -> None:
    """Says where it went. The file is readable by its owner only, and holds the last copy alone."""
    data = copy.text.encode("utf-8", "backslashreplace")
    short = len(data) <= _MOST
    if short:
        console.copy_to_clipboard(copy.text)
    try:
        where = f"in {harmless(str(_written(console, data)))}"
    except OSError as fault:
        where = f"in no file: {fault.strerror or fault}"
    if short:
        console.toast(f"copied the {harmless(copy.name)}; also {where}")
    else:
        console.toast(f"the {harmless(copy.name)} is too long for a terminal's clipboard; it is {where}", good=False)


def _written(console: ConsoleApp, data: bytes) -> Path:
    """Beside the store; in a folder of its own for temporary files where nothing can be written there."""
    beside = console.workspace.store_path.parent if console.workspace is not None else None
    if beside is not None and not console.readonly and beside.is_dir() and os.access(beside, os.W_OK):
        path = beside / _NAME
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | getattr(os, "O_NOFOLLOW", 0), 0o600)
    else:
        handle, name = tempfile.mkstemp(prefix="lexiconsole-", suffix=f"-{_NAME}")
        path = Path(name)
    with os.fdopen(handle, "wb") as file:
        file.write(data)
    return path
