"""Table: a machine's states and what each event does in each of them, with guards and hooks ready to be called.

Made once for each class. Whatever can not work is found here, when the machine is defined, and is told all at once.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain

from lexiconsole.errors import DefinitionError
from lexiconsole.state.checks import problems_of
from lexiconsole.state.declaration import EVERY_STATE, Call, State, Transition
from lexiconsole.state.hooks import Hook, method_name

__all__ = ["Edge", "Move", "Table"]


@dataclass(frozen=True, slots=True)
class Edge:
    """One transition out of one state; `after` are the hooks that follow once it is kept: of the state, then of transitions."""

    event: str
    source: str
    target: str
    guards: tuple[Hook, ...]
    before: tuple[Hook, ...]
    after: tuple[Hook, ...]


@dataclass(frozen=True, slots=True)
class Move:
    """What an event does in one state: the first of `edges` whose guards hold, if `guards` hold."""

    event: str
    guards: tuple[Hook, ...]
    edges: tuple[Edge, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """`moves` by state and event, in the order of declaration; `entering` are the hooks of the initial state."""

    states: Mapping[str, State]
    initial: str
    moves: Mapping[str, Mapping[str, Move]]
    entering: tuple[Hook, ...]

    @classmethod
    def of(
        cls, machine: type, states: Sequence[State | str], transitions: Sequence[Transition], initial: str = ""
    ) -> Table:
        """Raises DefinitionError that names everything that can not work."""
        declared = [one if isinstance(one, State) else State(one) for one in states]
        start = str(initial) or next((one.name for one in declared if one.initial), "")
        problems = problems_of(machine, declared, transitions, start)
        if problems:
            raise DefinitionError("\n  ".join([f"the state machine {machine.__name__} can not work:", *problems]))
        start = start or declared[0].name
        ordered = sorted(declared, key=lambda one: one.name != start)
        known = {one.name: one for one in ordered}
        maker = _Maker(machine, known)
        moves = {name: maker.moves_from(state, transitions) for name, state in known.items()}
        return cls(known, start, moves, maker.entering(known[start]))

    @property
    def events(self) -> tuple[str, ...]:
        """All of the machine's, in the order of its states."""
        return tuple(dict.fromkeys(chain.from_iterable(self.moves.values())))

    def edges(self) -> Iterable[Edge]:
        return chain.from_iterable(move.edges for moves in self.moves.values() for move in moves.values())


class _Maker:
    """Makes the hooks of a class ready, each with a name of its own."""

    def __init__(self, machine: type, states: Mapping[str, State]) -> None:
        self.machine, self.states = machine, states
        self.always = self._hooks("on_transition", None)

    def moves_from(self, state: State, transitions: Sequence[Transition]) -> dict[str, Move]:
        groups: dict[str, list[Transition]] = {}
        for one in transitions:
            if state.name in one.sources or (EVERY_STATE in one.sources and not state.final):
                groups.setdefault(one.event, []).append(one)
        return {event: self._move(event, state, group) for event, group in groups.items()}

    def entering(self, state: State) -> tuple[Hook, ...]:
        return self._hooks(method_name("on_enter_", state.name), state.on_enter)

    def _move(self, event: str, state: State, group: Sequence[Transition]) -> Move:
        asked = method_name("can_", event)
        own = self._hooks(asked, None)
        edges, names = [], len(own)
        for one in group:
            guards = self._hooks("", one.guard, as_name=_numbered(asked, names + 1))
            names += len(guards)
            edges.append(
                Edge(
                    event,
                    state.name,
                    one.target,
                    guards,
                    self._hooks(method_name("on_exit_", state.name), state.on_exit),
                    self.entering(self.states[one.target]) + self._transition_hooks(one),
                )
            )
        return Move(event, own, tuple(edges))

    def _transition_hooks(self, one: Transition) -> tuple[Hook, ...]:
        return self._hooks("", one.on_transition, as_name="on_transition#2") + self.always

    def _hooks(self, method: str, declared: Call | None, *, as_name: str = "") -> tuple[Hook, ...]:
        """What was declared, then the method of that name if the class has it; one that is both is called once."""
        found = []
        has_method = bool(method) and hasattr(self.machine, method)
        if declared is not None:
            name = as_name or (f"{method}#2" if has_method else method)
            hook = Hook.of(self.machine, name, declared)
            if hook.attribute != method or not has_method:
                found.append(hook)
        if has_method:
            found.append(Hook.method(self.machine, method, method))
        return tuple(found)


def _numbered(name: str, number: int) -> str:
    return name if number == 1 else f"{name}#{number}"
