"""What is different between two runs, told by their entries alone."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from lexiconsole.durable.entry import EntryKind
from lexiconsole.durable.journal import RunRow
from lexiconsole.views.diff import Diff, PartKind, Side, Sign, compared, side_of
from lexiconsole.views.diff_lines import LineKind, difference, first_line, lines
from lexiconsole.views.telling import tell
from tests.views.entries import Script


def row_of(script: Script) -> RunRow:
    story = tell(script.entries)
    return RunRow(
        1,
        script.run,
        story.name,
        "workflow",
        1,
        "",
        "",
        story.status,
        story.created_at,
        story.changed_at,
        seq=story.seq,
    )


def side(script: Script, label: str = "A", at: int | None = None, **more: Any) -> Side:
    return side_of(label, row_of(script), script.entries, at, **more)


def of(left: Script, right: Script) -> Diff:
    return compared(side(left), side(right, "B"))


def good(score: Any = 900) -> Script:
    script = Script("good", input={"amount": 5, "to": {"name": "eve"}}).done("intake").done("score", score)
    return script.done("offer", {"sent": True}).add(EntryKind.COMPLETED, result={"sent": True})


def bad() -> Script:
    script = Script("bad", input={"amount": 48, "to": {"name": "eve"}}).done("intake")
    script.failed("score", "no answer", type="TimeoutError")
    return script.add(EntryKind.FAILED, error={"type": "TimeoutError", "message": "no answer"})


def facts(diff: Diff, id: str) -> dict[str, tuple[str, Any, Any]]:
    part = next(part for part in diff.parts if part.id == id)
    return {fact.name: (fact.sign.value, fact.left, fact.right) for fact in part.differing}


def test_a_good_run_and_a_bad_one():
    diff = of(bad(), good())
    assert [(part.id, part.sign.value) for part in diff.parts] == [
        ("definition:", " "),
        ("input:", "~"),
        ("step:intake", " "),
        ("step:score", "~"),
        ("step:offer", "+"),
        ("outcome:", "~"),
    ]
    assert facts(diff, "input:") == {"amount": ("~", 48, 5)}
    assert facts(diff, "step:score") == {
        "state": ("~", "failed", "done"),
        "error": ("-", "TimeoutError: no answer", None),
        "result": ("+", None, 900),
    }
    assert facts(diff, "outcome:")["status"] == ("~", "failed", "completed")
    assert diff.first is not None and diff.first.kind is PartKind.INPUT
    assert difference(diff) == "first difference: amount in the input is 48 in A, 5 in B"


def test_two_runs_that_did_the_same_are_alike():
    diff = of(good(), good())
    assert diff.alike and diff.first is None
    assert difference(diff) == "A and B are alike"
    assert [line.kind for line in lines(diff)] == [LineKind.FOLD], "all of it is folded"


def test_what_both_did_alike_is_folded_and_can_be_unfolded():
    diff = of(good(), good(610))
    told = lines(diff)
    fold = told[0]
    assert (fold.kind, fold.left, fold.many) == (LineKind.FOLD, "input, intake", 2)
    assert told[first_line(told, diff)].name == "score"
    opened = lines(diff, {fold.opens})
    assert opened[0].open and "intake" in [line.name for line in opened] and len(opened) > len(told)


def test_steps_that_only_one_came_to_stand_where_it_came_to_them():
    left = Script("a").done("a").done("left").done("z")
    right = Script("b").done("first").done("a").done("one").done("two").done("z").done("last")
    diff = of(left, right)
    steps = [(part.key, part.sign.value) for part in diff.parts if part.kind is PartKind.STEP]
    assert steps == [("first", "+"), ("a", " "), ("one", "+"), ("two", "+"), ("left", "-"), ("z", " "), ("last", "+")]


def test_a_step_that_was_much_slower_counts_but_is_not_the_first_difference():
    def timed(seconds: float, result: int) -> Script:
        script = Script("r").add(EntryKind.STARTED, "load", 1).add(EntryKind.DONE, "load", 1, after=seconds, result=1)
        return script.done("score", result)

    diff = of(timed(0.4, 1), timed(5.0, 2))
    assert facts(diff, "step:load") == {"took": ("~", 0.4, 5.0)}
    assert diff.first is not None and diff.first.key == "score"
    assert of(timed(0.40, 1), timed(0.47, 1)).alike, "nobody notices that"
    only = of(timed(0.4, 1), timed(5.0, 1))
    assert difference(only) == "first difference: load: took is 400 ms in A, 5.0 s in B"


def test_results_are_compared_field_by_field_and_true_is_not_one():
    diff = of(
        good({"a": 1, "b": [1, 2], "c": True, "n": None}), good({"a": 1, "b": [1, 3, 4], "c": 1, "d": "x", "n": 0})
    )
    assert facts(diff, "step:score") == {
        "result.b[1]": ("~", 2, 3),
        "result.b[2]": ("+", None, 4),
        "result.c": ("~", True, 1),
        "result.d": ("+", None, "x"),
        "result.n": ("~", None, 0),
    }


def test_decisions_answers_and_tries_are_compared():
    def run(way: str, answer: str, tries: int) -> Script:
        script = Script("r").add(EntryKind.DECIDED, "risk?", value=way)
        script.add(EntryKind.ASKED, "review", prompt="ok?", who=["ana"]).add(EntryKind.ANSWERED, "review", value=answer)
        return script.done("send", 1, attempt=tries)

    diff = of(run("mid", "no", 1), run("high", "yes", 3))
    assert facts(diff, "step:risk?") == {"decided": ("~", "mid", "high")}
    assert facts(diff, "step:review") == {"answer": ("~", "no", "yes")}
    assert facts(diff, "step:send")["tries"] == ("~", 1, 3)


def test_secrets_are_never_shown_nor_told_apart():
    one, other = ({"password": {"$secret": ref}, "name": ref} for ref in ("abc", "xyz"))
    diff = of(good(one), good(other))
    assert facts(diff, "step:score") == {"result.name": ("~", "abc", "xyz")}
    shown = "\n".join(line.left + line.right for line in lines(diff, {line.opens for line in lines(diff)}))
    assert "$secret" not in shown


def test_the_state_of_a_graph_is_compared_where_it_is_known():
    left, right = side(good(), state={"score": 1}), side(good(), "B", state={"score": 2, "by": "hand"})
    diff = compared(left, right)
    assert facts(diff, "state:") == {"score": ("~", 1, 2), "by": ("+", None, "hand")}
    assert difference(diff) == "first difference: score in the state is 1 in A, 2 in B"


def test_then_and_now_of_one_run():
    script = bad()
    diff = compared(side(script, "then", 2), side(script, "now"))
    assert diff.left.past and not diff.right.past
    assert [part.key for part in diff.differing if part.kind is PartKind.STEP] == ["score"]
    assert difference(diff) == "first difference: only now came to score"


def test_text_that_could_act_on_a_terminal_is_harmless():
    diff = of(good("\x1b[31mred"), good("plain\nline"))
    for line in lines(diff):
        assert "\x1b" not in line.left + line.right + line.name and "\n" not in line.left + line.right


json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-3, 3) | st.text("ab", max_size=2),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("xyz"), inner, max_size=3),
    max_leaves=8,
)


@given(json_values, json_values)
def test_looked_at_from_the_other_side_it_is_the_same_difference(one: Any, other: Any):
    there, back = of(good(one), good(other)), of(good(other), good(one))
    turned = {Sign.NEW: Sign.GONE, Sign.GONE: Sign.NEW}

    def told(diff: Diff, *, turn: bool) -> set[tuple[str, str, str]]:
        return {
            (part.id, fact.name, turned.get(fact.sign, fact.sign) if turn else fact.sign)
            for part in diff.parts
            for fact in part.differing
        }

    assert told(there, turn=False) == told(back, turn=True)


@given(json_values)
def test_a_run_is_alike_to_itself_whatever_it_gave(value: Any):
    assert of(good(value), good(value)).alike


def test_that_a_run_is_of_another_version_is_a_difference():
    other = side(good(), "B")
    diff = compared(side(good()), replace(other, row=replace(other.row, version=2)))
    assert facts(diff, "definition:") == {"version": ("~", 1, 2)}
