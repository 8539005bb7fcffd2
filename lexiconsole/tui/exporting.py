"""Exporting: `X` asks what is written as what, and writes it into the folder one is in, never over a file that is there.

A bundle goes through the panel of every change: what is in it is shown, `y` writes exactly that.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from lexiconsole.app.exporting import Chosen, Draft, Format, export_of, free_name
from lexiconsole.tui.acts import Change, Done
from lexiconsole.views.copies import Copy
from lexiconsole.views.safe import harmless, harmless_sentence

if TYPE_CHECKING:
    from lexiconsole.app.look import Look
    from lexiconsole.app.workspace import Preview, Workspace
    from lexiconsole.tui.app import ConsoleApp
    from lexiconsole.types import Instant

__all__ = ["Export", "exports_of_many", "exports_of_run", "offer_exports"]


@dataclass(frozen=True, slots=True)
class Export:
    """One thing that can be written, by its letter. `draft` is called on a thread; the store stays open while it is written."""

    key: str
    name: str
    about: str
    draft: Callable[[Look, Instant], Draft]
    shown_first: bool = False


def exports_of_run(run_id: str) -> list[Export]:
    """One run, in each format."""
    chosen = Chosen((run_id,))
    return [
        Export("n", "run as JSON", "its story, its steps and its entries", _drafted(chosen, Format.JSON)),
        Export("c", "run as CSV", "a line for each entry", _drafted(chosen, Format.CSV)),
        Export("m", "run as Mermaid", "its map as text, with the states", _drafted(chosen, Format.MERMAID)),
        Export("s", "run as SVG", "its map as a picture, with the states", _drafted(chosen, Format.SVG)),
        Export("b", "run as a bundle", _BUNDLE, _drafted(chosen, Format.BUNDLE), shown_first=True),
    ]


def exports_of_many(chosen: Chosen, what: str) -> list[Export]:
    """Several runs; `what` they are, in a few words."""
    return [
        Export("N", f"{what} as JSON", "a line for each run", _drafted(chosen, Format.JSON)),
        Export("C", f"{what} as CSV", "a line for each run", _drafted(chosen, Format.CSV)),
        Export("B", f"{what} as a bundle", _BUNDLE, _drafted(chosen, Format.BUNDLE), shown_first=True),
    ]


_BUNDLE = "without values, to be sent to somebody"


def _drafted(chosen: Chosen, format: Format) -> Callable[[Look, Instant], Draft]:
    return lambda look, now: export_of(look, chosen, format, now)


def offer_exports(console: ConsoleApp, title: str, exports: Sequence[Export]) -> None:
    """Asks which of them, and writes it."""
    from lexiconsole.tui.widgets.copy_panel import CopyPanel

    def chosen(copy: Copy | None) -> None:
        export = next((one for one in exports if copy is not None and one.key == copy.key), None)
        if export is None:
            return
        if export.shown_first:
            console.acts.ask(_shown(export))
        else:
            threading.Thread(target=_write, args=(console, export), name="export", daemon=True).start()

    rows = [Copy(one.key, one.name, one.about) for one in exports]
    console.push_screen(CopyPanel(f"Export of {title}", rows, verb="writes it"), chosen)


def _write(console: ConsoleApp, export: Export) -> None:
    """On a thread: a long list takes its time."""
    try:
        workspace = console.opened_workspace()
        with closing(workspace.look()) as look:
            said = _written(export.draft(look, workspace.now()))
    except Exception as fault:
        why = f"export: {harmless_sentence(str(fault))}"
        console.later(lambda: console.toast(why, good=False))
    else:
        console.later(console.toast, said)


def _written(draft: Draft) -> str:
    path = free_name(Path.cwd(), draft.name)
    size = draft.write(path)
    return f"{size:,} bytes are in {harmless(str(path))}"


def _shown(export: Export) -> Change:
    """A bundle: what the preview showed is what is written."""
    made: list[Draft] = []

    def look_at(workspace: Workspace) -> list[Preview]:
        from lexiconsole.app.outcome import Preview

        with closing(workspace.look()) as look:
            draft = export.draft(look, workspace.now())
        made[:] = [draft]
        runs = "1 run" if draft.runs == 1 else f"{draft.runs} runs"
        return [Preview(f"{runs} into {free_name(Path.cwd(), draft.name)}", list(draft.about), None, "")]

    def perform(workspace: Workspace, previews: Sequence[Preview]) -> Done:
        return Done(_written(made[0]))

    title = f"Write the {export.name}"
    return Change(title=title, word="export", look=look_at, perform=perform, only_writes_a_file=True)
