"""Problem: why a file or a name of the catalogue can not be used, told for the person who wrote the file."""

from __future__ import annotations

import re
import traceback
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

__all__ = ["Problem", "ProblemKind", "problem_of"]


class ProblemKind(StrEnum):
    BROKEN = "broken"
    """The file can not be read or imported, or one of its definitions can not be made."""
    CLASH = "clash"
    """Two definitions bear the same name, so neither can be run."""


@dataclass(frozen=True, slots=True)
class Problem:
    """`line` counts from 1, 0 when it is about the whole file. `traceback` has only frames of the user's files.

    `kept` says that an earlier version of the file is still in use.
    """

    file: str
    line: int
    message: str
    traceback: str = ""
    kind: ProblemKind = ProblemKind.BROKEN
    kept: bool = False

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}" if self.line else self.file
        return f"{place}: {self.message}{'; its last good version stays in use' if self.kept else ''}"


_PACKAGE = re.compile(r"\bdefinitions_[0-9a-f]{16}(\.|\b)")
"""The names under which `importing.py` imports folders; people know their files by other names."""


def problem_of(fault: BaseException, file: Path, *, line: int = 0) -> Problem:
    """What `fault` means for whoever wrote `file`; `line` is where in it to look when the fault itself does not say."""
    folder = file.parent
    report = traceback.TracebackException.from_exception(fault)
    frames = [frame for frame in report.stack if _within(frame.filename, folder)]
    here = next((frame.lineno for frame in reversed(frames) if frame.filename == str(file)), None)
    place, at = str(file), here or line
    message = _sentence(fault)
    if isinstance(fault, SyntaxError) and fault.filename:
        if fault.filename == str(file):
            at = fault.lineno or at
        else:
            message += f" (in {Path(fault.filename).name}:{fault.lineno})"
    elif frames and frames[-1].filename != place:
        message += f" (in {Path(frames[-1].filename).name}:{frames[-1].lineno})"
    _keep_users_frames(report, folder)
    text = "".join(report.format())
    return Problem(place, at or 0, _plain(message), _plain(text))


def _plain(text: str) -> str:
    return _PACKAGE.sub(lambda match: "" if match[1] else "the folder", text)


def _sentence(fault: BaseException) -> str:
    match fault:
        case SystemExit():
            return f"it calls sys.exit({'' if fault.code is None else repr(fault.code)})"
        case SyntaxError():
            return f"{type(fault).__name__}: {fault.msg}"
        case EOFError():
            return "it asks for input, where nobody can answer"
        case OSError() if fault.filename:
            return f"{fault.strerror or type(fault).__name__}: {fault.filename}"
        case _:
            try:
                text = str(fault)
            except Exception as second:
                text = f"(its message can not be made: {type(second).__name__})"
            return f"{type(fault).__name__}: {text}" if text else type(fault).__name__


def _keep_users_frames(report: traceback.TracebackException, folder: Path) -> None:
    """Leaves the folder's frames in the report and in those it was caused by; all of them when there is none."""
    chain: list[traceback.TracebackException | None] = [report]
    while chain:
        one = chain.pop()
        if one is None:
            continue
        kept = [frame for frame in one.stack if _within(frame.filename, folder)]
        if kept or one is report:
            one.stack = traceback.StackSummary.from_list(kept)
        chain += [one.__cause__, one.__context__]


def _within(filename: str, folder: Path) -> bool:
    return Path(filename).is_relative_to(folder)
