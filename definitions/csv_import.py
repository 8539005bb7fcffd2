"""CSV import: one operation over many items, by the bulk model, which takes care of batches, tries, progress and resuming.

What remains to be said here is what the items are, how a batch is written, and what comes before and after. A run that was
killed goes on at the batch it had not written: the survey says where in the file that is, and the target table knows which
batches it holds, because each was written in one transaction with its mark.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import partial
from itertools import takewhile
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field

from _csv_reading import CsvError, Delimiter, Encoding, Record
from _csv_survey import Survey
from _csv_table import Mark, Reject, Row, Tally, Target
from _csv_typing import BadRowError, RowReader, Rule
from _paths import AnyPath, ExistingFile, kept
from lexiconsole import (
    Batch,
    BulkOperation,
    BulkOperationConfig,
    Context,
    Err,
    LexiconsoleError,
    ModelKind,
    Ok,
    Outline,
    Result,
    StepError,
    current_step,
    workflow,
)
from lexiconsole.durable.outline import NodeKind, OutlineNode


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

    @classmethod
    def of(cls, target: Target, tally: Tally) -> Report:
        parts = [
            f"{tally.added:,} rows added to {target.name}",
            f"{tally.present:,} were there already" if tally.present else "",
            f"{tally.rejected:,} bad records in {target.rejects}" if tally.rejected else "",
        ]
        summary = ", ".join(filter(None, parts))
        if not tally.added and tally.present:
            summary = f"nothing new: all {tally.present:,} rows were in {target.name} already, from the same file"
        return cls(
            summary=summary,
            database=target.database,
            table=target.name,
            digest=target.source,
            added=tally.added,
            present=tally.present,
            rejected=tally.rejected,
        )


@workflow(name="csv_import", example={"path": str(Path(__file__).with_name("data") / "orders.csv")})
class CsvImport:
    """Imports a CSV file into a SQLite table: typed, checked, and every record exactly once."""

    KIND = ModelKind.BULK

    def __init__(self, input: ImportInput) -> None:
        self.input = input
        self.changed = False

    def outline(self) -> Outline:
        batch = OutlineNode("batch", NodeKind.BULK, label="csv_import")
        return Outline.sequence([OutlineNode("survey"), batch, OutlineNode("report")])

    async def drive(self, ctx: Context) -> Result[Report, LexiconsoleError]:
        """A run comes by here when it starts, when it is resumed, and each time it has renewed itself."""
        surveyed: Result[Survey, StepError] = await ctx.step("survey", partial(self.look, first=not ctx.run.generation))
        if isinstance(surveyed, Err):
            return surveyed
        survey = surveyed.value
        imported = await self.operation(survey).drive(ctx)
        trouble = str(imported.error) if isinstance(imported, Err) else ""
        reported: Result[Report, StepError] = await ctx.step("report", partial(self.report, survey, trouble))
        return reported

    def look(self, *, first: bool) -> Survey:
        """Surveys the file and makes the tables. A run that renewed itself goes on with the survey it began with."""
        given, run = self.input, current_step().run_id
        survey = None if first else Survey.kept(given.database, run)
        if survey is None:
            survey = Survey.of(given.path, given.encoding, given.delimiter, given.types)
            self.target(survey).prepare()
            survey.keep(given.database, run)
        return survey

    def operation(self, survey: Survey) -> BulkOperation[Record, None]:
        """The file's records, written batch by batch. Those that are no rows count as failed."""
        return BulkOperation(
            items=partial(self.read, survey),
            total=survey.records,
            batch_processor=partial(self.write, survey, self.target(survey), RowReader.of(survey.columns)),
            config=BulkOperationConfig(
                batch_size=self.input.batch_size, max_concurrency=1, timeout=None, retry_attempts=3, retry_delay=0.2
            ),
            stop_loss=self.input.max_bad,
            max_failures=100,
            renew_every=100,
            name="csv_import",
        )

    def read(self, survey: Survey, index: int) -> Iterator[Record]:
        """The records from number `index` on, until a batch could not be written because the file changed."""
        return takewhile(lambda _: not self.changed, survey.read_from(self.input.path, index))

    def write(
        self, survey: Survey, target: Target, reader: RowReader, records: list[Record], batch: Batch
    ) -> list[Result[None, str]]:
        """Writes what fits into the table and the rest beside it. Raises CsvError when the file is not what was surveyed."""
        try:
            survey.require_same(self.input.path)
        except CsvError:
            self.changed = True
            raise
        rows: list[Row] = []
        rejects: list[Reject] = []
        outcomes: list[Result[None, str]] = []
        for record in records:
            line = record.begin.line
            try:
                rows.append((line, reader.row(record)))
                outcomes.append(Ok(None))
            except BadRowError as bad:
                rejects.append(Reject(line, str(bad), record.text))
                outcomes.append(Err(f"line {line}: {bad}"))
        step = current_step()
        target.write(Mark(step.idempotency_key, step.run_id, batch.number), rows, rejects)
        return outcomes

    def report(self, survey: Survey, trouble: str) -> Result[Report, str]:
        """What came of it. It is done when every record of the file is in one of the two tables."""
        survey.require_same(self.input.path)
        target = self.target(survey)
        tally = target.tally(current_step().run_id)
        seen = tally.added + tally.present + tally.rejected
        if tally.rejected > self.input.max_bad * seen:
            return Err(f"{tally.rejected:,} of {seen:,} records are bad, too many to go on; {target.rejects} says why")
        if missing := survey.records - target.kept():
            return Err(
                f"{missing:,} records are missing; import the file again, that adds only those. {trouble}".strip()
            )
        return Ok(Report.of(target, tally))

    def target(self, survey: Survey) -> Target:
        return Target(self.input.database, self.input.table_name(), survey.columns, survey.digest)
