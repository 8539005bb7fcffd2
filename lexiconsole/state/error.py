"""Why an event did not lead anywhere."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from lexiconsole.errors import RefusedError, nearest

__all__ = ["TransitionRefusedError"]


class TransitionRefusedError(RefusedError):
    """The event does nothing in the state that the machine is in, or a guard said no; nothing was changed.

    `possible` are the events of that state, `known` those of the machine, `guard` the one that said no.
    """

    def __init__(
        self,
        machine: str,
        event: str,
        state: str,
        possible: Sequence[str],
        *,
        known: Collection[str] = (),
        guard: str = "",
    ) -> None:
        self.machine, self.event, self.state, self.possible, self.guard = machine, event, state, tuple(possible), guard
        super().__init__(f"{machine} is in {state!r}, {self._reason(known)}")

    def _reason(self, known: Collection[str]) -> str:
        if self.guard:
            return f"and {self.guard} does not allow {self.event!r} now"
        if not self.possible:
            return f"which is final; {self.event!r} does nothing there"
        close = None if self.event in known else nearest(self.event, known)
        hint = f"did you mean {close!r}? " if close else ""
        return f"where {self.event!r} does nothing; {hint}possible there: {', '.join(self.possible)}"
