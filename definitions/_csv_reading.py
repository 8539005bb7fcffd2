"""CSV records, each with the place where it begins, so that reading can go on there after a crash.

A fault costs one record, never the file: bytes that are no text, NULs, wrong quotes and endless fields come back as records
that say what is wrong. After a quote that nobody closed, reading goes on with the very next line.
"""

from __future__ import annotations

import codecs
import csv
import hashlib
import io
import re
from collections import deque
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import BinaryIO, Literal

Encoding = Literal[
    "auto", "utf-8", "utf-16", "cp1250", "cp1251", "cp1252", "latin-1", "iso-8859-15", "cp437", "mac-roman"
]
"""Encodings whose text, encoded again, gives the same bytes: that is how places are counted."""

Delimiter = Literal["auto", ",", ";", "\t", "|"]

FIELD_LIMIT = 1_000_000
"""Characters that one field, and one physical line, may have; more is taken for a fault."""

SAMPLE = 1_000
"""Records that guesses are made from."""

_MARKS = [(codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be")]


_STRAY_BYTES = re.compile("[\udc80-\udcff]")
"""How bytes that are no UTF-8 show themselves in text that was decoded all the same."""


class CsvError(Exception):
    """The file can not be imported at all; a sentence that says why and what to do."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a record begins: bytes from the start of the file, and the physical line, the first being 1."""

    offset: int
    line: int = 1


@dataclass(frozen=True, slots=True)
class Record:
    """One record as text and as fields, or with the `fault` that makes it useless. The next one begins at `end`."""

    begin: Place
    end: Place
    text: str
    fields: list[str]
    fault: str = ""


@dataclass(frozen=True, slots=True)
class Format:
    """How the bytes of a file become fields; `start` is where its text begins, behind a byte order mark."""

    encoding: str
    delimiter: str
    start: int = 0


def read(path: Path, format: Format, begin: Place | None = None) -> Iterator[Record]:
    """The records from `begin` on, else from the start; empty lines are none. Keeps one record in memory."""
    with path.open("rb") as file:
        yield from _records(file, format, begin or Place(format.start))


def detect(path: Path, encoding: Encoding = "auto", delimiter: Delimiter = "auto") -> Format:
    """The format of a file: what is not given is told from its byte order mark, all of its bytes and its first records."""
    with path.open("rb") as file:
        head = file.read(4)
        mark, start = next(((name, len(bom)) for bom, name in _MARKS if head.startswith(bom)), ("", 0))
        name: str = encoding
        if encoding == "auto":
            name = mark or _guess_encoding(file)
        elif encoding == "utf-16":
            name = mark or "utf-16-le"
        if name != mark:
            start = 0
        file.seek(0)
        head = file.read(FIELD_LIMIT)
    if delimiter != "auto":
        return Format(name, delimiter, start)
    return max(
        (Format(name, each, start) for each in (",", ";", "\t", "|")), key=lambda guess: _regularity(head, guess)
    )


def digest(path: Path) -> str:
    """The sha256 of the file's bytes, in hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _records(file: BinaryIO, format: Format, begin: Place) -> Iterator[Record]:
    csv.field_size_limit(max(csv.field_size_limit(), FIELD_LIMIT))
    with closing(_Lines(file, format.encoding, begin)) as lines:
        reader = csv.reader(lines, delimiter=format.delimiter, strict=True)
        while True:
            begin = lines.begin_record()
            fields: list[str] = []
            try:
                fields = next(reader)
                fault = _illegible(fields, format.encoding)
            except StopIteration:
                return
            except csv.Error as error:
                lines.keep_first()
                fault = _in_words(str(error))
            except _TooLongError:
                fault = f"the line has more than {FIELD_LIMIT:,} characters"
            if fields or fault:
                yield Record(begin, lines.place, lines.text, fields, fault)


class _TooLongError(Exception):
    pass


class _Lines:
    """The physical lines of a file from one place on, for `csv.reader`, which takes as many as a record needs."""

    def __init__(self, file: BinaryIO, encoding: str, begin: Place) -> None:
        file.seek(begin.offset)
        self.place = self._begin = begin
        self._encoding = encoding
        self._errors = "surrogatepass" if encoding.startswith("utf-16") else "surrogateescape"
        self._file = io.TextIOWrapper(file, encoding, self._errors, newline="")
        self._ahead: deque[str] = deque()
        self._taken: list[str] = []

    def __iter__(self) -> _Lines:
        return self

    def __next__(self) -> str:
        line = self._ahead.popleft() if self._ahead else self._read()
        if not line:
            raise StopIteration
        self._taken.append(line)
        self.place = Place(self.place.offset + self._size(line), self.place.line + 1)
        if _is_cut(line):
            self._skip_rest_of_line()
            raise _TooLongError
        return line

    def close(self) -> None:
        self._file.close()

    @property
    def text(self) -> str:
        """What the record has been read from so far, without the end of its last line."""
        return "".join(self._taken).rstrip("\r\n")

    def begin_record(self) -> Place:
        """Lets go of the last record's lines; a new record begins here."""
        self._taken.clear()
        self._begin = self.place
        return self._begin

    def keep_first(self) -> None:
        """Gives back all lines of the record but its first, so that they are read as records of their own."""
        first, *rest = self._taken
        self._ahead.extendleft(reversed(rest))
        self._taken = [first]
        self.place = Place(self._begin.offset + self._size(first), self._begin.line + 1)

    def _read(self) -> str:
        try:
            return self._file.readline(FIELD_LIMIT)
        except UnicodeDecodeError:
            raise CsvError(f"line {self.place.line} is no {self._encoding} text; give the file's encoding") from None

    def _skip_rest_of_line(self) -> None:
        while chunk := self._read():
            self.place = Place(self.place.offset + self._size(chunk), self.place.line)
            if not _is_cut(chunk):
                return

    def _size(self, line: str) -> int:
        if line.isascii() and not self._encoding.startswith("utf-16"):
            return len(line)
        return len(line.encode(self._encoding, self._errors))


def _is_cut(line: str) -> bool:
    return len(line) >= FIELD_LIMIT and not line.endswith(("\n", "\r"))


def _illegible(fields: list[str], encoding: str) -> str:
    """What in the fields is no text, "" when all is well."""
    for number, field in enumerate(fields, 1):
        if "\0" in field:
            return f"field {number} holds a NUL byte"
        try:
            field.encode()
        except UnicodeEncodeError as error:
            return f"field {number} is no {encoding} text at {field[error.start : error.end]!a}"
    return ""


def _in_words(error: str) -> str:
    match error.partition(" ")[0]:
        case "unexpected":
            return "a quote is opened and never closed"
        case "field":
            return f"a field has more than {FIELD_LIMIT:,} characters; is a quote never closed?"
        case _:
            return "text follows a closing quote; a quote inside a field is written twice"


def _guess_encoding(file: BinaryIO) -> str:
    """UTF-8 unless more of its bytes beyond ASCII are wrong than right: one bad byte must not garble all other text."""
    right = wrong = 0
    decoder = codecs.getincrementaldecoder("utf-8")("surrogateescape")
    file.seek(0)
    while chunk := file.read(1 << 20):
        text = decoder.decode(chunk)
        bad = len(_STRAY_BYTES.findall(text))
        wrong += bad
        right += len(text) - len(text.encode("ascii", "ignore")) - bad
    return "utf-8" if right >= wrong else "cp1252"


def _regularity(head: bytes, format: Format) -> tuple[float, int]:
    """How well the head of a file fits a format: the share of records as wide as the first one, and that width."""
    widths = [len(record.fields) for record in islice(_records(io.BytesIO(head), format, Place(format.start)), SAMPLE)]
    if not widths or widths[0] < 2:
        return 0.0, 1
    return widths.count(widths[0]) / len(widths), widths[0]
