"""What the dashboard says: the sentence on the selection, why a key is off, what is copied."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lexiconsole.durable.rows import RunRow, TaskRow
from lexiconsole.tui.ink import Part, ink
from lexiconsole.tui.keymap import Place, with_keys
from lexiconsole.tui.run_row import short_id
from lexiconsole.tui.screens.dashboard_shape import title_of
from lexiconsole.tui.widgets.catalogue_table import LOOKING
from lexiconsole.tui.widgets.painted import titled
from lexiconsole.types import ModelKind, RunStatus
from lexiconsole.views.incidents import Incident
from lexiconsole.views.many import many
from lexiconsole.views.safe import harmless
from lexiconsole.views.sentences import incident_sentence, run_sentence, task_sentence
from lexiconsole.views.words import RUN_LOOKS

if TYPE_CHECKING:
    from lexiconsole.app.grouping import GroupRow
    from lexiconsole.tui.app import ConsoleApp
    from lexiconsole.tui.screens.dashboard import DashboardScreen
    from lexiconsole.tui.widgets.preview import Seen

__all__ = [
    "Subject",
    "broken_words",
    "group_here",
    "none_to_start",
    "preview_title",
    "sentence",
    "tab_names",
    "why_not",
]

Subject = RunRow | TaskRow | Incident | str | None
"""What the keys are about; a definition is its name."""

STILL_READ = "the list is still being read"

_FOR_EVENTS = frozenset({ModelKind.MACHINE, ModelKind.BULK})
"""What waits for events or to be steered, and for answers only where a question of it is listed."""

_TRIED_AGAIN = frozenset({RunStatus.FAILED, RunStatus.CANCELLED, RunStatus.RUNNING, RunStatus.DOUBTFUL})


def sentence(screen: DashboardScreen) -> tuple[list[Part], list[tuple[str, str]]]:
    """What the selection does or waits for, and which keys lead on."""
    console, subject = screen.console, screen.subject()
    colours, now = console.palette, console.now()
    text, key = ink(colours.text), ink(colours.key)
    if (group := screen.runs.group) is not None and screen.runs.has_focus_within:
        those = f"{many(group.runs, 'run')} with this {group.column}"
        opened = group.id in screen.runs.table.opened
        return [(those, text)], [("enter", "folds" if opened else "unfolds"), ("space", "marks them")]
    if isinstance(subject, RunRow):
        look = RUN_LOOKS[subject.status]
        task = next((task for task in screen.tasks if task.run_id == subject.id), None)
        sign = f"{console.glyphs.state(look)} {harmless(short_id(subject.id, 8))} "
        said = [
            (sign, ink(colours.state(look), bold=True)),
            (run_sentence(subject, now, task, console.driving.awaited), text),
        ]
        return said, _ways(screen)
    if isinstance(subject, TaskRow):
        return [(f"{harmless(subject.run_id)}  ", key), (task_sentence(subject, now), text)], _ways(screen)
    if isinstance(subject, Incident):
        return [(incident_sentence(subject, now), text)], [("R", "retry them all"), ("enter", "list them")]
    if subject is not None and subject in console.definitions:
        about = harmless(console.definitions[subject].about) or harmless(subject)
        return [(about, text)], [("s", "start one"), ("enter", "its runs")]
    if screen.runs.listed or screen.runs.table.awaited:
        return [("reading…", ink(colours.faint))], []
    if screen.runs.text:
        return [("no run is like that", ink(colours.faint))], [("esc", "takes the filter away"), ("/", "another")]
    if not (console.definitions or console.looks_for_definitions):
        return [(none_to_start(console), text)], [("L", "definitions"), ("?", "every key")]
    return [("nothing has run here yet", ink(colours.faint))], [("s", "start a run"), ("?", "every key")]


def none_to_start(console: ConsoleApp) -> str:
    """Why the catalogue is empty."""
    if console.looks_for_definitions:
        return LOOKING
    return "no definition can be loaded" if _broken(console) else "no definitions here"


def broken_words(console: ConsoleApp) -> str:
    """What stands in the edge below the catalogue: that files of it can not be loaded, "" when all can."""
    many = _broken(console)
    return with_keys(f"{{definitions}} says why {many} file{'s are' if many != 1 else ' is'} broken") if many else ""


def _broken(console: ConsoleApp) -> int:
    found = console.workspace is not None and not console.looks_for_definitions
    return len({problem.file for problem in console.workspace.catalog.problems}) if found and console.workspace else 0


_LIKELY = (("answer", "i", "answer"), ("retry", "r", "try again"), ("open", "enter", "watch"))


def _ways(screen: DashboardScreen) -> list[tuple[str, str]]:
    """The likeliest thing to do with the selection."""
    found = ((key, word) for action, key, word in _LIKELY if screen.offers(action) and not screen.off(action))
    return [first] if (first := next(found, None)) else []


def why_not(screen: DashboardScreen, action: str) -> str:
    """The reason, "" when the action is possible."""
    match action:
        case "open" if screen.runs.has_focus_within and screen.runs.group is not None:
            return ""
        case "sort" | "next_error" | "previous_error" | "next_waiting" | "previous_waiting" if screen.runs.column:
            return "the list is grouped: esc takes that away"
        case "open" | "copy" | "start":
            return _why_not_look(screen, action)
        case "retry" | "pause" | "cancel" | "fork":
            return _why_not_change(screen, action)
        case "answer":
            return _why_not_answer(screen)
        case "approve" | "reject" | "delegate":
            return _why_not_answer(screen)
        case "retry_all" if not screen.runs.table.marks and not isinstance(screen.subject(), Incident):
            return "mark runs with space, or choose an incident with 4"
        case "export" if not screen.runs.listed:
            return "there is no run to write"
        case "diff":
            return _why_not_diff(screen)

        case "mark" if not screen.runs.has_focus_within:
            return with_keys("only runs are marked: {pane_2} goes to them")
        case "mark" if screen.runs.table.selected is None:
            return STILL_READ if screen.expects else "nothing is selected"
        case "unmark" if not screen.runs.table.marks:
            return "nothing is marked"
        case _:
            return ""


def _why_not_look(screen: DashboardScreen, action: str) -> str:
    subject, console = screen.subject(), screen.console
    if action == "start":
        return "" if console.definitions or console.looks_for_definitions else none_to_start(console)
    if subject is None:
        return STILL_READ if screen.expects else "nothing is selected"
    if action == "open" and isinstance(subject, RunRow) and console.place_of(subject) is None:
        return "its screen is not there"
    return ""


def _why_not_diff(screen: DashboardScreen) -> str:
    run, marks = screen.runs.selected, screen.runs.table.marks
    if len(marks) > 2:
        return f"two runs are compared, {len(marks)} are marked"
    if len(marks) == 2 or (marks and run is not None and run.id not in marks):
        return ""
    return "" if run is not None and run.origin and not marks else "mark two runs with space"


def _why_not_answer(screen: DashboardScreen) -> str:
    run = screen.subject_run()
    if screen.subject() is None and screen.expects:
        return STILL_READ
    if not isinstance(screen.subject(), TaskRow) and (run is None or run.status is not RunStatus.WAITING):
        return "it asks nothing"
    if run is not None and run.kind in _FOR_EVENTS and all(task.run_id != run.id for task in screen.tasks):
        return with_keys("it asks nobody; {open} shows what it waits for")
    return "" if screen.console.knows(Place.TASK) else "use `lexiconsole answer` on the command line"


def _why_not_change(screen: DashboardScreen, action: str) -> str:
    run = screen.subject_run()
    if action in ("cancel", "pause") and screen.runs.table.marks:
        return ""
    if run is None:
        unread = STILL_READ if screen.expects else "choose a run first"
        return "its run is still being read" if screen.expects_run else unread
    if action == "fork":
        return ""
    word = RUN_LOOKS[run.status].word
    if action == "retry":
        return "" if run.status in _TRIED_AGAIN else f"a run that is {word} has nothing to try again"
    return f"it is {word} already" if run.status.ended else ""


def group_here(screen: DashboardScreen) -> GroupRow | None:
    """The group that the keys are about, if it is one."""
    return screen.runs.group if screen.subject() is None else None


def preview_title(seen: Seen | None, *, newest: bool) -> str:
    """As markup. `newest`: a group is selected, and this is its youngest run."""
    if seen is None:
        return title_of(5)
    which = f"  newest: {short_id(seen.row.id, 8)}" if newest and seen.row is not None else ""
    return titled(f"5 {seen.name}{which}")


def tab_names(runs: str, tasks: int, soon: int, incidents: int) -> tuple[str, ...]:
    """Of the panes, in the order of their numbers; `soon` is how many tasks are due soon."""
    inbox = f"Inbox {tasks or ''}{'!' if soon else ''}".rstrip()
    return "Catalogue", f"Runs {runs}", inbox, f"Incidents {incidents or ''}".rstrip(), "Preview", "Engine"
