"""The only place that writes to standard error and that turns errors into exit codes."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path
from typing import TextIO

from lexiconsole.cli.contributors import ContributedFault
from lexiconsole.cli.exits import ExitCode, exit_of_error
from lexiconsole.cli.paint import Paint, paint_for
from lexiconsole.cli.wrapping import fitted
from lexiconsole.errors import InvalidInputError, LexiconsoleError
from lexiconsole.types import JsonObject
from lexiconsole.views.safe import harmless, harmless_lines
from lexiconsole.views.words import GREY, RED

__all__ = ["Diagnostics", "error_shape", "keep_traceback"]


class Diagnostics:
    """Standard error of one command: what goes on, what is asked, what went wrong. Never a result."""

    def __init__(self, *, ascii_only: bool = False, stream: TextIO | None = None) -> None:
        self.stream = stream or sys.stderr
        self.paint: Paint = paint_for(self.stream, ascii_only=ascii_only)

    @property
    def on_terminal(self) -> bool:
        return self.stream.isatty()

    def line(self, text: str = "") -> None:
        """One line that is harmless already."""
        self.write(fitted(self.paint.plain(text), self.stream) + "\n")

    def say(self, text: str) -> None:
        """A sentence or several, made harmless."""
        for line in harmless_lines(text):
            self.line(line)

    def hint(self, text: str) -> None:
        """Something that helps and may be overlooked."""
        self.line(self.paint.text(harmless(text), GREY))

    def write(self, text: str) -> None:
        try:
            self.stream.write(text)
            self.stream.flush()
        except UnicodeEncodeError:
            encoding = self.stream.encoding or "ascii"
            self.stream.write(text.encode(encoding, "backslashreplace").decode(encoding))
        except OSError:
            pass  # nobody listens any more; what matters is on disk

    def error(self, message: str) -> None:
        first, *more = harmless_lines(message)
        self.line(f"{self.paint.text('error:', RED)} {first}")
        for line in more:
            self.line(line)

    def report(self, error: BaseException) -> ExitCode:
        """Says what went wrong in words; for a bug also where its traceback was kept."""
        code = exit_of_error(error)
        if isinstance(error, LexiconsoleError):
            self.error(str(error))
        elif code is ExitCode.BUG:
            place = keep_traceback(error)
            where = f"; the traceback is in {place}" if place else ""
            self.error(
                f"{_whose_fault(error)}, not of what you asked for ({_in_short(error)}){where}. "
                "Runs are not harmed: they can be resumed"
            )
        return code


def _whose_fault(error: BaseException) -> str:
    if isinstance(error, ContributedFault):
        return f"this is a fault of {error.package}, which brings the command {error.name!r} ({error.entry})"
    return "this is a fault of lexiconsole or of a definition"


def error_shape(error: BaseException, code: int) -> JsonObject:
    """The last line of `--json` when a command could not do what it was asked for."""
    shape: JsonObject = {"type": "error", "error": type(error).__name__, "message": str(error), "exit": int(code)}
    if isinstance(error, InvalidInputError):
        shape["fields"] = dict(error.fields)
    return shape


def keep_traceback(error: BaseException) -> Path | None:
    """Writes the traceback to a file of its own: in the workspace if it has a store already, else among temporary files."""
    import tempfile
    import traceback

    from lexiconsole.cli.names import state_folder

    text = "".join(traceback.format_exception(error))
    name = f"{time.strftime('%Y%m%dT%H%M%S')}-{os.getpid()}.txt"
    state = state_folder()
    for folder in ([state / "crash"] if state.is_dir() else []) + [Path(tempfile.gettempdir()) / "lexiconsole-crash"]:
        try:
            folder.mkdir(parents=True, exist_ok=True)
            place = folder / name
            place.write_text(text, encoding="utf-8", errors="backslashreplace")
        except OSError:
            continue
        return place
    return None


def _in_short(error: BaseException) -> str:
    shown = error.__cause__ or error if isinstance(error, ContributedFault) else error
    text = str(shown).strip()
    return f"{type(shown).__name__}: {text.splitlines()[0] if text else 'no message'}"
