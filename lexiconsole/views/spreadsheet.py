"""CSV that a spreadsheet can be given: no text in it acts as a formula, and all of it can be written."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Sequence
from io import StringIO

__all__ = ["csv_text"]


def csv_text(head: Sequence[str], rows: Iterable[Sequence[object]]) -> Iterator[str]:
    """A head, then line by line; a text that a spreadsheet would take for a formula is kept from being one."""
    out = StringIO()
    writer = csv.writer(out, lineterminator="\n")
    for row in _with_head(head, rows):
        writer.writerow([_plain(value) for value in row])
        yield out.getvalue()
        out.seek(0)
        out.truncate()


def _with_head(head: Sequence[object], rows: Iterable[Sequence[object]]) -> Iterator[Sequence[object]]:
    yield head
    yield from rows


def _plain(value: object) -> object:
    if not isinstance(value, str):
        return value
    text = value.replace("\r\n", "\n").replace("\r", "\n")  # a lone carriage return ends a line for some readers
    text = text.encode("utf-8", "backslashreplace").decode()  # half a letter, as of a file's name that is no UTF-8
    return f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t", "\n") else text
