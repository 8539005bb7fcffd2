"""Why an event did not lead anywhere."""

from __future__ import annotations

from collections.abc import Sequence

from lexiconsole.errors import RefusedError, nearest

__all__ = ["TransitionRefusedError"]


class TransitionRefusedError(RefusedError):
    """The event does nothing in the state that the machine is in, or a guard said no; nothing was changed.

    `possible` are the events of that state, `guard` the one that said no.
    """

    def __init__(self, machine: str, event: str, state: str, possible: Sequence[str], *, guard: str = "") -> None:
        self.machine, self.event, self.state, self.possible, self.guard = machine, event, state, tuple(possible), guard
        super().__init__(f"{machine} is in {state!r}, {self._reason()}")

    def _reason(self) -> str:
        if self.guard:
            return f"and {self.guard} does not allow {self.event!r} now"
        if not self.possible:
            return f"which is final; {self.event!r} does nothing there"
        close = nearest(self.event, self.possible)
        hint = f"did you mean {close!r}?" if close else f"possible there: {', '.join(self.possible)}"
        return f"where {self.event!r} does nothing; {hint}"
