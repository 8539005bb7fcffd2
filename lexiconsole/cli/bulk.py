"""`bulk`: how far a bulk operation is and why items failed; with options, what the console's keys do to it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from lexiconsole.cli.exits import ExitCode
from lexiconsole.cli.face import Face
from lexiconsole.cli.shared import RunId, Sending, command
from lexiconsole.errors import UsageError
from lexiconsole.types import JsonObject, ModelKind
from lexiconsole.views.many import many
from lexiconsole.views.safe import harmless, harmless_sentence

if TYPE_CHECKING:
    from lexiconsole.views.bulk import BulkFold

__all__ = ["bulk"]


@command
def bulk(
    face: Face,
    id: RunId,
    terms: Sending,
    concurrency: Annotated[int | None, typer.Option("--concurrency", min=1, help="Batches that run at once.")] = None,
    rate: Annotated[float | None, typer.Option("--rate", min=0, help="Items a second; 0 for no limit.")] = None,
    retry: Annotated[
        str | None,
        typer.Option("--retry", metavar="ITEMS", help="Try failed items again: all, 12,40-44, or words of the error."),
    ] = None,
    exclude: Annotated[
        str | None, typer.Option("--exclude", metavar="ITEMS", help="Let failed items go, named likewise.")
    ] = None,
    finish: Annotated[bool, typer.Option("--finish", help="End it with the failures it has.")] = False,
    export: Annotated[
        Path | None, typer.Option("--export", metavar="FILE", help="Write its failed items as CSV.")
    ] = None,
) -> ExitCode:
    """Show a bulk operation, or steer it while it goes.

    Without options it tells how far it is and why items failed. What is changed holds from the next batch on, and stays
    over crashes.
    """
    from lexiconsole.cli.acting import perform
    from lexiconsole.durable.journal import Request, RequestKind
    from lexiconsole.views.bulk import BulkFold

    with face.workspace() as workspace:
        row = workspace.run(id)
        fold = BulkFold()
        fold.add(workspace.entries(row))
        if row.kind != ModelKind.BULK and not fold.view().batch_size:
            raise UsageError(
                f"{row.name} {row.id} is no bulk operation but a {row.kind}; lexiconsole show-run {row.id} tells of it"
            )
        payload: dict[str, Any] = {}
        if concurrency is not None:
            payload["concurrency"] = concurrency
        if rate is not None:
            payload["rate"] = rate
        if retry is not None:
            payload["retry"] = _named(fold, retry, "--retry")
        if exclude is not None:
            payload["exclude"] = _named(fold, exclude, "--exclude")
        if finish:
            payload["finish"] = True
        if export is not None:
            _write(face, fold, export)
        if payload:
            data: JsonObject = {"payload": payload, **terms.because}
            request = Request(row.id, RequestKind.SIGNAL, "steer", data, by=face.shared.by)
            return perform(face, workspace, row, request, terms)
        if export is None:
            _tell(face, fold, row.status.value)
        return ExitCode.COMPLETED


def _named(fold: BulkFold, text: str, option: str) -> list[int]:
    """The failed items that are meant; UsageError when there are none."""
    failed = [index for cause in fold.view().causes for index in cause.items]
    if text.strip() == "all":
        found = failed
    elif set(text) <= set("0123456789,- "):
        wanted = set[int]()
        for part in filter(None, (one.strip() for one in text.split(","))):
            first, _, last = part.partition("-")
            if not first.isdigit() or (last and not last.isdigit()):
                raise UsageError(f"{option}: {part!r} is no place; write 12 or 40-44")
            wanted |= {index for index in failed if int(first) <= index <= int(last or first)}
        found = [index for index in failed if index in wanted]
    else:
        found = [index for index in failed if text.lower() in fold.item(index).error.lower()]
    if not found:
        raise UsageError(f"{option}: no failed item is {text!r}; `lexiconsole bulk RUN` lists the causes")
    return sorted(found)


def _write(face: Face, fold: BulkFold, file: Path) -> None:
    from lexiconsole.views.bulk_words import items_csv

    items = fold.noteworthy()
    try:
        file.write_text(items_csv(fold.item(index) for index in items), encoding="utf-8")
    except OSError as fault:
        raise UsageError(f"--export: {fault}") from fault
    face.err.say(f"{many(len(items), 'item')} in {harmless(str(file))}")


def _tell(face: Face, fold: BulkFold, status: str) -> None:
    view = fold.view()
    if face.json:
        counts = {name: getattr(view, name) for name in ("total", "done", "failed", "excluded", "retrying", "running")}
        terms = {"concurrency": view.concurrency, "rate": view.limit, "stop_loss": view.stop_loss}
        times = {"p50": view.p50, "p95": view.p95, "p99": view.p99, "throughput": view.average, "eta": view.eta}
        face.out.object({"type": "bulk", "status": status, **counts, **terms, **times})
        for cause in view.causes:
            face.out.object({"type": "cause", "items": list(cause.items), "error": cause.sample.error})
        return
    of = "" if view.total is None else f" of {view.total:,}"
    face.out.line(f"{view.settled:,}{of} items: {view.done:,} done, {view.failed:,} failed, {view.excluded:,} excluded")
    at_once = "?" if view.concurrency is None else f"{view.concurrency:,}"
    limit = f"{view.limit:g} items a second at most" if view.limit else "no rate limit"
    face.out.line(f"{at_once} batches of {view.batch_size:,} at once, {limit}, {view.average:,.1f} items a second")
    for cause in view.causes:
        face.out.line(
            f"{len(cause.items):>8,}  {harmless_sentence(cause.sample.error)}  (first: item {cause.items[0]:,})"
        )
