"""Asking: a person's own SQL on the store, which can read and do nothing else.

    answer = ask(path, text)

Three locks, each enough by itself: the file is opened read-only, the connection refuses to write, and of the statement every
table, function and pragma is looked at before it runs. It is stopped when it takes too long. `runs`, `entries`, `questions`,
`requests` and `decisions` are views with words for numbers (`sql/shown`); `sql/ready` holds questions worth asking.
"""

from __future__ import annotations

import itertools
import math
import re
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from lexiconsole.durable.vault import MASK
from lexiconsole.errors import LexiconsoleError, UsageError, nearest
from lexiconsole.store.at_rest import read_error, reading
from lexiconsole.store.bounded import bound
from lexiconsole.store.faults import store_error

__all__ = ["MOST_ROWS", "Answer", "ReadyQuery", "SqlError", "ask", "ready_queries", "tables", "view_queries", "views"]

MOST_ROWS = 20_000
"""Rows that are read of an answer; fewer of large ones."""

_LONGEST = 8_000_000  # bytes of one text
_MOST_READ = 64_000_000  # characters and bytes of a whole answer: it is kept in memory
_LOOKS = 2_000  # instructions of SQLite's machine between two looks at the clock
_SQL = Path(__file__).parent / "sql"
_SECRET = re.compile(r'\{\s*"\$secret"\s*:\s*"[^"]*"\s*\}')
_SHOWN = ("table_info", "table_xinfo", "table_list")
_READS = frozenset({sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ, sqlite3.SQLITE_RECURSIVE})
_NO_FUNCTIONS = frozenset({"load_extension", "readfile", "writefile", "edit", "fts3_tokenizer"})


@dataclass(frozen=True, slots=True)
class Answer:
    """What came: rows of plain values, text with secrets masked. `more`: there were more rows than are read."""

    columns: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]
    more: bool
    took: float


@dataclass(frozen=True, slots=True)
class ReadyQuery:
    """A question worth asking. `title` and `about` are from the comment its file begins with."""

    name: str
    title: str
    about: str
    sql: str


class SqlError(UsageError):
    """A statement that can not be answered. `line` and `column` count from 1, 0 when the place is not known."""

    def __init__(self, message: str, line: int = 0, column: int = 0) -> None:
        super().__init__(f"line {line}, column {column}: {message}" if line else message)
        self.line, self.column = line, column


def ask(
    path: Path, sql: str, *, seconds: float = 10.0, most: int = MOST_ROWS, stop: threading.Event | None = None
) -> Answer:
    """Raises SqlError for what is no question, took longer than `seconds` or was stopped, and StoreError for the file."""
    if not sql.strip().rstrip(";").strip():
        raise SqlError("type a question: SELECT name, count(*) FROM runs GROUP BY name")
    try:
        sql.encode()
    except UnicodeEncodeError:
        raise SqlError("it holds bytes that are no UTF-8; type that part again") from None
    while True:
        terms, rest = reading(path)
        answer = _answered(path, terms, sql, seconds, most, stop)
        if rest is None or rest.holds():
            return answer
        # Somebody wrote meanwhile to a file that was read as one that does not change: asked again.


def _answered(path: Path, terms: str, sql: str, seconds: float, most: int, stop: threading.Event | None) -> Answer:
    began = time.monotonic()
    with closing(_opened(path, terms)) as raw:
        _locked(raw)
        raw.set_progress_handler(
            lambda: int(time.monotonic() - began > seconds or (stop is not None and stop.is_set())), _LOOKS
        )
        try:
            cursor = raw.execute(sql)
            if cursor.description is None:
                raise SqlError(_ONLY)
            rows, more = _read(cursor, most)
        except sqlite3.Error as fault:
            raise _said(raw, sql, fault, seconds, stopped=stop is not None and stop.is_set()) from None
        columns = tuple(str(column[0]) for column in cursor.description)
    told = tuple(tuple(_plain(value) for value in row) for row in rows)
    return Answer(columns, told, more, time.monotonic() - began)


def _read(cursor: sqlite3.Cursor, most: int) -> tuple[list[tuple[Any, ...]], bool]:
    """The first rows, as many as are wanted and not too large together; and whether there are more."""
    rows: list[tuple[Any, ...]] = []
    size = 0
    for row in cursor:
        if len(rows) == most or size > _MOST_READ:
            return rows, True
        rows.append(row)
        size += sum(len(value) for value in row if isinstance(value, (str, bytes)))
    return rows, False


@cache
def ready_queries() -> tuple[ReadyQuery, ...]:
    """In the order of their titles."""
    return tuple(sorted((_ready(file) for file in (_SQL / "ready").glob("*.sql")), key=lambda query: query.title))


@cache
def views() -> dict[str, str]:
    """Name of a view to what it shows."""
    return {file.stem: _parted(file)[0] for file in sorted((_SQL / "shown").glob("*.sql"))}


def view_queries() -> tuple[ReadyQuery, ...]:
    """For each view the question that shows it."""
    shown = (_SQL / "asked" / "view.sql").read_text("utf-8").strip()
    return tuple(
        ReadyQuery(name, f"view {name}", about, shown.replace("{view}", name)) for name, about in views().items()
    )


def tables(path: Path) -> dict[str, tuple[str, ...]]:
    """The columns of each view, then of each table of the store."""
    with closing(_opened(path, reading(path)[0])) as raw:
        listed = raw.execute("PRAGMA main.table_list").fetchall()
        own = sorted(row[1] for row in listed if row[2] == "table" and not row[1].startswith("sqlite_"))
        return {
            name: tuple(row[0] for row in _asked(raw, f"PRAGMA table_info({name})", 1)) for name in (*views(), *own)
        }


def _ready(file: Path) -> ReadyQuery:
    said, sql = _parted(file)
    title, _, about = said.partition(": ")
    return ReadyQuery(file.stem, title, about, sql)


def _parted(file: Path) -> tuple[str, str]:
    """The comment a file begins with, and its statement."""
    lines = file.read_text("utf-8").splitlines()
    comment = list(itertools.takewhile(lambda line: line.startswith("--"), lines))
    return " ".join(line.removeprefix("--").strip() for line in comment), "\n".join(lines[len(comment) :]).strip()


# the locks


def _opened(path: Path, terms: str) -> sqlite3.Connection:
    try:
        raw = sqlite3.connect(f"{path.absolute().as_uri()}?{terms}", uri=True, isolation_level=None, timeout=2.0)
    except sqlite3.Error as fault:
        raise read_error(fault, path) from fault
    try:
        raw.execute("PRAGMA temp_store = MEMORY")
        for file in (_SQL / "shown").glob("*.sql"):
            raw.execute(_parted(file)[1])
    except sqlite3.Error as fault:
        raw.close()
        raise read_error(fault, path) from fault
    return raw


def _locked(raw: sqlite3.Connection) -> None:
    raw.execute("PRAGMA query_only = 1")
    raw.execute("PRAGMA trusted_schema = 0")
    bound(raw, _LONGEST)
    raw.setlimit(sqlite3.SQLITE_LIMIT_ATTACHED, 0)
    raw.set_authorizer(_allowed)


def _allowed(action: int, one: str | None, other: str | None, database: str | None, source: str | None) -> int:
    if action in _READS:
        return sqlite3.SQLITE_OK
    if action == sqlite3.SQLITE_FUNCTION:
        return sqlite3.SQLITE_DENY if (other or "").lower() in _NO_FUNCTIONS else sqlite3.SQLITE_OK
    if action == sqlite3.SQLITE_PRAGMA:
        return sqlite3.SQLITE_OK if (one or "").lower() in _SHOWN else sqlite3.SQLITE_DENY
    return sqlite3.SQLITE_DENY


# what is said

_ONLY = "only reading is possible here: SELECT, WITH … SELECT, VALUES, EXPLAIN"
_NEAR = re.compile(r'near "(.*)": syntax error', re.DOTALL)
_MISSING = re.compile(r"no such (column|table|function): (.+)", re.DOTALL)


def _said(
    raw: sqlite3.Connection, sql: str, fault: sqlite3.Error, seconds: float, *, stopped: bool
) -> LexiconsoleError:
    """The fault with its place in the statement, as far as SQLite tells it."""
    text, code = str(fault), getattr(fault, "sqlite_errorcode", None)
    if code == sqlite3.SQLITE_INTERRUPT:
        return SqlError(
            "it was stopped"
            if stopped
            else f"it took longer than {seconds:g} s and was stopped; ask for less, with WHERE or LIMIT"
        )
    if code == sqlite3.SQLITE_TOOBIG:
        return SqlError(f"a value has more than {_LONGEST:,} bytes; leave it out, or cut it with substr()")
    if code in (sqlite3.SQLITE_AUTH, sqlite3.SQLITE_READONLY) or text.startswith(("not authorized", "cannot modify")):
        return SqlError(_ONLY)
    if isinstance(fault, (sqlite3.ProgrammingError, sqlite3.Warning)) and "one statement" in text:
        return SqlError("one question at a time; what stands behind the first semicolon has to go")
    if (near := _NEAR.fullmatch(text)) is not None:
        return SqlError(f"not understood at {near[1]!r}", *_place(sql, _first_bad(raw, sql, near[1], text)))
    if "incomplete input" in text:
        return SqlError("something is missing at its end", *_place(sql, len(sql.rstrip())))
    if (missing := _MISSING.fullmatch(text)) is not None:
        return SqlError(_not_there(raw, missing[1], missing[2]), *_place(sql, _word(sql, missing[2])))
    if code is not None and code & 0xFF not in (sqlite3.SQLITE_ERROR, sqlite3.SQLITE_MISMATCH):
        return store_error(fault, str(_file_of(raw)))
    return SqlError(text)


def _not_there(raw: sqlite3.Connection, what: str, name: str) -> str:
    known: list[str] = []
    if what == "table":
        known = [*views(), *(row[0] for row in _asked(raw, "PRAGMA table_list", 1))]
    elif what == "column":
        known = [row[0] for view in views() for row in _asked(raw, f"PRAGMA table_info({view})", 1)]
    close = nearest(name.rpartition(".")[2], known)
    more = f"; did you mean {close}?" if close else f"; there are {', '.join(views())}" if what == "table" else ""
    return f"there is no {what} {name}{more}"


def _asked(raw: sqlite3.Connection, pragma: str, column: int) -> Iterator[tuple[str]]:
    return ((str(row[column]),) for row in raw.execute(pragma).fetchall())


def _first_bad(raw: sqlite3.Connection, sql: str, word: str, said: str) -> int:
    """Where the word stands that was not understood: the first place up to which SQLite reads and complains of the same."""
    start = -1
    while (start := sql.find(word, start + 1)) >= 0:
        try:
            raw.execute(f"EXPLAIN {sql[: start + len(word)]}").close()
        except sqlite3.Error as fault:
            if str(fault) == said:
                return start
    return -1


def _word(sql: str, name: str) -> int:
    found = re.search(rf"(?<![\w.]){re.escape(name)}(?!\w)", sql, re.IGNORECASE)
    return found.start() if found else -1


def _place(sql: str, at: int) -> tuple[int, int]:
    if at < 0:
        return 0, 0
    before = sql[:at]
    return before.count("\n") + 1, at - (before.rfind("\n") + 1) + 1


def _file_of(raw: sqlite3.Connection) -> str:
    raw.set_authorizer(None)
    return str(raw.execute("PRAGMA database_list").fetchone()[2])


def _plain(value: Any) -> Any:
    """As a person reads it: a blob as text where it is some, no reference to a secret; what is too large for a number as
    SQLite's own shell shows it.
    """
    if isinstance(value, float) and math.isinf(value):
        return "Inf" if value > 0 else "-Inf"
    if isinstance(value, bytes):
        try:
            value = value.decode()
        except UnicodeDecodeError:
            return f"x'{value[:40].hex()}{'…' if len(value) > 40 else ''}'"
    return _SECRET.sub(f'"{MASK}"', value) if isinstance(value, str) and "$secret" in value else value
