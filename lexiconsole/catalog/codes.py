"""What the checks can find: a code, how bad it is, and a text that says why it matters and what to do."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from lexiconsole.errors import NotFoundError

__all__ = ["CODES", "Code", "Severity", "explain"]


class Severity(StrEnum):
    ERROR = "error"
    """It can not run, or not as it is written."""
    WARNING = "warning"
    """It runs, but probably not as it is meant."""
    HINT = "hint"
    """It could be kinder to whoever uses it."""


@dataclass(frozen=True, slots=True)
class Code:
    severity: Severity
    title: str
    text: str


CODES = {
    "LX001": Code(
        Severity.ERROR,
        "the file can not be loaded",
        "Importing the file raised, or the file can not be read. Its definitions are not in the catalogue; those of other "
        "files are. While the console or a worker is open, the version that last worked stays in use. The traceback shows "
        "only lines of your own files.",
    ),
    "LX002": Code(
        Severity.ERROR,
        "a name is used twice",
        "Runs are started, and found again after a crash, by the name of their definition. While two bear the same name, "
        "none of them can be run. Give one another name; runs that were started under the old name stay with it.",
    ),
    "LX003": Code(
        Severity.ERROR,
        "the example does not fit the input",
        "`example` is what `run --example`, the forms of the console and the checks use. It must be an input that the "
        "definition accepts. The finding lists each field and reason.",
    ),
    "LX004": Code(
        Severity.ERROR,
        "the outline can not be made",
        "The definition was built for its example and asked what it looks like, and that raised. `build` must work for "
        "every valid input and must have no effects: it is called again whenever a run goes on.",
    ),
    "LX005": Code(
        Severity.ERROR,
        "a key is used twice",
        "A step's outcome is remembered under its key. Two steps with one key would take each other's outcome, so a run "
        "stops at the second. Name them apart; a loop numbers its visits by itself.",
    ),
    "LX006": Code(
        Severity.WARNING,
        "a step can not be reached",
        "No way leads there from where runs begin, so it never runs. Usually an edge was forgotten, or goes to another "
        "name than was meant.",
    ),
    "LX007": Code(
        Severity.ERROR,
        "an edge leads nowhere",
        "The edge names a step that does not exist. The finding names the nearest one that does.",
    ),
    "LX008": Code(
        Severity.HINT,
        "it does not say what it is for",
        "The first line of the docstring, or `about`, is what lists and forms show beside the name.",
    ),
    "LX009": Code(
        Severity.HINT,
        "the file prints while it is imported",
        "Definitions are imported when the console opens and whenever a file changes. What they print there is not shown. "
        "Print inside steps instead: that is kept with the step.",
    ),
    "LX010": Code(
        Severity.WARNING,
        "a gate has a side missing",
        "A gate decides between ways. One that has no edge for an answer ends the branch there, silently, when that answer "
        "comes. Give it the second edge (the first is taken when the condition is true, the second when it is false), an edge "
        "that is taken otherwise, or name it a terminal if ending there is meant.",
    ),
    "LX011": Code(
        Severity.ERROR,
        "a loop has no end",
        "Every way inside the loop leads back into it, and none of its nodes is a terminal. Such a run goes round until it has "
        "used up `max_iterations`, and then fails. Let a gate or a conditional edge lead out of it.",
    ),
    "LX012": Code(
        Severity.WARNING,
        "a person is asked without a due time",
        "The run waits for as long as it takes, and nobody is reminded. Say by when an answer is wanted with `due`; it orders "
        "the inbox, and with a default the question then answers itself.",
    ),
    "LX013": Code(
        Severity.WARNING,
        "nothing undoes a step",
        "When a later step fails, the saga is undone, but this step has no compensation: what it did stays done, and the saga "
        "still counts as undone. Give it one. If it changes nothing, mark it `read_only=True`; if there is no way back once it "
        "is done, mark it `pivot=True`: then what follows is carried on to its end.",
    ),
    "LX014": Code(
        Severity.ERROR,
        "two branches write one key",
        "Both run side by side and both write the same key of the state; where they meet, the run fails, because nobody says "
        "which value counts. Give the graph a reducer for the key, or let them write different keys (`output_key`).",
    ),
    "LX015": Code(
        Severity.WARNING,
        "an async function blocks",
        "Async functions of all runs share one event loop. While this call lasts no other step begins or ends, timeouts come "
        "late, and a cancel is not heard. A step that is a plain `def` runs in a thread of its own and may block; inside an "
        "async one use `await asyncio.to_thread(…)` or an async library.",
    ),
    "LX016": Code(
        Severity.HINT,
        "an async function reads or writes a file",
        "A small file on a local disk takes no time; a large one, or one on a network share, holds up every other run as long "
        "as it takes. A step that is a plain `def` runs in a thread of its own.",
    ),
    "LX017": Code(
        Severity.WARNING,
        "what an action keeps on the saga is lost in a crash",
        "After a crash the saga is built anew, and actions that were done are not called again, so an attribute that one of them "
        "set is not there for the steps after it, nor for their compensations. Return the value from the action: later "
        "actions find it in their argument under the step's name, and the step's own compensation is called with it.",
    ),
    "LX050": Code(
        Severity.WARNING,
        "live runs can not go on with it",
        "Runs on their way were replayed dry against the definition as it is written now, and it does not ask for what they "
        "have recorded, or is of another VERSION. Whoever drives such a run keeps the code it was loaded with; once it is "
        "taken up again it stops, in doubt, and nothing of it is lost. Put the definition back, fork the run before the "
        "point, cancel it, or raise VERSION and say with `migrations` how runs of the one before go on.",
    ),
}


def explain(code: str) -> str:
    """Severity, title and text of a code; raises NotFoundError with the nearest one."""
    known = CODES.get(code.upper())
    if known is None:
        raise NotFoundError("code", code, CODES)
    return f"{code.upper()} ({known.severity}): {known.title}\n\n{known.text}"
