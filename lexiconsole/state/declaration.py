"""What a state machine is declared with: its states, its transitions, and what their guards and hooks are told."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import KW_ONLY, dataclass
from typing import Any, NamedTuple, TypeAlias

__all__ = ["EVERY_STATE", "Call", "Change", "State", "Transition"]

Call: TypeAlias = "Callable[..., Any] | str"
"""A function, async or not, that takes nothing or a Change; or the name of one of the machine's methods."""

EVERY_STATE = "*"
"""As the source of a transition: every state that is not final."""


@dataclass(frozen=True, slots=True)
class State:
    """Where a machine can be. Without `initial` anywhere, the first state is the initial one; a final state has no way out.

    `on_enter` is called after a transition into the state is kept, `on_exit` before one out of it is; the methods
    `on_enter_NAME` and `on_exit_NAME` of the machine are called after them. With `ask` a run also asks a person there,
    in these words, which event shall come; `who` may say so, names or `role:NAME`, empty for anybody.
    """

    name: str
    _: KW_ONLY
    initial: bool = False
    final: bool = False
    on_enter: Call | None = None
    on_exit: Call | None = None
    ask: str = ""
    who: Sequence[str] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "name", str(self.name))
        object.__setattr__(self, "who", tuple(self.who))


@dataclass(frozen=True, slots=True)
class Transition:
    """What an event does in one state, in several, or in EVERY_STATE.

    `guard` must hold, and so must the machine's method `can_EVENT`. Where several transitions share event and source, the
    first one whose guard holds is taken. `on_transition` is called at the very end, before the machine's own.
    """

    event: str
    source: str | Sequence[str]
    target: str
    _: KW_ONLY
    guard: Call | None = None
    on_transition: Call | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "event", str(self.event))
        object.__setattr__(self, "target", str(self.target))
        sources = (self.source,) if isinstance(self.source, str) else self.source
        object.__setattr__(self, "source", tuple(str(one) for one in sources))

    @property
    def sources(self) -> tuple[str, ...]:
        return tuple(self.source)

    def __str__(self) -> str:
        return f"{self.event}: {' | '.join(self.source)} -> {self.target}"


class Change(NamedTuple):
    """A transition as its guards and hooks see it. `payload` is what came with the event.

    For a machine that enters its initial state, `event` and `source` are empty.
    """

    event: str
    source: str
    target: str
    payload: Any = None
