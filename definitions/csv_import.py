"""CSV import: one operation over many items, by the bulk model, which takes care of batches, tries, progress and resuming.

What remains to be said here is what the items are, how a batch is written, and what comes before and after. A run that was
killed goes on at the batch it had not written: the survey says where in the file that is, and the target table knows which
batches it holds, because each was written in one transaction with its mark.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field

from _csv_reading import Delimiter, Encoding, Record
from _csv_survey import Survey
from _csv_table import Mark, Reject, Row, Target
from _csv_typing import BadRowError, RowReader, Rule
from _paths import AnyPath, ExistingFile, kept
from lexiconsole import Batch, BulkOperation, BulkOperationConfig, Context, Err, Ok, Result, current_step, workflow


class ImportInput(BaseModel):
    """Which file to import, into which table, and what its columns must hold."""

    model_config = ConfigDict(extra="forbid")

    path: ExistingFile = Field(description="The CSV file; its first record names the columns.")
    database: AnyPath = Field(
        default_factory=partial(kept, "imports.db"),
        description="The SQLite file to import into; made when it is not there.",
    )
    table: str = Field(
        "",
        max_length=100,
        pattern=r"^([A-Za-z][A-Za-z0-9_ -]*)?$",
        description="The table to add the rows to, made when it is not there; without a name, the file's.",
    )
    types: dict[str, Rule] = Field(
        default_factory=dict,
        description="What columns must hold: a type (int, float, bool, date, datetime, str), or an object with type,"
        " required, min and max. Columns that are not named get the type that their first 1,000 cells fit.",
    )
    max_bad: float = Field(
        0.1, ge=0, le=1, description="Share of bad records above which the import stops, judged from 100 records on."
    )
    batch_size: int = Field(1_000, ge=1, le=100_000, description="Records written in one transaction.")
    encoding: Encoding = Field("auto", description="The file's encoding; auto tells it from the file's bytes.")
    delimiter: Delimiter = Field(
        "auto", description="What stands between fields; auto tells it from the first records."
    )

    def table_name(self) -> str:
        return self.table or re.sub(r"\W+", "_", self.path.stem).strip("_") or "records"


class Report(BaseModel):
    """What an import came to. `present` rows were in the table before, from an earlier import of the same file."""

    summary: str
    database: Path
    table: str
    digest: str
    added: int
    present: int
    rejected: int


@workflow(name="csv_import", example={"path": str(Path(__file__).with_name("data") / "orders.csv")})
class CsvImport(BulkOperation[Record, None]):
    """Imports a CSV file into a SQLite table: typed, checked, and every record exactly once."""

    def __init__(self, input: ImportInput) -> None:
        super().__init__(
            batch_processor=self.write,
            items=self.read,
            total=lambda: self.survey.records,
            config=BulkOperationConfig(batch_size=input.batch_size, max_concurrency=1, timeout=None, retry_attempts=3),
            stop_loss=input.max_bad,
            name="csv_import",
        )
        self.input = input
        self.survey: Survey
        self.target: Target
        self.rows: RowReader

    async def drive(self, ctx: Context) -> Result[Report, Exception]:
        given = self.input
        surveyed = await ctx.step(
            "survey", partial(Survey.of, given.path, given.encoding, given.delimiter, given.types)
        )
        if isinstance(surveyed, Err):
            return surveyed
        self.survey = surveyed.value
        self.rows = RowReader.of(self.survey.columns)
        self.target = Target(given.database, given.table_name(), self.survey.columns, self.survey.digest)
        prepared = await ctx.step("prepare", self.target.prepare)
        if isinstance(prepared, Err):
            return prepared
        imported = await super().drive(ctx)
        if isinstance(imported, Err):
            return imported
        return await ctx.step("report", self.report)

    def read(self, index: int) -> Iterator[Record]:
        """The records from number `index` on, without reading what lies before it."""
        return self.survey.read_from(self.input.path, index)

    def write(self, records: list[Record], batch: Batch) -> list[Result[None, str]]:
        """Writes what fits into the table and the rest beside it; a record that does not fit counts as failed."""
        rows: list[Row] = []
        rejects: list[Reject] = []
        outcomes: list[Result[None, str]] = []
        for record in records:
            line = record.begin.line
            try:
                rows.append((line, self.rows.row(record)))
                outcomes.append(Ok(None))
            except BadRowError as bad:
                rejects.append(Reject(line, str(bad), record.text))
                outcomes.append(Err(f"line {line}: {bad}"))
        self.survey.require_same(self.input.path)
        step = current_step()
        self.target.write(Mark(step.idempotency_key, step.run_id, batch.number), rows, rejects)
        return outcomes

    def report(self) -> Result[Report, str]:
        """What came of it. Too many bad records are a failure also where there were too few to judge on the way."""
        tally, table = self.target.tally(current_step().run_id), self.target.name
        if tally.rejected > self.input.max_bad * tally.records:
            return Err(f"{tally.rejected:,} of {tally.records:,} records are bad; {table}_rejects says why")
        parts = [
            f"{tally.added:,} rows added to {table}",
            f"{tally.present:,} were there already" if tally.present else "",
            f"{tally.rejected:,} bad records in {table}_rejects" if tally.rejected else "",
        ]
        summary = ", ".join(filter(None, parts))
        if not tally.added and tally.present:
            summary = f"nothing new: all {tally.present:,} rows were in {table} already, from the same file"
        return Ok(
            Report(
                summary=summary,
                database=self.target.database,
                table=table,
                digest=self.target.source,
                added=tally.added,
                present=tally.present,
                rejected=tally.rejected,
            )
        )
