"""`sql`: a person's own question to the store, which is only read."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from lexiconsole.cli.exits import ExitCode
from lexiconsole.cli.face import Face
from lexiconsole.cli.inputs import piped_text
from lexiconsole.cli.shared import command
from lexiconsole.errors import NotFoundError, UsageError
from lexiconsole.views.cells import columns, cut
from lexiconsole.views.many import many
from lexiconsole.views.safe import harmless

if TYPE_CHECKING:
    from lexiconsole.app.queries import Answer

__all__ = ["sql"]

_WIDEST = 60
_SHOWN = 200
"""Cells of a column, and rows, of a table for people; programs get all of it."""


def _names(incomplete: str) -> list[str]:
    from lexiconsole.app.queries import ready_queries

    return [query.name for query in ready_queries() if query.name.startswith(incomplete)]


@command
def sql(
    face: Face,
    question: Annotated[
        str, typer.Argument(metavar="[SQL]", help="A SELECT; - reads it from standard input.", show_default=False)
    ] = "",
    ready: Annotated[
        str, typer.Option("--ready", "-r", metavar="NAME", help="A ready question.", autocompletion=_names)
    ] = "",
    show: Annotated[bool, typer.Option("--show", help="Print the SQL instead of asking it.")] = False,
    csv: Annotated[bool, typer.Option("--csv", help="As CSV, with a head.")] = False,
    seconds: Annotated[
        float, typer.Option("--seconds", metavar="N", min=0.1, help="Stop it when it takes longer than this.")
    ] = 10.0,
) -> ExitCode:
    """Ask the store in SQL; it is only read.

    Views with words for numbers: runs, entries, questions, requests, decisions. Without SQL the ready questions are listed;
    `--ready NAME` asks one. The file is opened read-only, so nothing that is typed can change it, and a question that takes
    too long is stopped. `--json` gives an object for each row.
    """
    from lexiconsole.app.queries import ask

    if ready and question:
        raise UsageError("give SQL or --ready, not both")
    text = _ready(ready) if ready else piped_text() if question == "-" else question
    if not text:
        return _list(face)
    if show:
        face.out.lines(harmless(line) for line in text.splitlines())
        return ExitCode.COMPLETED
    with face.workspace() as workspace:
        workspace.counts()  # a store of an older version is brought up to date by it
        if not workspace.store_path.is_file():
            raise UsageError(f"there is no store {workspace.store_path} yet: nothing has run here")
        answer = ask(workspace.store_path, text, seconds=seconds)
    _tell(face, answer, csv=csv)
    return ExitCode.COMPLETED


def _ready(name: str) -> str:
    from lexiconsole.app.queries import ready_queries

    found = {query.name: query.sql for query in ready_queries()}
    if name not in found:
        raise NotFoundError("ready question", name, found)
    return found[name]


def _list(face: Face) -> ExitCode:
    from lexiconsole.app.queries import ready_queries, views

    if face.json:
        for query in ready_queries():
            face.out.object({"type": "query", "name": query.name, "about": query.about, "sql": query.sql})
        return ExitCode.COMPLETED
    face.out.lines(columns([(query.name, f"{query.title}: {query.about}") for query in ready_queries()]))
    face.err.hint("lexiconsole sql --ready NAME asks one; --show prints its SQL")
    face.err.hint("views, to ask of:")
    for name, about in views().items():
        face.err.hint(f"  {name}: {about}")
    return ExitCode.COMPLETED


def _tell(face: Face, answer: Answer, *, csv: bool) -> None:
    if face.json:
        names = _distinct(answer.columns)
        for row in answer.rows:
            face.out.object({"type": "row", "row": dict(zip(names, row, strict=True))})
    elif csv:
        from lexiconsole.views.spreadsheet import csv_text

        for line in csv_text(answer.columns, answer.rows):
            face.out.raw(line)
    elif answer.rows:
        rows = [answer.columns, *(tuple(_cell(value) for value in row) for row in answer.rows[:_SHOWN])]
        face.out.lines(columns([tuple(cut(harmless(cell), _WIDEST) for cell in row) for row in rows]))
    if answer.more:
        face.err.hint(f"the first {len(answer.rows):,} rows; there are more: use LIMIT and OFFSET, or a narrower WHERE")
    elif not (face.json or csv):
        hidden = len(answer.rows) - _SHOWN
        shown = f", the first {_SHOWN} of them shown; --csv or --json give all" if hidden > 0 else ""
        face.err.hint(f"{many(len(answer.rows), 'row')} in {answer.took:.2f} s{shown}")


def _distinct(columns: Sequence[str]) -> list[str]:
    """Names for an object: of columns with one name the second is `name_2`, so that none is lost."""
    names: list[str] = []
    for column in columns:
        others = itertools.chain([column], (f"{column}_{n}" for n in itertools.count(2)))
        names.append(next(name for name in others if name not in names and (name == column or name not in columns)))
    return names


def _cell(value: Any) -> str:
    return "-" if value is None else f"{value}"
