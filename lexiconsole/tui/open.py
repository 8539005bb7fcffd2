"""Opening the console: what `lexiconsole` without a command does on a terminal."""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from lexiconsole.app.appearance import draws_ascii_only, first_appearance
from lexiconsole.app.first_start import is_bare, is_empty, tour_folder
from lexiconsole.app.look import absolute, first_look
from lexiconsole.tui.ahead import ahead
from lexiconsole.tui.glyphs import ASCII, UNICODE, Glyphs
from lexiconsole.tui.palettes import Palette, palette_of

if TYPE_CHECKING:
    from textual.driver import Driver

    from lexiconsole.app.workspace import Workspace
    from lexiconsole.tui.app import ConsoleApp
    from lexiconsole.types import Instant

__all__ = ["run_console"]


def run_console(
    folder: Path | None = None,
    *,
    store: Path | None = None,
    profile: str = "",
    ascii_only: bool = False,
    readonly: bool = False,
    driver: type[Driver] | None = None,
) -> int:
    """Runs the console until it is left; the terminal is as it was before runs are put down. Gives the exit code.

    In an empty folder it offers a tour, and `:tour` asks for one anywhere: for that it is opened again on a workspace that is
    thrown away, and then as it was. `driver` is what paints and hears where there is no terminal. Raises what kept the
    workspace from being opened.
    """
    home = absolute(folder)

    def own(left: ExitStack | None = None) -> ConsoleApp:
        app = _on(folder, store, profile, ascii_only=ascii_only, readonly=readonly, driver=driver, left=left)
        app.home = home if store is None and not readonly and home.is_dir() and is_bare(home) else None
        return app

    with ExitStack() as left:
        app = own(left if driver is None else None)
        app.greets = _welcome if app.home is not None and is_empty(home) else None
        while True:
            code = _run(app)
            match app.reopens:
                case "":
                    return code
                case "tour":
                    from lexiconsole.tui.tour import Tour

                    where, begins = left.enter_context(tour_folder()), app.home
                    app = _on(where, None, "", ascii_only=ascii_only, driver=driver)
                    app.home, app.tour = begins, Tour(where, begins)
                case _:
                    said = app.parts_with
                    left.close()
                    app = own()
                    app.greets = (lambda console, said=said: console.toast(said)) if said else None


def _welcome(app: ConsoleApp) -> None:
    from lexiconsole.tui.beginning import welcome

    welcome(app)


class _Outfit(NamedTuple):
    """What the first frame is drawn with."""

    palette: Palette
    glyphs: Glyphs

    def now(self) -> Instant:
        return time.time()


def _on(
    folder: Path | None,
    store: Path | None,
    profile: str,
    *,
    ascii_only: bool,
    readonly: bool = False,
    driver: type[Driver] | None = None,
    left: ExitStack | None = None,
) -> ConsoleApp:
    """The console, with its first frame painted `ahead` where `left` takes it down again."""

    def opened() -> Workspace:
        from lexiconsole.app.workspace import Workspace

        return Workspace.find(folder, store=store, profile=profile, readonly=readonly)

    wished = first_appearance(folder, profile=profile)
    moves = _own_keys(wished.keys)
    look = first_look(folder, store=store, profile=profile, readonly=readonly)
    ascii_only = ascii_only or draws_ascii_only(wished.glyphs, os.environ)
    colourless = "NO_COLOR" in os.environ
    outfit = _Outfit(palette_of(wished.theme, colourless=colourless), ASCII if ascii_only else UNICODE)
    standing = None if left is None else left.enter_context(ahead(look, outfit, readonly=readonly))

    from lexiconsole.tui.app import ConsoleApp  # loads the toolkit
    from lexiconsole.tui.motion import chosen_motion

    motion, why_motion = chosen_motion(wished.motion, dict(os.environ))
    return ConsoleApp(
        opened,
        look,
        ahead=standing,
        ascii_only=ascii_only,
        readonly=readonly,
        theme=wished.theme,
        motion=motion,
        why_motion=why_motion,
        moves=moves,
        driver=driver,
    )


def _own_keys(file: Path | None) -> Mapping[str, str]:
    """Takes a person's keys into use; gives the keys that move as well. Raises ConfigurationError."""
    if file is None:
        return {}
    from lexiconsole.tui.keymap import use
    from lexiconsole.tui.keymap_file import read_keymap

    keymap = read_keymap(file)
    use(keymap.keys)
    return keymap.moves


def _run(app: ConsoleApp) -> int:
    code = app.run()
    app.shut()
    if code == 128 + signal.SIGHUP:
        app.driving.let_go()
    _put_down(app)
    if app.fault is not None:
        raise app.fault
    return code if code is not None else app.return_code or 0


def _put_down(app: ConsoleApp) -> None:
    """Says so when that takes longer than one notices."""
    said = threading.Timer(
        0.6, lambda: sys.stderr.write("putting runs down; each can go on later. ctrl+c ends at once\n")
    )
    said.daemon = True
    said.start()
    try:
        app.put_down()
    finally:
        said.cancel()
