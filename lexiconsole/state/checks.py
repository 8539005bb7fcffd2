"""What can be wrong with a machine as it is written down: each check is a sentence, with the nearest name where one is wrong."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Sequence

from lexiconsole.errors import nearest
from lexiconsole.state.declaration import EVERY_STATE, State, Transition
from lexiconsole.state.hooks import method_name

__all__ = ["problems_of"]

_RESERVED = {"event", EVERY_STATE}
"""What the journal of a run calls its events, and the word for all states."""

_OURS = {"can_transition"}


def problems_of(machine: type, states: Sequence[State], transitions: Sequence[Transition], initial: str) -> list[str]:
    """Everything at once; what follows from a wrong name is told only when the names are right."""
    names = [state.name for state in states]
    problems = [*_names(states, transitions), *_initial(states, names, initial), *_ends(transitions, names)]
    if not problems:
        problems = [
            *_ways(states, transitions, initial or names[0]),
            *_twice(states, transitions),
            *_methods(machine, names, list(dict.fromkeys(one.event for one in transitions))),
        ]
    return problems


def _names(states: Sequence[State], transitions: Sequence[Transition]) -> Iterator[str]:
    if not states:
        yield "it has no states"
    for name, count in Counter(state.name for state in states).items():
        if count > 1:
            yield f"the state {name!r} is declared {count} times"
        if name in _RESERVED:
            yield f"a state can not be called {name!r}"
        elif not _usable(name):
            yield f"{name!r} is no name for a state: printable text without / and #"
    for event in dict.fromkeys(one.event for one in transitions):
        if not _usable(event):
            yield f"{event!r} is no name for an event: printable text without / and #"


def _usable(name: str) -> bool:
    return bool(name) and name.isprintable() and name == name.strip() and not set(name) & {"/", "#"} and len(name) <= 80


def _initial(states: Sequence[State], names: Collection[str], initial: str) -> Iterator[str]:
    marked = [state.name for state in states if state.initial]
    if len(marked) > 1:
        yield f"it has {len(marked)} initial states, {', '.join(marked)}; it can begin in one only"
    if initial and initial not in names:
        yield f"it begins in {initial!r}, which is no state of it{_did_you_mean(initial, names)}"
    elif marked and initial != marked[0]:
        yield f"it begins in {initial!r}, but {marked[0]!r} is marked as initial"


def _ends(transitions: Sequence[Transition], names: Collection[str]) -> Iterator[str]:
    for one in transitions:
        if not one.sources:
            yield f"the transition {one.event!r} to {one.target!r} has no source"
        for what, name in (*(("source", name) for name in one.sources), ("target", one.target)):
            if name not in names and not (what == "source" and name == EVERY_STATE):
                yield f"the {what} {name!r} of the transition {one} is no state{_did_you_mean(name, names)}"


def _ways(states: Sequence[State], transitions: Sequence[Transition], initial: str) -> Iterator[str]:
    """Out of each state that is not final there is a way, and into each there is one from the initial state."""
    onward: dict[str, set[str]] = {state.name: set() for state in states}
    for state in states:
        for one in transitions:
            if state.name in one.sources and state.final:
                yield f"{state.name!r} is final, so the transition {one} can never be taken"
            elif state.name in one.sources or (EVERY_STATE in one.sources and not state.final):
                onward[state.name].add(one.target)
    reached, waiting = {initial}, [initial]
    while waiting:
        new = onward[waiting.pop()] - reached
        reached |= new
        waiting += new
    for state in states:
        if state.name not in reached:
            yield f"no transition leads to {state.name!r} from {initial!r}; it can not be reached"
        elif not state.final and not onward[state.name] - {state.name}:
            yield f"{state.name!r} is a dead end: nothing leads out of it; say final=True if it is meant as an end"


def _twice(states: Sequence[State], transitions: Sequence[Transition]) -> Iterator[str]:
    """Of several transitions with one event and source only the last may be without a guard."""
    for state in states:
        certain: dict[str, Transition] = {}
        seen: set[tuple[str, str, object]] = set()
        for one in transitions:
            if state.name not in one.sources and (EVERY_STATE not in one.sources or state.final):
                continue
            if one.event in certain:
                first = certain[one.event]
                yield f"in {state.name!r} the transition {one} is never taken: {first} comes first and has no guard"
            elif (one.event, one.target, one.guard) in seen:
                yield f"in {state.name!r} the transition {one} is declared twice"
            elif one.guard is None:
                certain[one.event] = one
            seen.add((one.event, one.target, one.guard))


def _methods(machine: type, names: Sequence[str], events: Sequence[str]) -> Iterator[str]:
    """A hook or guard whose name is mistyped would never be called, and nobody would notice."""
    for prefix, what, known in (
        ("on_enter_", "state", names),
        ("on_exit_", "state", names),
        ("can_", "event", events),
    ):
        right = {method_name(prefix, name): name for name in known}
        for attribute in (name for name in dir(machine) if name.startswith(prefix)):
            if attribute not in right and attribute not in _OURS and callable(getattr(machine, attribute)):
                close = nearest(attribute, right)
                hint = f"; did you mean {close!r}?" if close else ""
                yield f"the method {attribute} belongs to no {what}{hint}"


def _did_you_mean(name: str, known: Collection[str]) -> str:
    close = nearest(name, known)
    return f"; did you mean {close!r}?" if close else f"; its states are {', '.join(known)}" if known else ""
