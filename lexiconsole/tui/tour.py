"""The tour: a saga that undoes itself, an approval to answer, a fork, and files to begin with. Real runs, in a store of its own.

Where one stands is read from the runs, so it goes on wherever one wandered off to; what to press depends on the screen.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Iterable
from enum import Enum, IntEnum, auto
from pathlib import Path
from typing import TYPE_CHECKING

from lexiconsole.durable.entry import EntryKind
from lexiconsole.tui.keymap import Place, key_of, shown_key
from lexiconsole.types import RunStatus
from lexiconsole.views.safe import harmless
from lexiconsole.views.words import StepState

if TYPE_CHECKING:
    from lexiconsole.app.look import Look
    from lexiconsole.app.workspace import Workspace
    from lexiconsole.durable.rows import RunRow
    from lexiconsole.tui.app import ConsoleApp
    from lexiconsole.tui.place import ConsoleScreen
    from lexiconsole.views.watched import Snapshot

__all__ = ["CLAIM", "ORDER", "Stage", "Tour", "stage_of"]

ORDER, CLAIM = "order-1", "claim-1"
"""The ids of the two runs that the tour begins."""

_ACTS_AS, _CLAIMS = "ana", "ben"
"""A manager, and whose expenses she is asked about: nobody approves their own."""

_PAUSE = 0.7
"""Seconds that each step of the order takes, so that one sees it."""

_KEY = re.compile(r"\{([a-z_]+|\^[sr])\}")


class Then(Enum):
    """A moment of the claim's past, as it stands to the one in which it waited for its manager."""

    BEFORE = auto()
    WAITING = auto()
    AFTER = auto()


class Stage(IntEnum):
    """What is to be seen or done next."""

    UNDOING = 1
    ANSWER = 2
    BRANCH = 3
    BEGIN = 4


_TITLES = {
    Stage.UNDOING: "a run that undoes itself",
    Stage.ANSWER: "a person decides",
    Stage.BRANCH: "what if?",
    Stage.BEGIN: "now your own",
}


def stage_of(rows: Iterable[RunRow]) -> Stage:
    """How far one came, by the runs there are."""
    runs = {row.id: row for row in rows}
    if ORDER not in runs or not runs[ORDER].status.ended:
        return Stage.UNDOING
    if CLAIM not in runs or not runs[CLAIM].status.ended:
        return Stage.ANSWER
    return Stage.BEGIN if any(row.origin for row in runs.values()) else Stage.BRANCH


class Tour:
    """`folder` is the workspace of the tour, `home` the folder to begin in; None for somebody who has a workspace."""

    def __init__(self, folder: Path, home: Path | None) -> None:
        self.folder, self.home = folder, home
        self.stage = Stage.UNDOING
        self.waits = False
        """Whether the claim waits for its manager."""
        self._begun: set[str] = set()

    def begin(self, console: ConsoleApp) -> None:
        """Begins the order and shows it; the definitions are there by now."""
        console.acting_as = _ACTS_AS
        order = {"fail_at": "courier", "delay": _PAUSE, "shop": str(self.folder / "shop.db")}
        self._start(console, ORDER, "order_fulfilment", order, shows=True)

    def heard(self, console: ConsoleApp) -> None:
        """Runs moved: looks how far one came."""
        console.reads.look("tour", _runs, lambda rows: self._come(console, rows))

    def _come(self, console: ConsoleApp, rows: list[RunRow]) -> None:
        stage = stage_of(rows)
        if stage is Stage.ANSWER and all(row.id != CLAIM for row in rows):
            claim = {"amount": 240, "purpose": "Train to a customer", "books": str(self.folder / "books.db")}
            self._start(console, CLAIM, "expense_claim", claim, by=_CLAIMS)
        waits = any(row.id == CLAIM and row.status is RunStatus.WAITING for row in rows)
        if (stage, waits) != (self.stage, self.waits):
            self.stage, self.waits = stage, waits
            if screen := console.seen_screen():
                screen.show_keys()

    def _start(
        self, console: ConsoleApp, id: str, name: str, given: dict[str, object], *, by: str = "", shows: bool = False
    ) -> None:
        """On a thread; once for each id."""
        if id in self._begun:
            return
        self._begun.add(id)

        def start() -> None:
            try:
                workspace: Workspace = console.opened_workspace()
                workspace.start(name, given, id=id, by=by)
            except Exception as fault:
                console.later(console.failed, fault)
                return
            if shows:
                console.later(console.go, Place.SAGA, id)

        threading.Thread(target=start, name=f"tour {id}", daemon=True).start()

    # what the band says

    @property
    def title(self) -> str:
        return f"Tour {self.stage.value}/{len(Stage)}  {_TITLES[self.stage]}"

    def said(self, screen: ConsoleScreen) -> list[tuple[str, bool]]:
        """Text, and whether each part of it is a key."""
        return list(_keyed(self._words(screen)))

    def _words(self, screen: ConsoleScreen) -> str:
        run = screen.subject_run()
        here = run.id if run is not None else ""
        match self.stage:
            case Stage.UNDOING:
                return (
                    "Stock is reserved and a card charged; then the courier does not answer. Watch the token turn round. "
                    f"It really happens, in {harmless(str(self.folder))}; your own folder stays as it is."
                )
            case Stage.ANSWER if not self.waits and screen.place in (Place.DASHBOARD, Place.RUN):
                return f"All of it was undone. Meanwhile ben claims expenses: {CLAIM} is under way."
            case Stage.ANSWER:
                return _answering(screen.place, chosen=here == CLAIM)
            case Stage.BRANCH:
                return _forking(screen.place, chosen=here == CLAIM, then=_then(screen))
            case Stage.BEGIN:
                return _beginning(screen.place, "" if self.home is None else harmless(str(self.home)))


def _answering(place: Place, *, chosen: bool) -> str:
    match place:
        case Place.SAGA:
            return (
                "All of it was undone, newest first. Meanwhile ben claims expenses, and the claim waits for somebody. "
                "{back} goes back to the list."
            )
        case Place.DASHBOARD if chosen:
            return f"{CLAIM} waits for a manager. You act as ana, who is one. {{answer}} opens the form it asks with."
        case Place.DASHBOARD:
            return f"{CLAIM} waits for a manager; you act as ana, who is one. {{next_waiting}} goes to what waits."
        case Place.TASK:
            return "Beside the form stands what each decision leads to. {^s} approves, {^r} rejects."
        case Place.RUN if chosen:
            return "It waits for a manager. You act as ana, who is one. {answer} opens the form it asks with."
        case _:
            return f"{CLAIM} waits for you in the list of runs. {{back}} goes back."


def _forking(place: Place, *, chosen: bool, then: Then | None) -> str:
    """`then` is the moment of the past that is looked at; None in the present."""
    match place:
        case Place.RUN if chosen and then is Then.WAITING:
            return "Here it still waited. {fork} begins a new run from this moment, which asks anew; this one stays as it is."
        case Place.RUN if chosen and then is Then.BEFORE:
            return "Here it did not wait yet. {on_one} goes on, to where it waited for its manager."
        case Place.RUN if chosen and then is Then.AFTER:
            return "This is how it stood then. {back_one} goes on back, to where it still waited for its manager."
        case Place.RUN if chosen:
            return (
                "Decided, and on record. What if not? {back_one} goes back in time, an entry each, to where it still "
                "waited for its manager."
            )
        case Place.DASHBOARD if chosen:
            return f"Decided, and on record. What if it had been decided otherwise? {{open}} opens {CLAIM}."
        case Place.DASHBOARD:
            return f"What if it had been decided otherwise? Choose {CLAIM} in the list; {{open}} opens it."
        case _:
            return f"Decided, and on record. {{back}} goes back to the list; there {CLAIM} can be opened."


def _beginning(place: Place, home: str) -> str:
    seen, first = "A run undone, one decided, one forked.", place is Place.DASHBOARD
    if not home:
        leads = "back to your own runs" if first else "back, and from the first screen to your own runs"
        return f"{seen} {{back}} goes {leads}; the tour's store is thrown away then."
    if place in key_of("init").places:
        leaves = "leaves the tour" if first else "goes back, and from the first screen leaves the tour"
        files = f"Now your own: {{init}} shows the files it would write into {home}."
        return f"{seen} {files} {{back}} {leaves}, whose store is thrown away."
    return f"{seen} {{back}} goes back; there you begin with workflows of your own."


def _then(screen: ConsoleScreen) -> Then | None:
    """None in the present, and where there is no time."""
    snapshot: Snapshot | None = getattr(screen, "snapshot", None)
    if snapshot is None or not snapshot.past:
        return None
    if any(view.state is StepState.WAITING for view in snapshot.picture.nodes.values()):
        return Then.WAITING
    return Then.AFTER if any(entry.kind is EntryKind.ASKED for entry in snapshot.entries) else Then.BEFORE


def _keyed(text: str) -> Iterable[tuple[str, bool]]:
    at = 0
    for found in _KEY.finditer(text):
        name = found[1]
        yield text[at : found.start()], False
        yield name if name.startswith("^") else shown_key(key_of(name).keys[0]), True
        at = found.end()
    yield text[at:], False


def _runs(look: Look) -> list[RunRow]:
    from lexiconsole.durable.journal import RunFilter

    return look.runs(RunFilter())
