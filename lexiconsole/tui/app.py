"""ConsoleApp: the screens on one side, the workspace on the other, and between them nothing but reads, acts and the feed.

The first paint needs the store and nothing else. Settings and definitions are loaded on a thread after it, and then a process
of its own drives what nobody drives (`driving`): here no step runs.
"""

from __future__ import annotations

import asyncio
import gc
import os
import signal
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import closing, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from textual.binding import Binding, BindingType
from textual.events import Event, InputEvent, Key
from textual.screen import Screen
from textual.scrollbar import ScrollBar, ScrollBarRender

from lexiconsole.tui.acts import Acts
from lexiconsole.tui.calling import Calling
from lexiconsole.tui.driving import Driving
from lexiconsole.tui.feed import FRAME, Feed
from lexiconsole.tui.glyphs import ASCII, UNICODE
from lexiconsole.tui.in_turn import KeysInTurn
from lexiconsole.tui.keymap import Place, with_keys
from lexiconsole.tui.motion import Motion
from lexiconsole.tui.palettes import Palette
from lexiconsole.tui.place import ConsoleScreen
from lexiconsole.tui.plain_filter import PlainBars, PlainFilter
from lexiconsole.tui.reads import Reads
from lexiconsole.tui.screens.registry import SCREENS, make_screen
from lexiconsole.tui.theme import COLOURLESS, CSS, PALETTES, THEMES, theme_of
from lexiconsole.tui.vitals import Vitals
from lexiconsole.types import Instant, RunStatus
from lexiconsole.views.durations import minute
from lexiconsole.views.faults import misfit
from lexiconsole.views.key_parts import repaired_key
from lexiconsole.views.safe import harmless_sentence

if TYPE_CHECKING:
    from textual.driver import Driver

    from lexiconsole.app.look import Look
    from lexiconsole.app.workspace import Workspace
    from lexiconsole.durable.definition import Definition
    from lexiconsole.durable.journal import RunRow
    from lexiconsole.tui.ahead import Ahead
    from lexiconsole.tui.tour import Tour

__all__ = ["ConsoleApp"]


def _actions() -> Any:
    from lexiconsole.tui.widgets.palette import Actions

    return Actions


def _runs() -> Any:
    from lexiconsole.tui.widgets.palette import Runs

    return Runs


_SAY_AGAIN = 30.0
"""Seconds after which a fault that came back is said again."""


class ConsoleApp(KeysInTurn):
    """`open_workspace` is called on a thread after the first paint; `look` is what is painted first, None when only the
    settings know where the store is; `ahead` stands on the terminal already. `readonly`: nothing can be changed, nothing is driven.
    `now` is the clock that relative times are reckoned from. `theme` is one of `THEMES`; `why_motion` says why less than everything
    moves; `moves` gives for keys that move as well those that every widget knows. `driver` stands in for the terminal's.
    """

    CSS = CSS
    ENABLE_COMMAND_PALETTE = True
    COMMAND_PALETTE_BINDING = "ctrl+p"
    COMMANDS: ClassVar[set[Any]] = {_actions, _runs}
    ESCAPE_TO_MINIMIZE = False
    TITLE = "lexiconsole"
    BINDINGS: ClassVar[list[BindingType]] = [Binding("ctrl+c", "leave_hint", show=False, priority=True)]

    def __init__(
        self,
        open_workspace: Callable[[], Workspace],
        look: Look | None,
        *,
        ahead: Ahead | None = None,
        ascii_only: bool = False,
        drives: bool = True,
        readonly: bool = False,
        theme: str = "dark",
        motion: Motion = Motion.FULL,
        why_motion: str = "",
        moves: Mapping[str, str] | None = None,
        now: Callable[[], Instant] = time.time,
        driver: type[Driver] | None = None,
    ) -> None:
        super().__init__(driver_class=driver, watch_css=False, ansi_color=False)
        ScrollBar.renderer = PlainBars if ascii_only else ScrollBarRender
        if ascii_only:
            self._filters.append(PlainFilter())
        self.now, self.glyphs = now, ASCII if ascii_only else UNICODE
        self.workspace: Workspace | None = None
        self.definitions: dict[str, Definition] = {}
        self.looks_for_definitions = True  # they are not loaded yet
        self.unstarted: dict[str, dict[str, str]] = {}  # forms that were left, by their definition
        self.fault: BaseException | None = None
        self.acting_as = ""  # an operator's name; "" for one's own
        self.home: Path | None = None  # where somebody may begin who has no workspace yet
        self.greets: Callable[[ConsoleApp], None] | None = None  # called once the first paint is there
        self.parts_with = ""  # what the console that is opened after this one says first
        self.tour: Tour | None = None
        self.reopens = ""  # what is opened when this ends: `tour`, or `own`, which is what was opened first
        self.readonly, self._first_theme = readonly, theme
        self.motion, self.why_motion, self._moves = motion, why_motion, moves or {}
        self._open_workspace, self._drives, self._first_look = open_workspace, drives and not readonly, look
        self._opened = threading.Event()
        self._shut = False
        self._last_fault, self._last_fault_at = "", 0.0
        self.acts, self.vitals, self.calling = Acts(self), Vitals(), Calling(self)
        self.driving = Driving(self, comes=self._drives)
        self.ahead, self.vitals.counts = ahead, {} if ahead is None else ahead.counts
        self.reads: Reads
        self.feed: Feed | None = None

    @property
    def palette(self) -> Palette:
        """The colours of the theme that is on."""
        return (COLOURLESS if self.no_color else PALETTES)[self.theme]

    # beginning

    def get_driver_class(self) -> type[Driver]:
        usual = super().get_driver_class()
        if usual.__module__ != "textual.drivers.linux_driver":  # one that was asked for, another system
            return usual
        from lexiconsole.tui.terminal import LastingDriver

        return LastingDriver

    def get_default_screen(self) -> Screen[Any]:
        return make_screen(Place.DASHBOARD)

    async def on_load(self) -> None:
        from lexiconsole.app.look import Look

        for name in THEMES:
            self.register_theme(theme_of(name, colourless=self.no_color))
        self.theme = THEMES[self._first_theme].name
        self.reads = Reads(self._first_look or Look(Path(os.devnull) / "none"), self.failed)
        with suppress(NotImplementedError, RuntimeError, ValueError):  # not the main thread: somebody embeds us
            for sent in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
                asyncio.get_running_loop().add_signal_handler(sent, self.exit, 128 + sent)

    def on_mount(self) -> None:
        self.animation_level = "none"
        self.set_interval(1.0, self._tick)

    def painted(self) -> None:
        """The first paint is there: what was typed before it is answered, then comes what it did not need."""
        self.take_keys()
        if not gc.isenabled():
            gc.freeze()  # the toolkit and the screens are here to stay: no need to look through them again and again
            gc.enable()
        self._go_on()

    def _go_on(self) -> None:
        if self.has_keys:  # a thread that loads modules would hold up their answer
            self.set_timer(FRAME, self._go_on)
            return
        if self._first_look is not None:
            self._begin_feed(self._first_look.path)
        threading.Thread(target=self._open, name="opening", daemon=True).start()
        if self.greets is not None:
            self.greets(self)

    def _open(self) -> None:
        """On a thread: what the first paint could do without."""
        try:
            from lexiconsole.app.loading import load

            load()
            workspace = self._open_workspace()
            with closing(workspace.look()) as look:
                look.version()  # raises when the file can not be used
            if self._drives:
                self.driving.begin(workspace)
            self.later(self._workspace_opened, workspace)
            definitions = workspace.definitions()
            self.later(self.definitions_loaded, definitions)
        except BaseException as fault:
            self.later(self._could_not_open, fault)

    def _workspace_opened(self, workspace: Workspace) -> None:
        self.workspace = workspace
        if self._first_look is None or self._first_look.path != workspace.store_path:
            self.reads.relook(workspace.look())
            self._begin_feed(workspace.store_path)
        self.reads.opened(workspace)
        self._opened.set()
        self.seen_screen_changed()

    def definitions_loaded(self, definitions: list[Definition]) -> None:
        self.definitions, self.looks_for_definitions = {found.name: found for found in definitions}, False
        self.seen_screen_changed()
        if self.tour is not None:
            self.tour.begin(self)

    def _could_not_open(self, fault: BaseException) -> None:
        self.fault = fault
        self.exit(1)

    def _begin_feed(self, store: Path) -> None:
        from lexiconsole.app.look import Look

        if self.feed is not None:
            self.feed.stop()
        self.feed = Feed(Look(store, readonly=self.readonly), lambda: self.later(self._tidings_due))
        self.feed.start()

    # what the screens open and leave behind

    def opened_workspace(self) -> Workspace:
        """Waits until there is one; only for threads."""
        self._opened.wait()
        assert self.workspace is not None
        return self.workspace

    def put_down(self) -> None:
        """After `shut`: waits until every run was put down where it stands; each can be resumed."""
        if self.workspace is not None:
            self.workspace.interrupt()
        self.driving.ended()

    def shut(self) -> None:
        """After the interface ended: no more reads, and the engine is asked to put its runs down."""
        self._shut = True
        self.driving.end()
        if self.feed is not None:
            self.feed.stop()
        with suppress(AttributeError):
            self.reads.close()
        self.calling.end()

    # news

    def later(self, call: Callable[..., Any], *values: Any) -> None:
        """Calls on the interface's loop, from any thread; nothing once the console is closing."""
        loop = self._loop
        if self._shut or loop is None or loop.is_closed():
            return
        with suppress(RuntimeError):
            loop.call_soon_threadsafe(lambda: self.call_later(call, *values))

    @property
    def committed(self) -> int:
        """Another number after any commit."""
        return 0 if self.feed is None else self.feed.version

    def _tidings_due(self) -> None:
        self.set_timer(FRAME, self._hear)

    def _hear(self) -> None:
        if self.feed is None:
            return
        tidings = self.feed.take()
        if tidings.fault:
            self.failed(Exception(tidings.fault))
            self.seen_screen_changed()  # what it shows can not be read any more, and it says so
        self.vitals.came(tidings.entries)
        self.acts.heard(tidings)
        self.calling.heard()
        if self.tour is not None:
            self.tour.heard(self)
        screen = self.seen_screen()
        if screen is not None and tidings:
            with self.batch_update():
                screen.heard(tidings)
            self._read_counts()

    def _tick(self) -> None:
        now = self.now()
        self.vitals.tick()
        self.calling.tick()
        if not self.vitals.counts:
            self._read_counts()  # the store could not be read
        if (screen := self.seen_screen()) is not None:
            screen.header.tell(clock=minute(now), rate=self.vitals.words(self.glyphs))
            screen.tick(now)

    def seen_screen(self) -> ConsoleScreen | None:
        """The topmost console screen; a panel may lie over it."""
        found = (screen for screen in reversed(self.screen_stack) if isinstance(screen, ConsoleScreen))
        return next(found, None) if self._screen_stacks.get(self._current_mode) else None

    def seen_screen_changed(self) -> None:
        """Something that no entry tells of changed: what was requested, which definitions there are."""
        screen = self.seen_screen()
        if screen is not None and screen.is_mounted:
            screen.returned()
            screen.show_keys()

    def header_news(self, screen: ConsoleScreen) -> None:
        """What every screen's header shows."""
        screen.header.tell(clock=minute(self.now()), rate=self.vitals.words(self.glyphs), counts=self.vitals.counts)
        self._read_counts()

    def _read_counts(self) -> None:
        self.reads.look("counts", lambda look: look.counts(), self._counted, lambda _: self._counted({}))

    def _counted(self, counts: dict[RunStatus, int]) -> None:
        self.vitals.counts = counts
        if (screen := self.seen_screen()) is not None:
            screen.header.tell(counts=counts)

    # what screens ask for

    def go(self, place: Place, subject: str = "") -> None:
        """Shows the screen of a place, about a run, a task or a definition."""
        self.push_screen(make_screen(place, subject))

    def reopen(self, *, tour: bool = False) -> None:
        """Ends this console; the next one is opened on the tour, or where one was before it."""
        self.reopens = "tour" if tour else "own"
        self.exit(0)

    def knows(self, place: Place) -> bool:
        """Whether there is a screen for it."""
        return place in SCREENS

    def place_of(self, row: RunRow) -> Place | None:
        """Where a run is watched."""
        wanted = {"saga": Place.SAGA, "machine": Place.MACHINE, "bulk": Place.BULK}.get(row.kind, Place.RUN)
        stuck = wanted is Place.SAGA and bool(repaired_key(row.where))  # asked about in its lanes
        doubt = (Place.DOUBT,) if row.status is RunStatus.DOUBTFUL and not stuck and not misfit(row) else ()
        return next((place for place in (*doubt, wanted, Place.RUN) if self.knows(place)), None)

    def toast(self, text: str, *, good: bool = True) -> None:
        """One sentence in the corner, harmless already."""
        self.notify(text, severity="information" if good else "warning", timeout=6 if good else 12, markup=False)

    def failed(self, fault: Exception) -> None:
        """Something that was read or begun could not be; said once while it lasts."""
        said = harmless_sentence(str(fault))
        if said != self._last_fault or self.now() - self._last_fault_at > _SAY_AGAIN:
            self.toast(said, good=False)
        self._last_fault, self._last_fault_at = said, self.now()

    async def on_event(self, event: Event) -> None:
        """A key or a turn of the wheel that comes while the console closes is nobody's any more; one that was on its way to a
        screen when the line of commands opened is meant for the line.
        """
        if self._moves and isinstance(event, Key) and not (event.is_forwarded or hasattr(self.focused, "cursor_blink")):
            name = self._moves.get(event.key, event.key)  # in a field, which has a cursor, letters are letters
            if not name:
                return
            event = event if name == event.key else Key(name, None)
        open_still = bool(self._screen_stacks.get(self._current_mode))
        take = getattr(self.screen, "take_key", None) if open_still and isinstance(event, Key) else None
        if take is not None and event.is_forwarded and take(event):
            return
        if open_still or not isinstance(event, InputEvent):
            await super().on_event(event)

    def action_command_palette(self) -> None:
        """Over a screen; a panel has to be closed first."""
        from lexiconsole.tui.widgets.palette import PalettePanel

        if isinstance(self.screen, ConsoleScreen):
            self.push_screen(PalettePanel(id="--command-palette"))

    def next_theme(self) -> None:
        names = [theme.name for theme in THEMES.values()]
        self.choose_theme(list(THEMES)[(names.index(self.theme) + 1) % len(names)])

    def choose_theme(self, name: str) -> None:
        """One of `THEMES`; every screen is painted anew."""
        self.theme = THEMES[name].name
        self.call_after_refresh(self._paint_anew)

    def _paint_anew(self) -> None:
        """Once the style sheet is that of the theme: what is painted by cells asks it for its ground."""
        for screen in self.screen_stack:
            for widget in screen.query("*"):
                repaint = getattr(widget, "repaint", widget.refresh)
                repaint()
        self.seen_screen_changed()  # sentences and headers are said in the colours of their time

    def action_leave_hint(self) -> None:
        screen = self.seen_screen()
        if screen is not None:
            screen.status.explain(with_keys("{back} goes back, {quit} leaves the program"))
