"""An error as people read it: the sentence, then the frames of the workflow's own code, the innermost first."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import PurePath

from lexiconsole.durable.rows import RunRow
from lexiconsole.types import JsonObject, RunStatus
from lexiconsole.views.safe import harmless

__all__ = ["Frame", "cause", "frames", "misfit"]

_FRAME = re.compile(
    r'^  File "(?P<file>[^"]+)", line (?P<line>\d+), in (?P<function>.+)\n(?:    (?P<code>.+))?', re.MULTILINE
)
_FOREIGN = re.compile(r"/lib/python\d|site-packages|<frozen")

_AROUND = re.compile(r"^(Graph|Saga|Pipeline)Error: [^:]{1,80} failed at [^:]{1,80}: ")


def cause(error: str) -> str:
    """An error without the model's own words around it, which a face shows as where the run stands."""
    return _AROUND.sub("", error)


def misfit(row: RunRow) -> str:
    """Why a run waits for its definition rather than for a word on a step: what it recorded and the definition differ; "" for
    other runs. As recorded, without its id in front.
    """
    before, found, why = row.error.partition(f"run {row.id} can not go on ")
    return f"can not go on {why}" if row.status is RunStatus.DOUBTFUL and found and not before else ""


@dataclass(frozen=True, slots=True)
class Frame:
    """One line of a traceback, harmless; `foreign` is code of Python or of a library."""

    place: str
    function: str
    code: str = ""
    foreign: bool = False


def frames(error: JsonObject | None) -> list[Frame]:
    """Of the error that an entry keeps; none when it kept no traceback."""
    text = (error or {}).get("traceback")
    if not isinstance(text, str):
        return []
    found = [
        Frame(
            f"{PurePath(match['file']).name}:{match['line']}",
            harmless(match["function"]),
            harmless((match["code"] or "").strip()),
            foreign=bool(_FOREIGN.search(match["file"])),
        )
        for match in _FRAME.finditer(text)
    ]
    return found[::-1]
