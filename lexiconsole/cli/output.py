"""The only place that writes to standard output: results, as text for people or as one JSON object per line."""

from __future__ import annotations

import contextlib
import json
import os
import sys
from collections.abc import Iterable
from typing import TextIO

from lexiconsole.cli.paint import Paint, paint_for
from lexiconsole.cli.wrapping import fitted
from lexiconsole.errors import UsageError
from lexiconsole.types import Json, JsonObject
from lexiconsole.views.safe import harmless_lines

__all__ = ["Output", "PipeClosedError", "json_line"]


_COMPACT = json.JSONEncoder(separators=(",", ":"))


class PipeClosedError(Exception):
    """Whoever read our output is gone; the command ends quietly."""


class Output:
    """Standard output of one command. With `lines_of_json` only `object` may be used, else everything but that."""

    def __init__(self, *, lines_of_json: bool = False, ascii_only: bool = False, stream: TextIO | None = None) -> None:
        self.stream = stream or sys.stdout
        self.lines_of_json = lines_of_json
        self.paint: Paint = paint_for(self.stream, ascii_only=ascii_only)

    @property
    def on_terminal(self) -> bool:
        return self.stream.isatty()

    def object(self, shape: JsonObject) -> None:
        """One line of JSON, there at once for whoever reads along."""
        self._write(json_line(shape) + "\n", flush=True)

    def line(self, text: str = "") -> None:
        """One line that is harmless already; colour comes from `paint`."""
        self._write(fitted(self.paint.plain(text), self.stream) + "\n")

    def lines(self, lines: Iterable[str]) -> None:
        for text in lines:
            self.line(text)

    def screen(self, lines: Iterable[str]) -> None:
        """The lines, none wider than the terminal, in the place of all that stood there; nothing flickers."""
        shown = "".join(f"{self.paint.plain(text)}\x1b[K\n" for text in lines)
        self._write(f"\x1b[H{shown}\x1b[J", flush=True)

    def value(self, value: Json) -> None:
        """A result for people and scripts: text as it is, everything else as JSON, indented on a terminal."""
        if isinstance(value, str):
            self.lines(harmless_lines(value))
        else:
            text = json.dumps(value, ensure_ascii=False, indent=2 if self.on_terminal else None)
            self.lines(harmless_lines(text))

    def raw(self, text: str) -> None:
        """A document that was made to be fed to another program (Mermaid, DOT)."""
        self._write(text)

    def flush(self) -> None:
        self._write("", flush=True)

    def _write(self, text: str, *, flush: bool = False) -> None:
        try:
            self.stream.write(text)
            if flush:
                self.stream.flush()
        except BrokenPipeError as gone:
            _silence(self.stream)
            raise PipeClosedError from gone
        except OSError as fault:
            _silence(self.stream)
            raise UsageError(f"standard output can not be written: {fault.strerror}") from None
        except UnicodeEncodeError:
            encoding = self.stream.encoding or "ascii"
            self.stream.write(text.encode(encoding, "backslashreplace").decode(encoding))


def json_line(shape: JsonObject) -> str:
    """ASCII only, so that no control sign and no override of direction ever reaches a terminal raw."""
    return _COMPACT.encode(shape).replace("\x7f", "\\u007f")


def _silence(stream: TextIO) -> None:
    """Python flushes standard output at its end once more; let that go nowhere."""
    with contextlib.suppress(OSError, ValueError):  # not a file of the system
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
