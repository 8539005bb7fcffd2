"""What can not work is found when the machine is written down, with its name and the nearest one."""

from __future__ import annotations

from typing import Any

import pytest

from lexiconsole.errors import DefinitionError
from lexiconsole.state import EVERY_STATE, State, StateMachine, Transition

A, B, END = State("a"), State("b"), State("end", final=True)
WAYS = [Transition("go", "a", "b"), Transition("stop", "b", "end")]


def machine(states: Any, transitions: Any, **more: Any) -> type[StateMachine]:
    return type("Machine", (StateMachine,), {"states": states, "transitions": transitions, **more})


@pytest.mark.parametrize(
    ("states", "transitions", "says"),
    [
        ([], [Transition("go", "a", "b")], ["it has no states"]),
        (
            [A, B, END, State("lost")],
            [*WAYS, Transition("x", "lost", "end")],
            ["no transition leads to 'lost' from 'a'"],
        ),
        ([A, B, State("island", final=True), END], WAYS, ["'island' from 'a'; it can not be reached"]),
        (
            [A, B, State("c")],
            [Transition("go", "a", "b"), Transition("on", "b", "c")],
            ["'c' is a dead end", "say final=True"],
        ),
        ([A, B], [Transition("go", "a", "b"), Transition("stay", "b", "b")], ["'b' is a dead end"]),
        (
            [A, B, END],
            [*WAYS, Transition("skip", "a", "ende")],
            ["the target 'ende' of the transition skip: a -> ende", "did you mean 'end'?"],
        ),
        ([A, B, END], [*WAYS, Transition("skip", ("aa", "b"), "end")], ["the source 'aa' of", "did you mean 'a'?"]),
        ([A, B, END], [*WAYS, Transition("skip", (), "end")], ["the transition 'skip' to 'end' has no source"]),
        ([A, B, END, B], WAYS, ["the state 'b' is declared 2 times"]),
        ([State("a", initial=True), State("b", initial=True), END], WAYS, ["2 initial states, a, b"]),
        (
            [A, B, END],
            [*WAYS, Transition("stop", "b", "a")],
            ["stop: b -> a is never taken: stop: b -> end comes first"],
        ),
        ([A, B, END], [*WAYS, Transition("stop", "b", "end")], ["stop: b -> end is never taken"]),
        ([A, B, END], [*WAYS, Transition("again", "end", "a")], ["'end' is final, so the transition again: end -> a"]),
        ([A, State("b/c"), END], WAYS, ["'b/c' is no name for a state"]),
        ([State("event"), B, END], WAYS, ["a state can not be called 'event'"]),
        ([A, B, END], [*WAYS, Transition("x#2", "a", "b")], ["'x#2' is no name for an event"]),
        ([A, B, END], [*WAYS, Transition("", "a", "b")], ["'' is no name for an event"]),
    ],
)
def test_a_machine_that_can_not_work_is_refused_when_its_class_is_made(
    states: Any, transitions: Any, says: list[str]
) -> None:
    with pytest.raises(DefinitionError) as refused:
        machine(states, transitions)
    assert "the state machine Machine can not work:" in str(refused.value)
    for part in says:
        assert part in str(refused.value)


@pytest.mark.parametrize(
    ("method", "says"),
    [
        ("on_enter_ende", "on_enter_ende belongs to no state; did you mean 'on_enter_end'?"),
        ("on_exit_aa", "did you mean 'on_exit_a'?"),
        ("can_stopp", "can_stopp belongs to no event; did you mean 'can_stop'?"),
    ],
)
def test_a_hook_that_would_never_be_called_is_refused(method: str, says: str) -> None:
    with pytest.raises(DefinitionError) as refused:
        machine([A, B, END], WAYS, **{method: lambda self: True})
    assert says in str(refused.value)


def test_everything_that_is_wrong_is_told_at_once() -> None:
    with pytest.raises(DefinitionError) as refused:
        machine([A, B, END], [Transition("x", "q", "a"), Transition("y", "a", "r")])
    assert "'q'" in str(refused.value) and "'r'" in str(refused.value)


def test_a_guard_that_is_named_must_be_a_method() -> None:
    with pytest.raises(DefinitionError, match=r"no method 'may_go' for can_go; did you mean 'may_do'\?"):
        machine([A, B, END], [Transition("go", "a", "b", guard="may_go"), WAYS[1]], may_do=lambda self: True)


def test_several_ways_for_one_event_need_guards_on_all_but_the_last() -> None:
    yes = lambda: True
    machine([A, B, END], [Transition("go", "a", "b", guard=yes), Transition("go", "a", "end"), WAYS[1]])
    with pytest.raises(DefinitionError, match="declared twice"):
        machine([A, B, END], [Transition("go", "a", "b", guard=yes), Transition("go", "a", "b", guard=yes), WAYS[1]])


def test_every_state_means_those_that_are_not_final() -> None:
    made = machine([A, B, END], [*WAYS, Transition("kill", EVERY_STATE, "end")])()
    assert made.events == ("go", "kill")


async def test_names_need_not_be_identifiers() -> None:
    calls: list[str] = []
    made = machine(
        ["in draft", State("sent-out", final=True)],
        [Transition("send out", "in draft", "sent-out")],
        can_send_out=lambda self: calls.append("guard") or True,
        on_exit_in_draft=lambda self: calls.append("exit"),
        on_enter_sent_out=lambda self: calls.append("enter"),
    )()
    assert await made.transition("send out") == "sent-out"
    assert calls == ["guard", "exit", "enter"]


def test_a_machine_can_be_given_its_table_instead() -> None:
    made = StateMachine(states=["a", B, END], transitions=WAYS, initial="a", name="one")
    assert (made.current_state, made.name, made.events) == ("a", "one", ("go",))
    with pytest.raises(DefinitionError, match="it begins in 'c', which is no state of it"):
        StateMachine(states=["a", B, END], transitions=WAYS, initial="c")
    with pytest.raises(DefinitionError, match="it has no states"):
        StateMachine()


def test_a_subclass_may_forget_the_constructor_of_its_base() -> None:
    class Careless(machine([A, B, END], WAYS)):  # type: ignore[misc]
        def __init__(self, order: int) -> None:
            self.order = order

    assert Careless(7).current_state == "a" and Careless(7).can_transition("go")


def test_the_picture_has_the_states_and_an_edge_for_each_event() -> None:
    outline = machine([END, State("a", initial=True), B], [*WAYS, Transition("stop", "a", "end")])().outline()
    assert [(n.key, n.kind.value) for n in outline.nodes] == [("a", "state"), ("end", "end"), ("b", "state")]
    assert [(e.source, e.label, e.target) for e in outline.edges] == [
        ("a", "go", "b"), ("a", "stop", "end"), ("b", "stop", "end"),
    ]  # fmt: skip
