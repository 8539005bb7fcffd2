"""Open tasks for a face: finding one, with the draft of whoever looks, and listing them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import replace
from typing import TYPE_CHECKING, TypedDict, Unpack

from lexiconsole.app.drafts import Drafts
from lexiconsole.durable.journal import RunRow, TaskRow
from lexiconsole.errors import NotFoundError, UsageError
from lexiconsole.views.inbox import Onlooker, Task, for_me

if TYPE_CHECKING:
    from lexiconsole.app.workspace import Workspace

__all__ = ["Which", "find_task", "inbox"]


def find_task(workspace: Workspace, id: str, me: str) -> Task:
    """RUN:KEY, or RUN alone when it asks exactly one thing. Raises NotFoundError and UsageError with what there is."""
    prefix, _, key = id.partition(":")
    row = workspace.run(prefix)
    tasks = workspace.tasks(row)
    asked = ", ".join(task.key for task in tasks)
    if not tasks:
        raise UsageError(f"run {row.id} asks nothing now; it is {row.status}")
    if not key and len(tasks) > 1:
        raise UsageError(f"run {row.id} asks several questions ({asked}); say which as {row.id}:KEY")
    found = next((task for task in tasks if not key or task.key == key), None)
    if found is None:
        raise NotFoundError(
            f"open question of run {row.id}", key, [task.key for task in tasks], hint=f"it asks {asked}"
        )
    return replace(_onlooker(workspace, me).task(found), draft=Drafts(workspace.store_path).of(me, found.id) or None)


class Which(TypedDict, total=False):
    """Which open tasks: those that I may decide, those for one of the roles, those of which `fits` is true; at most
    `limit`, and nothing is looked at beyond them.
    """

    mine: bool
    roles: Sequence[str]
    fits: Callable[[Task], bool]
    limit: int | None


def inbox(workspace: Workspace, me: str, *, run: RunRow | None = None, **which: Unpack[Which]) -> list[Task]:
    """Due ones first."""
    found: list[Task] = []
    limit, fits = which.get("limit"), which.get("fits", lambda task: True)
    onlooker = _onlooker(workspace, me)
    for row in _open_tasks(workspace) if run is None else workspace.tasks(run):
        if limit is not None and len(found) >= limit:
            break
        seen = for_me([onlooker.task(row)], mine=which.get("mine", False), roles=which.get("roles", ()))
        found += filter(fits, seen)
    return found


def _open_tasks(workspace: Workspace) -> Iterator[TaskRow]:
    """Of all runs, one by one: whoever wants the first few does not pay for ten thousand."""
    with closing(workspace.look()) as look:
        yield from look.open_tasks() if look.ready else workspace.tasks()


def _onlooker(workspace: Workspace, me: str) -> Onlooker:
    return Onlooker(workspace.people, me, workspace.identity.user, workspace.now())
