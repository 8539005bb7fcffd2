"""Statements: every SQL statement is a file of its own under `sql/`, and its file name is its name.

What several have in common is a file under `sql/parts/`; it is put in where one of them says `/* parts/NAME */`.
"""

from __future__ import annotations

import itertools
import re
import sqlite3
from functools import cache
from pathlib import Path

__all__ = ["script", "statement"]

_SQL = Path(__file__).parent / "sql"
_PART = re.compile(r"/\* (parts/\w+) \*/")


@cache
def statement(name: str) -> str:
    """The text of `sql/NAME.sql` without the comment it begins with: Python looks at the first word for what it counts."""
    lines = (_SQL / f"{name}.sql").read_text("utf-8").splitlines()
    text = "\n".join(itertools.dropwhile(lambda line: line.startswith("--"), lines))
    return _PART.sub(lambda part: statement(part[1]), text)


def script(text: str) -> list[str]:
    """A script's statements one by one; the semicolons inside triggers do not end one."""
    found: list[str] = []
    lines: list[str] = []
    for line in text.splitlines():
        lines.append(line)
        if line.rstrip().endswith(";") and sqlite3.complete_statement("\n".join(lines)):
            found.append("\n".join(lines))
            lines = []
    return found
