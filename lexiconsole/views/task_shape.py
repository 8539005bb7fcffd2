"""A task as JSON for programs: what `inbox --json` prints and what the console exports."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

from lexiconsole.types import Json, JsonObject
from lexiconsole.views.levels import Level, Seat

if TYPE_CHECKING:
    from lexiconsole.views.inbox import Act, Task, Verb

__all__ = ["task_shape"]


def _flat(one: Level | Seat | Act | Verb) -> dict[str, Any]:
    """Its fields by their names; `asdict` would copy all that is in them, which a long list feels."""
    return {name: getattr(one, name) for name in one.__dataclass_fields__}


@lru_cache(maxsize=64)
def _shape_of_levels(levels: tuple[Level, ...]) -> list[Json]:
    return [{**_flat(level), "seats": [_flat(seat) for seat in level.seats]} for level in levels]


@lru_cache(maxsize=64)
def _shape_of_verbs(verbs: tuple[Verb, ...]) -> list[Json]:
    return [_flat(verb) for verb in verbs]


def task_shape(task: Task) -> JsonObject:
    """For programs; `revision` is what --if-rev compares with, `verbs` what can be done and why not by you."""
    return {
        "type": "task",
        "id": task.id,
        "run": task.run_id,
        "name": task.name,
        "key": task.key,
        "kind": task.kind.value,
        "prompt": task.prompt,
        "details": task.details,
        "who": list(task.who),
        "asked_at": task.asked_at,
        "due": task.due,
        "on_due": task.on_due.value,
        "escalated": task.escalated,
        "initiator": task.initiator,
        "revision": task.revision,
        "form": task.form,
        "initial": dict(task.initial),
        "mine": task.mine,
        "why_not": task.why_not,
        "levels": _shape_of_levels(task.levels),
        "acts": [_flat(act) for act in task.acts],
        "verbs": _shape_of_verbs(task.verbs),
        "not_enforced": list(task.not_enforced),
    }
