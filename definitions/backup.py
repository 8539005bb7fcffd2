"""Backup: a workflow that is a plain async function. Read it from top to bottom; that is the order in which it happens.

Every `ctx.step` is remembered when it is done: a run that was killed goes on behind the last one. What must not change when
it goes on, like the moment that names the copy, is asked of the context too, which remembers the first answer.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field

from _paths import AnyPath, ExistingFile, kept
from _sqlite_backup import check, copy_pages, publish, rotate
from lexiconsole import Context, Err, Progress, Result, RunCancelled, StepError, StepRole, workflow


class BackupInput(BaseModel):
    """What to copy and how many copies to keep."""

    model_config = ConfigDict(extra="forbid")

    database: ExistingFile = Field(
        default_factory=partial(kept, "store.db"),
        description="The SQLite file to copy; others may go on using it. Without one: the store of this workspace.",
    )
    folder: AnyPath | None = Field(None, description="Where the copies go; else into `backups` beside the database.")
    keep: int = Field(5, ge=1, le=1_000, description="Copies of this database to keep; older ones are removed.")


@workflow(name="backup", input=BackupInput, steps=("copy", "check", "publish", "rotate"))
async def backup(ctx: Context, input: BackupInput) -> Result[Path, StepError]:
    """Copies a SQLite file while it is in use, checks the copy, and keeps the newest few."""
    database, folder = input.database, input.folder or input.database.parent / "backups"
    moment = datetime.fromtimestamp(await ctx.now(), UTC)
    final = folder / f"{database.stem}-{moment:%Y%m%d-%H%M%S-%f}{database.suffix}"
    draft = final.with_name(f".{final.name}.draft")

    try:
        checked: Result[int, StepError] = await ctx.step("copy", partial(copy_pages, database, draft, _teller(ctx)))
        if checked.is_ok():
            checked = await ctx.step("check", partial(check, draft))
    except RunCancelled:
        await _discard(ctx, draft)
        raise
    if isinstance(checked, Err):  # the older copies are all still there: none goes before the new one is proven
        await _discard(ctx, draft)
        return checked

    published: Result[Path, StepError] = await ctx.step("publish", partial(publish, draft, final))
    if isinstance(published, Err):
        return published
    names = re.compile(rf"{re.escape(database.stem)}-\d{{8}}-\d{{6}}-\d{{6}}{re.escape(database.suffix)}")
    rotated: Result[list[str], StepError] = await ctx.step("rotate", partial(rotate, folder, names, input.keep))
    return rotated if isinstance(rotated, Err) else published


async def _discard(ctx: Context, draft: Path) -> None:
    """Undoes the copy, to its end even when the run was cancelled."""
    async with ctx.shielded():
        await ctx.step("undo/copy", partial(draft.unlink, missing_ok=True), role=StepRole.COMPENSATION)


def _teller(ctx: Context) -> Callable[[int, int], None]:
    """Passes progress on from the worker thread in which the copy is made."""
    loop = asyncio.get_running_loop()

    def tell(done: int, total: int) -> None:
        loop.call_soon_threadsafe(ctx.note, Progress("copy", done, total, text="pages"))

    return tell
