"""Finding: one thing that a check found, for people, for programs, and for whoever draws it into an editor."""

from __future__ import annotations

from dataclasses import dataclass

from lexiconsole.catalog.codes import CODES, Severity

__all__ = ["Finding"]


@dataclass(frozen=True, slots=True)
class Finding:
    """`code` is explained in `codes.py`; `line` is 0 when it is about the whole file.

    `definition` is the name it is about, "" for what is about the file and so about every definition in it.
    """

    code: str
    severity: Severity
    file: str
    line: int
    message: str
    definition: str = ""
    traceback: str = ""

    @classmethod
    def of(cls, code: str, file: str, line: int, message: str, definition: str = "", traceback: str = "") -> Finding:
        """With the severity that belongs to the code."""
        return cls(code, CODES[code].severity, file, line, message, definition, traceback)

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}" if self.line else self.file
        return f"{place}: {self.code} {self.message}"
