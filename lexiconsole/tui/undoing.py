"""Undoing: which act is taken back by a key, until when, and what there is instead. The console and its documentation say it
from here.
"""

from __future__ import annotations

from dataclasses import dataclass

from lexiconsole.tui.keymap import with_keys

__all__ = ["UNDOING", "UNDO_WINDOW", "Undoing", "why_not_undone"]

UNDO_WINDOW = 30.0
"""Seconds in which the key offers to take the last change back."""


@dataclass(frozen=True, slots=True)
class Undoing:
    """An act by the word of its change, and the keys that ask for it. `until` is a clause, "" where it is not taken back by the
    key; `instead` says what there is then, with `{action}` for another action's key.
    """

    word: str
    actions: tuple[str, ...]
    until: str
    instead: str


_FROM_BEFORE = "{fork} makes a new run that begins before it"

UNDOING: tuple[Undoing, ...] = (
    Undoing("pause", ("pause",), "at any time: it goes on", "{pause} lets it go on"),
    Undoing("resume", ("pause",), "until it has ended: it pauses", "{pause} pauses it"),
    Undoing("cancel", ("cancel",), "from when it is asked for until it is taken up", _FROM_BEFORE),
    Undoing("approval", ("approve",), "while its level is open", _FROM_BEFORE),
    Undoing("rejection", ("reject",), "while its level is open", _FROM_BEFORE),
    Undoing("withdrawal", ("undo",), "", "what was taken back can be done again"),
    Undoing("answer", ("answer",), "", _FROM_BEFORE),
    Undoing("delegation", ("delegate",), "", "who has it now can hand it on"),
    Undoing("question", ("ask_info",), "", "it stands in the chain, and one may decide without its answer"),
    Undoing("start", ("start",), "", "{cancel} cancels the run"),
    Undoing("fork", ("fork",), "", "{cancel} cancels the new run; the old one is as it was"),
    Undoing("retry", ("retry", "retry_all"), "", "{pause} stops it before its next step, {cancel} cancels it"),
    Undoing("skip", ("skip",), "", _FROM_BEFORE),
    Undoing("resolution", ("mark_done", "fail"), "", _FROM_BEFORE),
    Undoing("edit", ("edit",), "", _FROM_BEFORE),
    Undoing("signal", ("fire",), "", "another event leads on; " + _FROM_BEFORE),
    Undoing(
        "steering",
        ("retry_all", "exclude", "faster", "slower", "rate", "finish"),
        "",
        "{faster} {slower} {rate} set the pace anew; what ended stays ended",
    ),
    Undoing("fix", ("fix",), "", "the file is yours: {editor} opens it"),
    Undoing("export", ("export",), "", "the file is yours"),
    Undoing("beginning", ("init",), "", "the files are yours"),
    Undoing("tour", (), "", "{back} on its first screen leads back"),
)
_BY_WORD = {row.word: row for row in UNDOING}


def why_not_undone(word: str) -> str:
    """Why the last change is not taken back, and what there is instead; "" is none."""
    row = _BY_WORD.get(word)
    if row is None:
        return "nothing was changed here that could be taken back" if not word else f"the {word} can not be taken back"
    when = f"can be taken back only {row.until}" if row.until else "can not be taken back"
    return with_keys(f"the {word} {when}; {row.instead}")
