"""The keymap: ONE table of every key on every screen. Bindings, footer, help, palette and tests read it.

No key means two things on one screen, and a change has the same key wherever it can be made. Every row that `changes`
something goes through a preview and `y`, or a line under which its preview stands, and enter. ctrl+i, ctrl+m and ctrl+h are
other keys in many terminals and never bound.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from enum import StrEnum

__all__ = [
    "KEYS",
    "LEADS_TO_CHANGES",
    "MOVES",
    "OF_A_RUN",
    "OF_NO_SUBJECT",
    "Key",
    "Place",
    "key_of",
    "keys_at",
    "pressed_key",
    "shown_key",
    "use",
    "with_keys",
]


class Place(StrEnum):
    """A screen, as the table knows it."""

    DASHBOARD = "dashboard"
    START = "start"
    RUN = "run"
    SAGA = "saga"
    INBOX = "inbox"
    TASK = "task"
    DOUBT = "doubt"
    BULK = "bulk"
    MACHINE = "machine"
    DEFINITIONS = "definitions"
    DIFF = "diff"
    SQL = "sql"


@dataclass(frozen=True, slots=True)
class Key:
    """One thing that can be done. `action` is the screen's method without `action_`; the first of `keys` is shown.

    `rank` orders the footer, the likeliest first; 0 is never there. `label` is a word or two, `about` a clause for help, with
    `{action}` for another action's key.
    """

    action: str
    keys: tuple[str, ...]
    places: tuple[Place, ...]
    label: str
    about: str
    rank: int = 0
    changes: bool = False


EVERYWHERE = tuple(Place)
LISTS = (Place.DASHBOARD, Place.INBOX, Place.BULK, Place.MACHINE, Place.DEFINITIONS)
ONE_RUN = (Place.RUN, Place.SAGA, Place.BULK, Place.MACHINE)
RUNS = (Place.DASHBOARD, *ONE_RUN, Place.DOUBT)
PICTURES = (Place.RUN, Place.SAGA, Place.MACHINE)
STEPS = (Place.RUN, Place.SAGA)
PEOPLE = (Place.DASHBOARD, Place.INBOX, Place.TASK)
ASKED = (Place.DASHBOARD, Place.INBOX, Place.TASK, Place.RUN, Place.SAGA, Place.MACHINE)
FORMS = (Place.START, Place.TASK)
EXPORTS = (Place.DASHBOARD, Place.RUN, Place.SAGA, Place.MACHINE, Place.DOUBT)
BEGINNING = (Place.DASHBOARD, Place.RUN, Place.SAGA, Place.INBOX)

KEYS: tuple[Key, ...] = (
    # what is looked at
    Key("open", ("enter",), (*LISTS, Place.RUN, Place.SAGA, Place.DIFF, Place.SQL), "open", "open what is selected", 10),
    Key("start", ("s",), (Place.DASHBOARD, Place.DEFINITIONS), "start", "start a run: a form, then y", 20, changes=True),
    Key("filter", ("slash",), LISTS, "filter", "show only what matches: state:failed name:order* key:charge age<1h", 30),
    Key("find", ("slash",), STEPS, "find", "go to what has these words: a step, a state, a person, an error", 72),
    Key("next_found", ("n",), STEPS, "next found", "go to the next one that has the words of {find}"),
    Key("previous_found", ("N",), STEPS, "previous found", "go to the one before"),
    Key("init", ("B",), BEGINNING, "begin here", "write files to begin with into a folder that has none", changes=True),
    Key("definitions", ("L",), (Place.DASHBOARD, *ONE_RUN), "definitions", "files, what the checks find, which live runs can not go on"),
    Key("editor", ("o",), (Place.DEFINITIONS,), "editor", "open it in $EDITOR at this line; what was saved is loaded", 24),
    Key("fix", ("f",), (Place.DEFINITIONS,), "quick fix", "put right what has one plain way out", 22, changes=True),
    Key("explain", ("K",), (Place.DEFINITIONS,), "explain", "what the finding means and what to do, with the traceback", 23),
    Key("next_error", ("e",), (*LISTS, *ONE_RUN), "next error", "go to the next failed or doubtful one"),
    Key("previous_error", ("E",), (*LISTS, *ONE_RUN), "previous error", "go to the one before"),
    Key("next_waiting", ("w",), (*LISTS, *ONE_RUN), "next waiting", "go to the next one that waits for somebody"),
    Key("previous_waiting", ("W",), (*LISTS, *ONE_RUN), "previous waiting", "go to the one before"),
    Key("diff", ("D",), (Place.DASHBOARD, *ONE_RUN), "diff", "what differs between two marked runs, or then and now", 76),
    Key("next_difference", ("n",), (Place.DIFF,), "next", "go to the next step that differs", 20),
    Key("previous_difference", ("N",), (Place.DIFF,), "previous", "go to the one before", 21),
    Key("unfold", ("v",), (Place.DIFF,), "all", "also what both did alike", 22),
    Key("mark", ("space",), LISTS, "mark",
        "mark it; {retry_all}, {pause}, {cancel} and {export} then go for all marked, {diff} compares two", 75),
    Key("unmark", ("minus",), (Place.DASHBOARD, Place.INBOX), "unmark all", "take all marks away"),
    Key("sort", ("S",), (Place.DASHBOARD, Place.BULK), "sort", "in another order"),
    Key("group", ("F",), (Place.DASHBOARD,), "group", "put runs together by state, name, step, error, day… and count them"),
    Key("zoom", ("z",), EVERYWHERE, "zoom", "give the pane the whole screen, and back"),
    Key("view", ("v",), PICTURES, "view", "map, rail or gantt"),
    Key("follow", ("f",), (Place.RUN, Place.SAGA), "follow", "keep the token in sight"),
    Key("zoom_in", ("plus",), (Place.RUN, Place.MACHINE), "closer", "larger boxes"),
    Key("zoom_out", ("minus",), (Place.RUN, Place.MACHINE), "farther", "smaller boxes"),
    Key("play", ("space",), (Place.RUN, Place.SAGA), "play/pause view", "let the picture stand still, and go on"),
    Key("columns_left", ("h", "left"), (Place.SQL,), "columns left", "the column before", 31),
    Key("columns_right", ("l", "right"), (Place.SQL,), "columns right", "the next column", 30),
    # the past
    Key("back_one", ("left_square_bracket",), ONE_RUN, "scrub back", "one entry back", 60),
    Key("on_one", ("right_square_bracket",), ONE_RUN, "scrub on", "one entry on"),
    Key("back_far", ("left_curly_bracket",), ONE_RUN, "back a step", "to the step before"),
    Key("on_far", ("right_curly_bracket",), ONE_RUN, "on a step", "to the step behind"),
    Key("live", ("full_stop",), ONE_RUN, "live", "back to now"),
    # people
    Key("answer", ("i",), ASKED, "answer", "open the form of what it asks", 40),
    Key("approve", ("a",), PEOPLE, "approve", "approve, after a preview", 41, changes=True),
    Key("reject", ("x",), PEOPLE, "reject", "reject, after a preview", 42, changes=True),
    Key("delegate", ("d",), PEOPLE, "delegate", "hand it to somebody else", 43, changes=True),
    Key("ask_info", ("I",), (Place.INBOX, Place.TASK), "ask back", "ask whoever wants this for more information", 44, changes=True),
    Key("whose", ("v",), (Place.INBOX,), "mine/roles/all", "whose tasks are listed", 70),
    Key("inbox", ("I",), (Place.DASHBOARD,), "inbox", "everything that waits for people, with its chains and forms"),
    Key("act_as", ("O",), (Place.INBOX, Place.TASK), "act as", "decide as an operator one may act for", 71),
    Key("undo", ("u",), EVERYWHERE, "undo", "take the last change back, while that is possible", changes=True),
    # changes of a run
    Key("retry", ("r",), RUNS, "retry", "try again from what failed", 50, changes=True),
    Key("retry_all", ("R",), (Place.DASHBOARD, Place.BULK), "retry all", "retry the marked runs, or those of the group", 51, changes=True),
    Key("pause", ("p",), RUNS, "pause/resume", "stop before the next step, or go on", 52, changes=True),
    Key("mark_done", ("m",), (Place.SAGA, Place.DOUBT), "done", "say that it was done by hand, or that it did happen", 55, changes=True),
    Key("fail", ("x",), (Place.DOUBT,), "failed", "say that it did not happen, with a reason", 56, changes=True),
    Key("skip", ("J",), (Place.SAGA,), "leave it", "jump over what is held up, with a reason", 56, changes=True),
    Key("cancel", ("c",), RUNS, "cancel", "cancel it; a saga undoes what it did", 53, changes=True),
    Key("edit", ("equals_sign",), (Place.RUN, Place.SAGA), "edit", "change a result, or a graph's state, in your editor", 57, changes=True),
    Key("fork", ("b",), (Place.DASHBOARD, *STEPS), "fork", "a new run that branches off here", 54, changes=True),
    Key("fire", ("f",), (Place.MACHINE,), "fire", "send the run the selected event", 20, changes=True),
    Key("exclude", ("x",), (Place.BULK,), "exclude", "let failed items go: the marked ones, or those of the cause", 52, changes=True),
    Key("faster", ("plus",), (Place.BULK,), "more at once", "more batches at once", 57, changes=True),
    Key("slower", ("minus",), (Place.BULK,), "fewer at once", "fewer batches at once", 58, changes=True),
    Key("rate", ("t",), (Place.BULK,), "rate", "so many items a second at most", 59, changes=True),
    Key("finish", ("m",), (Place.BULK,), "finish", "end with the failures it has", 54, changes=True),
    # everywhere
    Key("help", ("question_mark", "f1"), EVERYWHERE, "help", "every key of this place; type to search, enter does it", 90),
    Key("command", ("colon",), EVERYWHERE, "command", "type what to do: go somewhere, start, filter, act; tab completes"),
    Key("sql", ("semicolon",), EVERYWHERE, "SQL", "ask the store a question of your own; it is only read"),
    Key("palette", ("ctrl+p",), EVERYWHERE, "palette", "runs, definitions and everything that can be done", 91),
    Key("jump", ("ctrl+o",), EVERYWHERE, "jump", "a label on every row and field that is seen; typing it goes there"),
    Key("copy", ("y",), (*LISTS, *ONE_RUN, Place.DOUBT, Place.DIFF, Place.SQL), "copy", "copy id, error, JSON, or it as a command", 80),
    Key("export", ("X",), (Place.BULK,), "export", "items or the run as a file; a bundle without values, to be sent", 81),
    Key("export", ("X",), (Place.SQL,), "export", "the rows of the answer as CSV or JSON", 40),
    Key("export", ("X",), (Place.DEFINITIONS,), "export", "the graph as Mermaid, SVG, JSON; what the checks found as JSON, CSV"),
    Key("export", ("X",), (Place.INBOX,), "export", "the marked tasks, or those that are listed, as JSON or CSV"),
    Key("export", ("X",), EXPORTS, "export", "run, marked runs or list: JSON, CSV, Mermaid, SVG, a bundle without values"),
    Key("next_pane", ("tab",), EVERYWHERE, "next pane", "to the next pane"),
    Key("previous_pane", ("shift+tab",), EVERYWHERE, "previous pane", "to the pane before"),
    *(Key(f"pane_{n}", (str(n),), EVERYWHERE, f"pane {n}", f"to pane {n}") for n in range(1, 7)),
    Key("theme", ("T",), tuple(place for place in EVERYWHERE if place not in FORMS), "theme", "dark, light, or high contrast"),
    Key("close", ("escape",), EVERYWHERE, "close", "close what is open; never leaves the program"),
    Key("back", ("q",), EVERYWHERE, "back", "one screen back; leaves the program from the first", 95),
    Key("quit", ("ctrl+q",), EVERYWHERE, "quit", "leave the program; runs are put down and can go on"),
)  # fmt: skip
"""A screen in another file adds its rows here, beside what they are about."""

LEADS_TO_CHANGES = frozenset({"answer", "editor", "act_as"})
"""Actions that change nothing by themselves, and are of no use where nothing can be changed."""

OF_NO_SUBJECT = frozenset({"filter", "sort", "group", "inbox", "definitions", "theme", "init"}) | {
    key.action for key in KEYS if key.places == EVERYWHERE
}
"""Actions that do the same whatever is selected."""

OF_A_RUN = frozenset({"retry", "pause", "cancel", "fork"})
"""Actions that need the run itself, also where a task of it is selected."""

MOVES: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("down", ("j", "down")),
    ("up", ("k", "up")),
    ("first", ("g", "home")),
    ("last", ("G", "end")),
    ("half_down", ("ctrl+d",)),
    ("half_up", ("ctrl+u",)),
    ("page_down", ("pagedown", "ctrl+f")),
    ("page_up", ("pageup", "ctrl+b")),
)
"""How every list and picture moves: bound by the widget that has the focus."""

_SHOWN = {
    "slash": "/",
    "question_mark": "?",
    "full_stop": ".",
    "minus": "-",
    "plus": "+",
    "equals_sign": "=",
    "left_square_bracket": "[",
    "right_square_bracket": "]",
    "left_curly_bracket": "{",
    "right_curly_bracket": "}",
    "escape": "esc",
    "colon": ":",
    "semicolon": ";",
    "less_than_sign": "<",
    "greater_than_sign": ">",
    "exclamation_mark": "!",
    "comma": ",",
    "number_sign": "#",
    "at": "@",
    "percent_sign": "%",
    "ampersand": "&",
    "asterisk": "*",
    "underscore": "_",
    "apostrophe": "'",
    "quotation_mark": '"',
    "vertical_line": "|",
    "tilde": "~",
    "backslash": "\\",
    "dollar_sign": "$",
    "left_parenthesis": "(",
    "right_parenthesis": ")",
    "grave_accent": "`",
    "circumflex_accent": "^",
}


@dataclass(slots=True)
class _InUse:
    keys: tuple[Key, ...] = KEYS


_in_use = _InUse()


def use(keys: tuple[Key, ...]) -> None:
    """The table that counts in this process from now on: a person's own keys for the same actions."""
    _in_use.keys = keys
    _in_use.keys = tuple(replace(key, about=with_keys(key.about)) for key in keys)


def shown_key(name: str) -> str:
    """A key as people write it: `/`, `^p`, `enter`."""
    *held, last = name.split("+")
    return "+".join([*held, _SHOWN.get(last, last)]).replace("ctrl+", "^")


def pressed_key(shown: str) -> str:
    """The other way round: the name of the key that is shown so."""
    named = {shown_key(name): name for key in _in_use.keys for name in key.keys}
    return named.get(shown, shown.replace("^", "ctrl+"))


def keys_at(place: Place) -> tuple[Key, ...]:
    """The rows of one screen."""
    return tuple(key for key in _in_use.keys if place in key.places)


def key_of(action: str) -> Key:
    """The row of an action; KeyError when there is none."""
    for key in _in_use.keys:
        if key.action == action:
            return key
    raise KeyError(action)


_NAMED = re.compile(r"\{([a-z_0-9]+)\}")


def with_keys(text: str) -> str:
    """The text with each `{action}` as the key that does it here and now. KeyError for an action that there is not."""
    return _NAMED.sub(lambda found: shown_key(key_of(found[1]).keys[0]), text)


use(KEYS)
