"""ConsoleScreen: what every screen has: header, body, status sentence, footer, its keys from the table, and news of runs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from inspect import isawaitable
from typing import TYPE_CHECKING, ClassVar, cast

from textual import events
from textual.app import ComposeResult
from textual.widget import Widget

from lexiconsole.tui.acts import READ_ONLY
from lexiconsole.tui.in_turn import PaintsAtOnce
from lexiconsole.tui.ink import Part, ink
from lexiconsole.tui.keymap import (
    KEYS,
    LEADS_TO_CHANGES,
    OF_A_RUN,
    OF_NO_SUBJECT,
    Key,
    Place,
    key_of,
    keys_at,
    shown_key,
)
from lexiconsole.tui.repainting import SeenLines
from lexiconsole.tui.widgets.footer import Footer
from lexiconsole.tui.widgets.header import Header
from lexiconsole.tui.widgets.status import Status
from lexiconsole.tui.widgets.virtual_table import VirtualTable

if TYPE_CHECKING:
    from lexiconsole.durable.journal import RunRow
    from lexiconsole.tui.app import ConsoleApp
    from lexiconsole.tui.feed import Tidings
    from lexiconsole.tui.jump import Target
    from lexiconsole.tui.widgets.guide import Guide
    from lexiconsole.types import Instant

__all__ = ["ConsoleScreen"]


class ConsoleScreen(PaintsAtOnce):
    """A screen says where it is (`place`), what is in it (`body`, `panes`) and, for each key of its place that it serves,
    has a method `action_NAME`. `why_not` switches one off with the reason; `heard` and `tick` bring news and time.
    """

    place: ClassVar[Place]
    ALLOW_IN_MAXIMIZED_VIEW = "Header, Status, Footer"

    def __init__(self) -> None:
        super().__init__()
        self._compositor = SeenLines()
        self.header, self.status, self.footer = Header(), Status(), Footer()
        self._keys_for: Widget | None = None
        self._of_no_subject = {name for key in keys_at(self.place) if key.action in OF_NO_SUBJECT for name in key.keys}
        self._of_a_run = {name for key in keys_at(self.place) if key.action in OF_A_RUN for name in key.keys}
        for key in keys_at(self.place):
            for name in key.keys:
                self._bindings.key_to_bindings.pop(name, None)  # the toolkit's own, which would come first: tab for one
                self._bindings.bind(name, f"screen.do('{key.action}')", key.label, show=False)

    def compose(self) -> ComposeResult:
        yield self.header
        yield from self.body()
        if self.console.tour is not None:
            from lexiconsole.tui.widgets.guide import Guide as Band

            self.add_class("-toured")
            yield Band()
        yield self.status
        yield self.footer

    # for whoever makes a screen

    def body(self) -> Iterator[Widget]:
        """Everything between header and status sentence."""
        raise NotImplementedError

    def panes(self) -> Sequence[Widget]:
        """What the numbers and tab go to, in their order; the focus goes to the pane or to what can have it inside."""
        return ()

    def why_not(self, action: str) -> str:
        """Why the action is not possible just now, as a clause for the status sentence; "" when it is."""
        return ""

    def definition_here(self) -> str:
        """The name of the definition that the screen, or what is selected there, is about; "" for none."""
        return ""

    def subject_run(self) -> RunRow | None:
        """The run that the keys are about, as far as it was read; a screen of one run keeps it as `row`."""
        row: RunRow | None = getattr(self, "row", None)
        return row

    @property
    def expects(self) -> bool:
        """Whether what the keys are about is still being read: keys wait for it."""
        unread = getattr(self, "row", self) is None  # a screen of one run
        return unread or (isinstance(self.focused, VirtualTable) and self.focused.coming)

    @property
    def expects_run(self) -> bool:
        """Whether the run that belongs to it is: keys that are about the run wait for that."""
        return False

    def heard(self, tidings: Tidings) -> None:
        """Runs got entries; called at most thirty times a second, only while the screen is the one that is seen."""

    def tick(self, now: Instant) -> None:
        """A second went by, while the screen is the one that is seen."""

    def returned(self) -> None:
        """The screen is seen again, or for the first time: what it shows may be old."""

    # what all screens do

    def awaits(self, key: str) -> bool:
        if self.console.reads.leading:
            return True
        if self.in_field or key in self._of_no_subject:
            return False
        return self.expects or (key in self._of_a_run and self.expects_run)

    @property
    def console(self) -> ConsoleApp:
        return cast("ConsoleApp", self.app)

    def offers(self, action: str) -> bool:
        """Whether this screen serves the action at all."""
        return hasattr(self, f"action_{action}") and (action != "init" or self.console.home is not None)

    def off(self, action: str) -> str:
        """Why the key of an action does nothing just now, "" when it does it."""
        if self.console.readonly and (key_of(action).changes or action in LEADS_TO_CHANGES):
            return READ_ONLY
        return self.why_not(action)

    def served(self) -> list[Key]:
        """The keys that this screen serves."""
        return [key for key in keys_at(self.place) if self.offers(key.action)]

    def show_keys(self) -> None:
        """Paints the footer anew: what is possible changed."""
        ranked = sorted((key for key in self.served() if key.rank and not self.off(key.action)), key=lambda k: k.rank)
        self._keys_for = self.focused
        self.footer.show({name: key for key in ranked if (name := self._pressed(key))})
        tour = self.console.tour
        if tour is not None:
            for guide in self.query("Guide"):
                cast("Guide", guide).show(tour, tour.said(self), self.console.palette)

    def _pressed(self, key: Key) -> str:
        """The key that does it where the focus is; "" for none: in a field letters are letters."""
        return next((name for name in key.keys if not self.in_field or not _is_typed(name)), "")

    @property
    def in_field(self) -> bool:
        """Whether a field has the focus."""
        return self.focused is not None and self.focused.check_consume_key("a", "a")

    def on_descendant_focus(self, event: events.DescendantFocus) -> None:
        """Into a field, or out of one."""
        if self.focused is not self._keys_for:
            self.show_keys()

    def say(self, parts: list[Part], *keys: tuple[str, str]) -> None:
        """The status sentence, and the keys that lead on from it with what each does.

        An explanation stays in front of it until the next key or another selection.
        """
        palette = self.console.palette
        told: list[Part] = []
        for name, word in keys:
            key = self._own(name)
            told += [("  " if told else "", ink()), (key, ink(palette.key, bold=True)), (f" {word}", ink(palette.text))]
        self.status.say(parts, told)

    def _own(self, shown: str) -> str:
        """The key that a person gave to what the table has this one for."""
        meant = next((key for key in KEYS if self.place in key.places and shown_key(key.keys[0]) == shown), None)
        own = next((key for key in keys_at(self.place) if meant is not None and key.action == meant.action), None)
        return shown_key(own.keys[0]) if own is not None else shown

    def action_do(self, action: str) -> None:
        self.do(action)

    def do(self, action: str) -> None:
        """Does it, or says why not. The footer, help, palette and every key end here."""
        if not self.offers(action):
            self.status.explain(f"{key_of(action).label} is not possible here; ? lists what is")
            return
        why = self.off(action)
        self.status.explain(why and f"{key_of(action).label}: {why}")
        if not why:
            done = getattr(self, f"action_{action}")()
            if isawaitable(done):
                self.run_worker(done)

    def on_mount(self) -> None:
        self.console.header_news(self)

    def on_screen_resume(self) -> None:
        self.console.header_news(self)
        self.returned()
        self.show_keys()

    def action_next_pane(self) -> None:
        """Out of a field it is the next field."""
        if self.in_field:
            self.focus_next()
        else:
            self._step_pane(1)

    def action_previous_pane(self) -> None:
        if self.in_field:
            self.focus_previous()
        else:
            self._step_pane(-1)

    def _step_pane(self, step: int) -> None:
        panes = [pane for pane in self.panes() if pane.display and _focusable(pane) is not None]
        if panes:
            here = next((n for n, pane in enumerate(panes) if pane.has_focus_within), -step)
            focus_into(panes[(here + step) % len(panes)])

    def to_pane(self, number: int) -> None:
        """The pane of that number, from 1."""
        panes = self.panes()
        if number <= len(panes):
            focus_into(panes[number - 1])

    def action_pane_1(self) -> None:
        self.to_pane(1)

    def action_pane_2(self) -> None:
        self.to_pane(2)

    def action_pane_3(self) -> None:
        self.to_pane(3)

    def action_pane_4(self) -> None:
        self.to_pane(4)

    def action_pane_5(self) -> None:
        self.to_pane(5)

    def action_pane_6(self) -> None:
        self.to_pane(6)

    def action_zoom(self) -> None:
        pane = next((pane for pane in self.panes() if pane.has_focus_within), None)
        if self.maximized is not None:
            self.minimize()
        elif pane is not None:
            self.maximize(pane, container=False)

    def action_help(self) -> None:
        from lexiconsole.tui.widgets.help import HelpPanel

        self.app.push_screen(HelpPanel(self))

    def action_palette(self) -> None:
        self.app.action_command_palette()

    def action_command(self) -> None:
        self.open_command()

    def open_command(self, begun: str = "") -> None:
        """The line behind `:`, with what is known of it already."""
        from lexiconsole.tui.commands import understood
        from lexiconsole.tui.widgets.command_line import CommandLine

        def typed(text: str | None) -> None:
            if text:
                command, rest = understood(self, text)
                self.status.explain("")
                command.perform(self, rest)

        self.app.push_screen(CommandLine(self, begun), typed)

    def action_jump(self) -> None:
        from lexiconsole.tui.jump import labels, targets
        from lexiconsole.tui.widgets.jump_panel import JumpPanel

        found = targets(self)
        labelled = dict(zip(labels(len(found)), found, strict=True))

        def chosen(target: Target | None) -> None:
            self.status.explain("")
            if target is not None:
                target.go()

        self.status.explain("type a label to go there; esc leaves")
        self.app.push_screen(JumpPanel(labelled), chosen)

    def action_definitions(self) -> None:
        self.console.go(Place.DEFINITIONS, self.definition_here())

    def action_init(self) -> None:
        from lexiconsole.tui.beginning import begin_here

        begin_here(self.console)

    def action_sql(self) -> None:
        self.console.go(Place.SQL)

    def action_theme(self) -> None:
        self.console.next_theme()

    def action_undo(self) -> None:
        self.console.acts.undo(self)

    def action_close(self) -> None:
        """What is open on top closes first; the first screen stays."""
        if self.maximized is not None:
            self.minimize()
        elif not self.is_root and self.is_current:
            self.app.pop_screen()

    def action_back(self) -> None:
        if self.is_root and self.console.tour is not None:
            self.console.reopen()
        elif self.is_root:
            self.app.exit(0)
        elif self.is_current:
            self.app.pop_screen()

    def action_quit(self) -> None:
        self.app.exit(0)

    @property
    def is_root(self) -> bool:
        return self.app.screen_stack[0] is self


def _is_typed(name: str) -> bool:
    """Whether a field takes the key for itself."""
    return name in {"enter", "space"} or len(shown_key(name)) == 1


def focus_into(pane: Widget) -> None:
    """The pane itself, or the first thing in it that takes keys."""
    found = _focusable(pane)
    if found is not None:
        found.focus()


def _focusable(pane: Widget) -> Widget | None:
    if pane.can_focus:
        return pane
    return next((child for child in pane.query("*") if child.can_focus and child.display), None)
