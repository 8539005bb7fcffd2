"""Source with what the checks found written under the lines it is about, as rows of one width."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from textwrap import wrap

from lexiconsole.catalog import Finding
from lexiconsole.views.safe import harmless, harmless_lines

__all__ = ["SourceRow", "row_at", "source_rows"]

_MOST = 4
"""Rows of one remark; all of it is read when it is opened."""


@dataclass(frozen=True, slots=True)
class SourceRow:
    """A line of the file, or part of a remark under one (`finding`). `worst` is the severity of the line's worst finding.

    `first` marks the first row of a remark, `column` where the line that it is about begins.
    """

    id: str
    number: int
    text: str
    worst: str = ""
    finding: Finding | None = None
    first: bool = False
    column: int = 0


def source_rows(text: str, findings: Sequence[Finding], width: int) -> list[SourceRow]:
    """`width` is how many cells a remark may take. What is about the whole file stands above its first line."""
    lines = harmless_lines(text.removesuffix("\n"))
    by_line: dict[int, list[Finding]] = {}
    for finding in findings:
        by_line.setdefault(min(finding.line, len(lines)), []).append(finding)
    rows = [row for finding in by_line.get(0, []) for row in _remark(finding, 0, width)]
    for number, line in enumerate(lines, start=1):
        here = by_line.get(number, [])
        worst = min((one.severity.value for one in here), key=_RANK.index, default="")
        rows.append(SourceRow(f"line:{number}", number, line, worst))
        column = len(line) - len(line.lstrip())
        for finding in here:
            rows += _remark(finding, column, width)
    return rows


_RANK = ["error", "warning", "hint"]


def _remark(finding: Finding, column: int, width: int) -> list[SourceRow]:
    message = " ".join(finding.message.split())
    told = harmless(message.removeprefix(f"{finding.definition}: ") if finding.definition else message)
    column = max(0, min(column, width - 40))
    parts = wrap(f"{finding.code} {told}", max(20, width - column - 3))
    if len(parts) > _MOST:
        parts = [*parts[: _MOST - 1], f"{parts[_MOST - 1]} …"]
    key = f"{finding.code}:{finding.line}:{finding.message}"
    return [
        SourceRow(f"{key}:{n}", finding.line, part, finding.severity.value, finding, first=n == 0, column=column)
        for n, part in enumerate(parts)
    ]


def row_at(rows: Sequence[SourceRow], line: int, finding: Finding | None = None) -> int:
    """The number of the row of a finding, or else of a line; 0 when there is neither."""
    for number, row in enumerate(rows):
        if row.finding == finding if finding is not None else row.finding is None and row.number == line:
            return number
    return row_at(rows, line) if finding is not None else 0
