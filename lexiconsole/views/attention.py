"""Attention: what needs one person now, and what of it came since they were told. Pure: no clock, no store, no screen."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

__all__ = ["Attention"]


@dataclass(frozen=True, slots=True)
class Attention:
    """`tasks` are the open ones that they may decide, by id; `soon` and `escalated` are among those. `doubtful` are the ids of
    runs, `failed` is how many runs have failed. `more`: there are open tasks that nobody looked at, beyond the first ones due.
    """

    tasks: frozenset[str] = frozenset()
    soon: frozenset[str] = frozenset()
    escalated: frozenset[str] = frozenset()
    doubtful: frozenset[str] = frozenset()
    failed: int = 0
    more: bool = False

    @property
    def words(self) -> str:
        """`2 need you`; "" when nothing does."""
        asking = {task.partition(":")[0] for task in self.tasks}
        count = len(self.tasks) + len(self.doubtful - asking)
        verb = "needs" if count == 1 and not self.more else "need"
        return f"{count}{'+' if self.more else ''} {verb} you" if count else ""

    def news(self, before: Attention) -> Iterator[str]:
        """What happened since `before`, in the words of `notifications.*.on`."""
        if self.tasks - before.tasks:
            yield "question"
        if self.soon - before.soon:
            yield "due_soon"
        if self.escalated - before.escalated:
            yield "escalated"
        if self.doubtful - before.doubtful:
            yield "doubtful"
        if self.failed > before.failed:
            yield "failed"
