"""One pass over a CSV file before anything is written: what it is, what its columns hold, where its records are.

The survey is kept with the run. A resumed import reads on from a known place and can tell whether the file is still the
same.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping
from itertools import islice, repeat
from pathlib import Path

from pydantic import BaseModel

from _csv_reading import SAMPLE, CsvError, Delimiter, Encoding, Format, Place, Record, detect, digest, read
from _csv_table import RESERVED, transaction
from _csv_typing import Column, Rule, column_names, infer

STRIDE = 10_000
"""Every so many records a survey notes the place, so that reading on skips fewer than these."""


class Survey(BaseModel):
    """What a pass over the file found. `places` are those of the records 0, STRIDE, 2 * STRIDE and so on."""

    digest: str
    size: int
    changed_ns: int
    format: Format
    columns: list[Column]
    records: int
    places: list[Place]

    @classmethod
    def of(cls, path: Path, encoding: Encoding, delimiter: Delimiter, rules: Mapping[str, Rule]) -> Survey:
        """Reads the whole file once; raises CsvError when it can not be imported at all."""
        size, changed_ns, sha256 = *_stamp(path), digest(path)
        shape = detect(path, encoding, delimiter)
        records = read(path, shape)
        names = _names(path, next(records, None), rules)
        sample: list[Record] = []
        places: list[Place] = []
        count = 0
        for count, record in enumerate(records, 1):
            if count % STRIDE == 1:
                places.append(record.begin)
            if count <= SAMPLE:
                sample.append(record)
        columns = infer(names, [record.fields for record in sample], rules)
        found = cls(
            digest=sha256,
            size=size,
            changed_ns=changed_ns,
            format=shape,
            columns=columns,
            records=count,
            places=places,
        )
        found.require_same(path)
        return found

    def read_from(self, path: Path, index: int) -> Iterator[Record]:
        """The records of the surveyed file from number `index` on, the first behind the header being 0.

        Of a file that is not the same any more nothing is read, but there are as many records as before: a run that goes
        on must be able to count over those it has done, before it is told.
        """
        left = max(0, self.records - index)
        try:
            self.require_same(path)
        except CsvError as fault:
            yield from repeat(Record(Place(0), Place(0), "", [], str(fault)), left)
            return
        if left:
            records = read(path, self.format, self.places[index // STRIDE])
            yield from islice(records, index % STRIDE, index % STRIDE + left)

    def keep(self, database: Path, run: str) -> None:
        """Puts the survey where the run finds it again however long it becomes."""
        with transaction(database) as db:
            db.execute("CREATE TABLE IF NOT EXISTS _surveys (run TEXT PRIMARY KEY, survey TEXT NOT NULL)")
            db.execute("INSERT OR REPLACE INTO _surveys VALUES (?, ?)", (run, self.model_dump_json()))

    @classmethod
    def kept(cls, database: Path, run: str) -> Survey | None:
        """The survey that a run has kept, None when it has kept none."""
        with transaction(database) as db:
            found = db.execute("SELECT survey FROM _surveys WHERE run = ?", (run,)).fetchone()
        return cls.model_validate_json(found[0]) if found else None

    def require_same(self, path: Path) -> None:
        """Raises CsvError when the file is no longer the one that was surveyed; a new date alone is no change."""
        if _stamp(path) != (self.size, self.changed_ns) and digest(path) != self.digest:
            raise CsvError(
                f"{path} changed since its import began; put it back as it was, or import what it is now in a new run"
            )


def _stamp(path: Path) -> tuple[int, int]:
    try:
        found = path.stat()
    except OSError as fault:
        raise CsvError(f"{path} can not be read: {fault.strerror}") from None
    return found.st_size, found.st_mtime_ns


def _names(path: Path, header: Record | None, rules: Mapping[str, Rule]) -> list[str]:
    if header is None:
        raise CsvError(f"{path} is empty; its first line should name the columns")
    if header.fault:
        raise CsvError(f"the header of {path} can not be read: {header.fault}")
    names = column_names(header.fields, RESERVED)
    for name in rules:
        if name not in names:
            close = difflib.get_close_matches(name, names, n=1, cutoff=0)
            raise CsvError(
                f"{path} has no column {name!r}; did you mean {close[0]!r}? Its columns are {', '.join(names)}"
            )
    return names
