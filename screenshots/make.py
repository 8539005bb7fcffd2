"""Makes the pictures in this folder from real runs: every screen of the console, and a saga that turns round.

    pip install -e '.[dev,screenshots]'      # and the font DejaVu Sans Mono
    python screenshots/make.py               # all of them
    python screenshots/make.py saga inbox    # those whose names begin so

Each picture is made at two sizes, as PNG by `painter.py` and as SVG by `vector.py`. People, times and runs are those of `stories.py`.
"""

from __future__ import annotations

import asyncio
import os
import pwd
import shutil
import socket
import sys
import tempfile
import time
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent), str(HERE)]
os.environ |= {"TZ": "UTC", "TEXTUAL_ANIMATIONS": "none", "COLORTERM": "truecolor"}
os.environ.pop("NO_COLOR", None)
time.tzset()
pwd.getpwuid = lambda _: pwd.struct_passwd(("ana", "x", 0, 0, "", "/", "/bin/sh"))
socket.gethostname = lambda: "host"

from painter import few_colours, paint, save_moving  # noqa: E402
from PIL import Image  # noqa: E402
from stories import NOW, Day, busy, counter  # noqa: E402
from vector import drawn  # noqa: E402

from lexiconsole.app.loading import load  # noqa: E402
from lexiconsole.app.look import first_look  # noqa: E402
from lexiconsole.app.workspace import Workspace  # noqa: E402
from lexiconsole.tui.app import ConsoleApp  # noqa: E402
from lexiconsole.tui.keymap import Place  # noqa: E402
from lexiconsole.tui.screens import saga  # noqa: E402
from lexiconsole.views.playback import Playback  # noqa: E402
from lexiconsole.views.watched import Watched  # noqa: E402
from tests.tui import making  # noqa: E402
from tests.tui.making import StillVitals, settled, until  # noqa: E402

SIZES = ((120, 36), (80, 24))
_REST = 3  # frames for an entry that moves nothing


@dataclass
class Scene:
    """A place of the console, and the keys that were pressed there. `acting` is whose decisions they are."""

    name: str
    place: Place = Place.DASHBOARD
    subject: str = ""
    keys: tuple[str, ...] = ()
    acting: str = ""
    light: bool = False
    plain: bool = False
    sizes: tuple[tuple[int, int], ...] = SIZES


SCENES = (
    Scene("dashboard"),
    Scene("dashboard-light", light=True, sizes=SIZES[:1]),
    Scene("dashboard-ascii", plain=True, sizes=SIZES[:1]),
    Scene("dashboard-tiny", sizes=((60, 20), (40, 10))),
    Scene("dashboard-wide", sizes=((170, 50),)),
    Scene("start", Place.START, "order_fulfilment"),
    Scene("start-preview", Place.START, "order_fulfilment", ("ctrl+s",)),
    Scene("help", keys=("question_mark",)),
    Scene("sql", keys=("semicolon", "tab", "j", "j", "enter")),
    Scene("groups", keys=("F", "enter")),
    Scene("command", keys=("colon", *"retry", "space", *"loan")),
    Scene("copy", keys=("y",)),
    Scene("palette", keys=("ctrl+p",)),
    Scene("run", Place.RUN, "loan-0311"),
    Scene("run-failed", Place.RUN, "loan-0309"),
    Scene("run-gantt", Place.RUN, "loan-0311", ("v", "v"), sizes=SIZES[:1]),
    Scene("run-gantt", Place.RUN, "loan-0311", ("v",), sizes=SIZES[1:]),  # the rail is what comes first there
    Scene("run-rail", Place.RUN, "loan-0311", ("v",), sizes=SIZES[:1]),
    Scene("run-past", Place.RUN, "loan-0311", ("left_square_bracket",) * 4),
    Scene("run-light", Place.RUN, "loan-0311", light=True, sizes=SIZES[:1]),
    Scene("run-triage", Place.RUN, "ticket-509"),
    Scene("run-claim", Place.RUN, "claim-77"),
    Scene("saga", Place.SAGA, "order-1042"),
    Scene("saga-stuck", Place.SAGA, "trip-2207"),
    Scene("saga-done", Place.SAGA, "order-1041"),
    Scene("saga-light", Place.SAGA, "trip-2207", light=True, sizes=SIZES[:1]),
    Scene("saga-past", Place.SAGA, "trip-2207", ("left_square_bracket",) * 12),
    Scene("inbox", Place.INBOX, acting="dan"),
    Scene("inbox-light", Place.INBOX, acting="dan", light=True, sizes=SIZES[:1]),
    Scene("task", Place.TASK, "limit-9f21:director", acting="dan"),
    Scene("task-claim", Place.TASK, "claim-77:approval/directors", acting="dan"),
    Scene("batch", Place.INBOX, keys=("space", *"jjj", "space", "a"), acting="dan"),
    Scene("bulk", Place.BULK, "refunds-q3"),
    Scene("machine", Place.MACHINE, "kettles"),
    Scene("doubt", Place.DOUBT, "pay-5512"),
    Scene("diff", Place.DIFF, "loan-0309@\nloan-0311@"),
    Scene("confirm", keys=("j", "j", "r")),
)
EMPTY = (Scene("dashboard-empty"), Scene("inbox-empty", Place.INBOX))
"""Before anything ran."""
COUNTER = (
    Scene("definitions", Place.DEFINITIONS),
    Scene("definitions-graph", Place.DEFINITIONS, "returns", sizes=SIZES[:1]),
)
"""In the folder with the broken file."""


async def visit(folder: Path, scene: Scene, size: tuple[int, int], file: Path) -> None:
    app = ConsoleApp(
        lambda: Workspace.find(folder), first_look(folder), drives=False, ascii_only=scene.plain, now=lambda: NOW
    )
    app.vitals = StillVitals()
    async with app.run_test(size=size) as pilot:
        await until(pilot, lambda: bool(app.definitions) and app.reads.idle)
        if scene.light:
            app.choose_theme("light")
        app.acting_as = scene.acting
        if scene.place is not Place.DASHBOARD:
            app.go(scene.place, scene.subject)
        await settled(pilot)
        for key in scene.keys:
            await pilot.press(key)
            await settled(pilot)
        picture(app, file)
        app.shut()
    if app.workspace is not None:
        await asyncio.to_thread(app.put_down)


def painted(app: ConsoleApp) -> Image.Image:
    return paint(app.screen._compositor.render_strips(), app.size.width, **_colours(app))  # noqa: SLF001


def picture(app: ConsoleApp, file: Path) -> None:
    few_colours(painted(app)).save(file.with_suffix(".png"), optimize=True)
    lines = app.screen._compositor.render_strips()  # noqa: SLF001
    title = f"lexiconsole: {file.name.rpartition('-')[0]}"
    file.with_suffix(".svg").write_text(drawn(lines, app.size.width, title=title, **_colours(app)), encoding="utf-8")


def _colours(app: ConsoleApp) -> dict[str, str]:
    return {"ground": app.palette.ground, "text": app.palette.text}


async def turning(folder: Path, run: str, file: Path) -> None:
    """A saga that goes forward, fails and is undone, entry by entry as they were written, three times as slow."""
    seconds, frames = 0.0, []
    saga.monotonic = lambda: seconds  # the spinner
    app = ConsoleApp(lambda: Workspace.find(folder), first_look(folder), drives=False, now=lambda: NOW)
    app.vitals = StillVitals()
    async with app.run_test(size=(112, 34)) as pilot:
        await until(pilot, lambda: bool(app.definitions) and app.reads.idle)
        app.go(Place.SAGA, run)
        await settled(pilot)
        screen: Any = app.screen
        entries, outline = screen._playback.entries, screen._playback.outline  # noqa: SLF001
        playback, watched = Playback(lambda: seconds), Watched(screen.row, outline)
        screen._playback, screen._watched = playback, watched  # noqa: SLF001
        for entry in entries:
            app.now = lambda at=entry.at: at
            app.header_news(screen)  # the clock stands where the saga does
            playback.take([entry], outline)
            watched.add(screen.row, [entry])
            for frame in range(12):
                screen._fold(force=True)  # noqa: SLF001
                await pilot.pause()
                frames.append(painted(app))
                seconds += 1 / 36
                if not playback.showing().moving and frame >= _REST:
                    break
        screen._fold(force=True)  # noqa: SLF001
        await settled(pilot)
        frames.append(painted(app))
        app.shut()
    if app.workspace is not None:
        await asyncio.to_thread(app.put_down)
    save_moving(frames, file, 70)


def main(wanted: Sequence[str], out: Path = HERE) -> None:
    load()
    making.PATIENCE = 600.0  # others may be at work here as well
    place = Path(tempfile.gettempdir()) / "shop"  # some pictures show it
    if place.exists():
        sys.exit(f"{place} is in the way: move it")
    try:
        day = Day.of_a_shop(place)
        see(day, EMPTY, wanted, out)
        day.told(busy)
        see(day, SCENES, wanted, out)
        if not wanted or "turning" in wanted:
            asyncio.run(turning(day.folder, "order-1042", out / "saga-turning.png"))
        see(counter(place / "counter"), COUNTER, wanted, out)
    finally:
        os.chdir(HERE)
        shutil.rmtree(place, ignore_errors=True)


def see(day: Day, scenes: Sequence[Scene], wanted: Sequence[str], out: Path) -> None:
    """Four at a time: each waits for its threads most of the time."""
    with ProcessPoolExecutor(4, get_context("fork")) as pool:
        seen = [
            pool.submit(_look, day.folder, scene, size, out / f"{scene.name}-{size[0]}x{size[1]}")
            for scene in scenes
            if not wanted or scene.name.startswith(tuple(wanted))
            for size in scene.sizes
        ]
    for one in seen:
        one.result()


def _look(folder: Path, scene: Scene, size: tuple[int, int], file: Path) -> None:
    asyncio.run(visit(folder, scene, size, file))


if __name__ == "__main__":
    main(sys.argv[1:])
