"""Acts: every change goes the same way: what it would do is shown, `y` does it, and nothing is taken for done before the
store says so.

    acts.ask(change)  →  ConfirmPanel (the preview)  →  y  →  a thread calls the Workspace
                      →  `requested…` until an entry of that run arrives, or a refusal  →  a toast, with `u` where it can be undone
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from lexiconsole.tui.keymap import with_keys
from lexiconsole.tui.undoing import UNDO_WINDOW, why_not_undone
from lexiconsole.types import Instant
from lexiconsole.views.safe import harmless_sentence

if TYPE_CHECKING:
    from lexiconsole.app.workspace import Preview, Workspace
    from lexiconsole.durable.rows import RunRow
    from lexiconsole.tui.app import ConsoleApp
    from lexiconsole.tui.feed import Tidings
    from lexiconsole.tui.place import ConsoleScreen

__all__ = ["READ_ONLY", "Acts", "Change", "Done"]

READ_ONLY = "this console is read-only; without --readonly it is possible"
"""Why every key that changes something is off in a console that only looks."""

_TOLD = 6
"""Refusals of one change that are told in words."""


@dataclass(frozen=True, slots=True)
class Done:
    """What came of a change. `refused` holds the reasons, one for each target that was refused. `final`: what would take it
    back is possible no more. `waits`: it is recorded, and the engine has yet to take it up.
    """

    sentence: str
    refused: tuple[str, ...] = ()
    runs: tuple[RunRow, ...] = ()
    final: bool = False
    waits: bool = False


@dataclass(frozen=True, slots=True)
class Change:
    """Something a person wants. `look` gives the previews, `perform` does it with them; both are called on threads.
    Of many targets they come one by one, and nobody asks for the rest when the panel was closed.

    `typed` must be typed to confirm what can not be taken back (the last four of an id, or a count); else `y` is enough.
    `undo` is the change that takes it back, if there is one; with `undo_while_it_waits` only until it is taken up, and so from
    the moment it is asked for. With `only_writes_a_file` nothing in the store is changed.
    """

    title: str
    word: str
    look: Callable[[Workspace], Iterable[Preview]]
    perform: Callable[[Workspace, Sequence[Preview]], Done]
    runs: tuple[tuple[str, int], ...] = ()
    typed: str = ""
    undo: Change | None = field(default=None, compare=False)
    undo_while_it_waits: bool = False
    then: Callable[[Done], None] | None = field(default=None, compare=False)
    only_writes_a_file: bool = False


class Acts:
    """What was asked for and has not happened yet, and the way there. `requested` says a word for a run while it waits."""

    def __init__(self, console: ConsoleApp) -> None:
        self._console = console
        self._requested: dict[str, tuple[str, int]] = {}
        self._under_way: list[Change] = []
        self._last = ""
        """The word of the last change that was done or, where it can be taken back before that, asked for."""
        self._undo: Change | None = None
        self._undo_until: Instant = 0.0

    def ask(self, change: Change) -> None:
        """Shows what the change would do; `y` there does it."""
        if self._refused(change):
            return
        from lexiconsole.tui.widgets.confirm import ConfirmPanel

        def answered(previews: Sequence[Preview] | None) -> None:
            if previews is not None:
                self.begin(change, previews)

        self._console.push_screen(ConfirmPanel(change), answered)

    def begin(self, change: Change, previews: Sequence[Preview]) -> None:
        """Does what was confirmed, on a thread; until it shows in the store the runs say `requested`."""
        if self._refused(change):
            return
        for run_id, seq in change.runs:
            self._requested[run_id] = (change.word, seq)
        if not change.only_writes_a_file:
            self._under_way.append(change)
        if change.undo_while_it_waits:
            self._keep_undo(change, change.undo)
        self._console.seen_screen_changed()
        screen = self._console.seen_screen()
        if screen is not None and not change.runs:
            screen.status.explain(f"{change.word} requested…")
        threading.Thread(target=self._perform, args=(change, previews), name=f"act {change.word}", daemon=True).start()

    def _refused(self, change: Change) -> bool:
        """Whatever led here: in a console that only looks nothing is asked for."""
        refused = self._console.readonly and not change.only_writes_a_file
        screen = self._console.seen_screen()
        if refused and screen is not None:
            screen.status.explain(f"{change.word}: {READ_ONLY}")
        return refused

    def requested(self, run_id: str) -> str:
        """`cancel requested…` while that is true of the run, else ""."""
        word, _ = self._requested.get(run_id, ("", 0))
        return f"{word} requested…" if word else ""

    def is_changing(self, run_id: str) -> bool:
        """Whether something asked for here is being done to that run; what comes of it is told then."""
        return any(run == run_id for change in self._under_way for run, _ in change.runs)

    def heard(self, tidings: Tidings) -> None:
        """An entry of a run came: what was asked of it shows by itself now."""
        for run_id in [run for run, (_, seq) in self._requested.items() if tidings.runs.get(run, 0) > seq]:
            del self._requested[run_id]

    def _keep_undo(self, change: Change, undo: Change | None) -> None:
        self._last, self._undo, self._undo_until = change.word, undo, self._console.now() + UNDO_WINDOW

    def undo(self, screen: ConsoleScreen) -> None:
        """Asks for the opposite of the last change, which for most is known when that was done."""
        last = self._under_way[-1] if self._under_way else None
        if last is not None and not last.undo_while_it_waits:
            said = with_keys(f"the {last.word} is still under way; press {{undo}} when it is done")
            screen.status.explain(f"undo: {said if last.undo is not None else why_not_undone(last.word)}")
            return
        if self._undo is None:
            screen.status.explain(f"undo: {why_not_undone(self._last)}")
            return
        if self._console.now() > self._undo_until:
            self._undo = None
            screen.status.explain(f"undo: only within {UNDO_WINDOW:.0f} s, while nothing has followed yet")
            return
        self.ask(self._undo)

    def _perform(self, change: Change, previews: Sequence[Preview]) -> None:
        """On a thread of its own: an act waits until the run's owner, maybe another process, has done it."""
        try:
            workspace = self._console.opened_workspace()
            self._console.reads.check()
            done = change.perform(workspace, previews)
        except Exception as fault:
            done = Done("", (str(fault) or type(fault).__name__,))
        if self._console.feed is not None:
            self._console.feed.hurry()
        self._console.later(self._finished, change, done)

    def _finished(self, change: Change, done: Done) -> None:
        self._under_way = [other for other in self._under_way if other is not change]
        for run_id, seq in change.runs:
            if self._requested.get(run_id) == (change.word, seq):  # not what was asked of it meanwhile
                del self._requested[run_id]
        if done.refused:
            self._console.toast(_refusals(change.word, done.refused), good=False)
        if done.sentence and (done.runs or not done.refused):
            undo = None if done.final else change.undo
            if not change.only_writes_a_file:
                self._keep_undo(change, undo)
            self._console.toast(done.sentence + (with_keys("   {undo} takes it back") if undo is not None else ""))
        if change.then is not None:
            change.then(done)
        self._console.seen_screen_changed()


def _refusals(word: str, reasons: Sequence[str]) -> str:
    """One by one, as many as can be read."""
    lines = [harmless_sentence(reason) for reason in reasons[:_TOLD]]
    if len(reasons) > _TOLD:
        lines.append(f"and {len(reasons) - _TOLD:,} more")
    return (
        f"{word} refused: {lines[0]}"
        if len(reasons) == 1
        else "\n".join([f"{word} refused for {len(reasons):,}:", *lines])
    )
