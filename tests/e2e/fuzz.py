"""Random keys, mouse, resizes and engine events against the console with real runs under it; the same seed, the same events.

    python -m tests.e2e.fuzz               # 20,000 events, in chunks of 500 on two processes, seeds 1, 2, …
    python -m tests.e2e.fuzz 20000 1000    # others: seeds 1000, 1001, …
    python -m tests.e2e.fuzz 500 7         # one chunk, seed 7

A chunk fails when the console crashes, when a key is not answered in time, or when escape does not lead back to the first
screen; then its seed and its last events are told.
"""

from __future__ import annotations

import asyncio
import os
import random
import re
import subprocess
import sys
import tempfile
import time
import traceback
import unicodedata
from collections import Counter, deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import chdir
from pathlib import Path
from unittest.mock import patch

from textual import events
from textual.keys import REPLACED_KEYS, _character_to_key, _get_unicode_name_from_key
from textual.pilot import Pilot
from textual.widgets import Input

from lexiconsole.app.look import first_look
from lexiconsole.app.workspace import Workspace
from lexiconsole.errors import LexiconsoleError
from lexiconsole.tui.app import ConsoleApp
from lexiconsole.tui.keymap import KEYS, MOVES
from lexiconsole.tui.screens.dashboard import DashboardScreen
from tests.e2e.furnished import HAPPENINGS, furnished, happen

__all__ = ["Fuzz", "run_chunk"]

TOTAL, CHUNK = 20_000, 500
PATIENCE = 30.0
"""Seconds after which a console that does not answer is stuck, as `fair_time` counts them."""
LATE = 2.0
"""Seconds after which a key that nobody said was dealt with holds up the next one."""

SIZES = [(120, 36), (120, 36), (80, 24), (200, 60), (160, 50), (60, 20), (40, 10), (100, 30), (20, 5), (99, 15), (1, 1)]

_NAMES = sorted({name for key in KEYS for name in key.keys} | {name for _, names in MOVES for name in names})
_TEXT = [
    *"abcdefghijklmnopqrstuvwxyzABCXYZ0123456789",
    "space", "minus", "full_stop", "left_square_bracket", "backspace", "delete", "enter", "left", "right", "tab", "shift+tab", "ctrl+s",
    "ctrl+r", "ctrl+t", "ctrl+e", "ctrl+a", "ctrl+k", "ctrl+w", "ctrl+o", "ctrl+l", "ctrl+z", "ctrl+c", "colon", "semicolon", "f5", "insert",
    "ctrl+underscore", "upper_a_with_diaeresis",
]  # fmt: skip
_LEAVE = {"q", "ctrl+q"}

_WAYS = [
    *(f"show-run {run}" for run in ("first-0", "first-2", "first-4", "first-7", "refund", "kettles", "cups", "money", "first")),
    *("definitions", "inbox", "dashboard", "start odd", "start loan", "start nothing", "theme light", "theme dark"),
    *("runs", "runs state:failed", "runs state:me name:loan*", "filter age<1h odd", "runs state:none", "runs \\x1b["),
    *("save mine", "view mine", "forget mine", "retry first-2", "pause first-0", "cancel refund", "de", "p", "diff", "zoom"),
]  # fmt: skip
"""Typed behind `:`, so that screens are come to that random keys seldom find."""
_FILTERS = [
    "state:failed",
    "state:me kind:saga",
    "name:odd",
    "id:first-",
    "key:charge",
    "age<1h",
    "12",
    "failed",
    "[b]",
]


def fair_time() -> float:
    """Seconds that went by, but for those in which the machine was busy with others while this thread could have gone on."""
    try:
        queued = int(Path("/proc/self/schedstat").read_text(encoding="ascii").split()[1]) / 1e9
    except OSError:
        queued = 0.0
    return time.monotonic() - queued


class Fuzz:
    """One chunk: `go` does so many events; what went wrong is raised. `seen` counts after how many of them each screen was up."""

    def __init__(self, folder: Path, seed: int) -> None:
        self.folder, self.dice = folder, random.Random(seed)
        self.seed, self.done, self.left, self.refused = seed, 0, 0, 0
        self.wrong: list[BaseException] = []
        self.seen: Counter[str] = Counter()
        self.late: list[str] = []
        """Keys that the next one had to wait for in vain."""
        self.last: deque[str] = deque(maxlen=40)
        self._threads = ThreadPoolExecutor(1)

    async def go(self, events: int) -> None:
        with Workspace.find(self.folder) as other:
            try:
                while self.done < events:
                    await self._visit(events, other)
                assert not self.wrong, f"what happened beside the console went wrong: {self.wrong[0]!r}"
            except BaseException as fault:
                self._tell(fault)
                raise
            finally:
                self._threads.shutdown(wait=True, cancel_futures=True)

    def _tell(self, fault: BaseException) -> None:
        sys.stderr.write(f"seed {self.seed}, event {self.done}, {type(fault).__name__}: {fault}\n")
        sys.stderr.write(f"last events: {' '.join(self.last)}\n")

    async def _visit(self, events: int, other: Workspace) -> None:
        """From opening the console to its end, or until enough was done."""
        app = ConsoleApp(lambda: Workspace.find(self.folder), first_look(self.folder))
        try:
            async with app.run_test(size=(120, 36)) as pilot:
                await self._until(lambda: bool(app.definitions), "the console never opened")
                while self.done < events and app.is_running and not app._exit and app._exception is None:
                    self.done += 1
                    await self._answered(asyncio.ensure_future(self._event(app, pilot, other)))
                    self._look(app)
                    if self.done % 50 == 0:
                        await self._way_back(app, pilot)
                app.shut()
            lately = {word for told in self.last for word in re.split("[ :]", told)}
            if self.done < events and (
                app.fault or not lately & (_LEAVE | {"enter", "click"})
            ):  # palette, line, footer
                raise AssertionError("the console ended by itself")
            self.left += 1
        finally:
            app.shut()
            if app.workspace is not None:
                await asyncio.to_thread(app.put_down)

    async def _answered(self, event: asyncio.Future[None]) -> None:
        end = fair_time() + 2 * PATIENCE
        while not (await asyncio.wait({event}, timeout=1.0))[0]:
            if fair_time() > end:
                event.cancel()
                raise AssertionError("the console does not answer")
        await event

    async def _until(self, true: Callable[[], bool], what: str) -> None:
        end = fair_time() + PATIENCE
        while not true():
            assert fair_time() < end, what
            await asyncio.sleep(0.01)

    async def _event(self, app: ConsoleApp, pilot: Pilot[int], other: Workspace) -> None:
        match self.dice.choices(
            ["key", "text", "way", "filter", "diff", "click", "wheel", "hover", "resize", "engine"],
            [54, 12, 4, 1, 1, 8, 5, 4, 3, 8],
        )[0]:
            case "key":
                key = self.dice.choice(_NAMES)
                if key in _LEAVE and self.dice.random() < 0.7:  # leaving often would leave little time for the rest
                    key = "escape"
                await self._press(pilot, key)
            case "text":
                for key in self.dice.choices(_TEXT, k=self.dice.randint(1, 4)):
                    await self._press(pilot, key)
            case "way":
                await self._type(
                    pilot, "colon", self.dice.choice(_WAYS), self.dice.choice(["enter", "enter", "enter", "tab"])
                )
            case "filter":
                await self._type(pilot, "slash", self.dice.choice(_FILTERS), self.dice.choice(["enter", "escape"]))
            case "diff":
                await self._type(pilot, "colon", "dashboard", "enter")
                for key in ("2", "space", "space", "D"):
                    await self._press(pilot, key)
            case "resize":
                size = self.dice.choice(SIZES)
                self.last.append(f"resize:{size[0]}x{size[1]}")
                await pilot.resize_terminal(*size)
            case "engine":
                self._engine(other)
            case what:
                await self._mouse(app, pilot, what)

    async def _press(self, pilot: Pilot[int], key: str) -> None:
        self.last.append(f"key:{key}")
        await self._send(pilot, _pressed(key))

    async def _type(self, pilot: Pilot[int], key: str, text: str, end: str) -> None:
        """A key that opens a line, a text for it, and a key behind that."""
        self.last.append(f"key:{key} {text!r} {end}")
        await self._send(pilot, *[_pressed(each) for each in (key, *map(_character_to_key, text), end)])

    def _look(self, app: ConsoleApp) -> None:
        screen = app.seen_screen()
        if screen is not None:
            self.seen[screen.place.value] += 1
            if app.screen is not screen:
                self.seen[type(app.screen).__name__] += 1

    async def _send(self, pilot: Pilot[int], *sent: events.Event) -> None:
        """As a terminal does it: sometimes the next ones come before these are dealt with."""
        driver = pilot.app._driver
        for event in sent:
            event.set_sender(pilot.app)
            if driver is not None:
                driver.send_message(event)
        if self.dice.random() < 0.7:
            await self._dealt_with(pilot)
        else:
            await asyncio.sleep(0)

    async def _dealt_with(self, pilot: Pilot[int]) -> None:
        """Until every key that was pressed is answered; a key may end the console."""
        app = pilot.app
        assert isinstance(app, ConsoleApp)
        await pilot._wait_for_screen(3600)
        begun = fair_time()
        while app.has_keys and not app._exit and app._exception is None:
            waits = fair_time() - begun
            assert waits < PATIENCE, f"a key was never dealt with: {app._ahead}"
            if waits > LATE and not app._ahead:
                self.late.append(self.last[-1])
                break
            await asyncio.sleep(0.01)

    async def _mouse(self, app: ConsoleApp, pilot: Pilot[int], what: str) -> None:
        x, y = self.dice.randrange(max(1, app.size.width)), self.dice.randrange(max(1, app.size.height))
        self.last.append(f"({x}, {y}):{what}")
        if what == "click":
            twice = self.dice.choice([1, 1, 2])
            await self._send(pilot, *[_mouse(kind, x, y, 1) for kind in [events.MouseDown, events.MouseUp] * twice])
        elif what == "hover":
            await self._send(pilot, _mouse(events.MouseMove, x, y, 0))
        else:
            turned = self.dice.choice([events.MouseScrollUp, events.MouseScrollDown])
            await self._send(pilot, _mouse(turned, x, y, 0))

    def _engine(self, other: Workspace) -> None:
        """What another process does with the same store; the console's engine drives."""
        dice = random.Random(self.dice.random())
        what = dice.choice(HAPPENINGS)
        self.last.append(f"engine:{what}")

        def act() -> None:
            try:
                happen(what, other, dice)
            except LexiconsoleError:
                self.refused += 1
            except BaseException as fault:
                self.wrong.append(fault)

        self._threads.submit(act)

    async def _way_back(self, app: ConsoleApp, pilot: Pilot[int]) -> None:
        """From wherever it is, escape leads to the first screen, and that one still answers."""
        if _is_over(app):
            return
        await pilot.resize_terminal(120, 36)
        for _ in range(40):
            await self._dealt_with(pilot)
            if _is_over(app):
                return  # by a key that waited for its turn
            if len(app.screen_stack) == 1 and not isinstance(app.focused, Input) and app.screen.maximized is None:
                break
            await pilot.press("escape")
        assert len(app.screen_stack) == 1, f"escape does not lead back from {app.screen!r}"
        assert isinstance(app.screen, DashboardScreen), f"{app.screen!r} is the first screen now"
        await pilot.press("escape", "2")
        await self._dealt_with(pilot)
        seen = "\n".join(strip.text for strip in app.screen._compositor.render_strips())
        assert "Dashboard" in seen and "Runs" in seen, f"{app.screen_stack!r} {app.screen.maximized!r}\n{seen}"
        await pilot.press("question_mark")
        await self._until(
            lambda: len(app.screen_stack) == 2 or app._exception is not None, f"help does not open:\n{seen}"
        )
        await pilot.press("escape")
        self.last.append("back")


def _pressed(key: str) -> events.Key:
    try:
        character: str | None = unicodedata.lookup(_get_unicode_name_from_key(REPLACED_KEYS.get(key, key)))
    except KeyError:
        character = key if len(key) == 1 else None
    return events.Key(key, character)


def _mouse(kind: type[events.MouseEvent], x: int, y: int, button: int) -> events.MouseEvent:
    return kind(None, x, y, 0, 0, button, False, False, False, x, y)


def run_chunk(folder: Path, seed: int, events: int) -> Fuzz:
    """With a console of its own on a workspace that exists, in that folder, as what is exported lands where one is."""
    fuzz = Fuzz(folder, seed)
    with chdir(folder), patch.dict(os.environ, {"EDITOR": "true", "VISUAL": "true", "TEXTUAL_ANIMATIONS": "none"}):
        asyncio.run(fuzz.go(events))
    return fuzz


def _run_apart(seed: int) -> tuple[int, int, str]:
    done = subprocess.run(
        [sys.executable, "-m", "tests.e2e.fuzz", str(CHUNK), str(seed)], capture_output=True, text=True, check=False
    )
    return seed, done.returncode, done.stdout + done.stderr


def _is_over(app: ConsoleApp) -> bool:
    return not app.is_running or bool(app._exit) or app._exception is not None


def main() -> int:
    events, first = (int(word) for word in (sys.argv[1:] + [str(TOTAL), "1"][len(sys.argv[1:]) :]))
    if events <= CHUNK:
        return _run_here(first, events)
    wrong = 0
    seeds = range(first, first + events // CHUNK)
    with ThreadPoolExecutor(2) as two:
        for seed, code, told in two.map(_run_apart, seeds):
            wrong += code != 0
            print(f"{'FAILED ' if code else ''}{told.strip() or f'seed {seed} ended with {code}'}", flush=True)
    print(f"{CHUNK * len(seeds):,} events in {len(seeds)} chunks: {wrong} failed")
    return 1 if wrong else 0


def _run_here(seed: int, events: int) -> int:
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        try:
            fuzz = run_chunk(furnished(Path(folder)), seed, events)
        except BaseException:
            traceback.print_exc()
            return 1
    print(
        f"seed {seed}: {fuzz.done} events, left {fuzz.left} times, {fuzz.refused} happenings refused,"
        f" {time.monotonic() - began:.0f} s, {len(fuzz.late)} late {fuzz.late[:9]}; {' '.join(f'{name} {many}' for name, many in fuzz.seen.most_common())}"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
