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
}


def explain(code: str) -> str:
    """Severity, title and text of a code; raises NotFoundError with the nearest one."""
    known = CODES.get(code.upper())
    if known is None:
        raise NotFoundError("code", code, CODES)
    return f"{code.upper()} ({known.severity}): {known.title}\n\n{known.text}"
