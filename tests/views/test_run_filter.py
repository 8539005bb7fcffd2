"""Filters as people type them."""

from dataclasses import replace

import pytest

from lexiconsole.errors import UsageError
from lexiconsole.store.run_query import Field, Term
from lexiconsole.types import RunStatus
from lexiconsole.views.run_filter import NEEDS_ME, read_filter
from tests.tui.making import NOW


def test_the_order_has_every_status_once_and_those_that_need_somebody_first():
    assert sorted(NEEDS_ME) == sorted(RunStatus)
    assert NEEDS_ME[:3] == (RunStatus.DOUBTFUL, RunStatus.FAILED, RunStatus.WAITING)


@pytest.mark.parametrize(
    ("text", "statuses"),
    [
        ("", NEEDS_ME),
        ("state:failed", (RunStatus.FAILED,)),
        ("state:fail,wait", (RunStatus.FAILED, RunStatus.WAITING)),
        ("state:me", (RunStatus.DOUBTFUL, RunStatus.FAILED, RunStatus.WAITING)),
        ("state:ended state:!ok", (RunStatus.FAILED, RunStatus.COMPENSATED, RunStatus.CANCELLED)),
    ],
)
def test_states(text, statuses):
    assert read_filter(text).statuses == statuses


def test_names_take_wildcards():
    known = ["order", "order_saga", "backup"]
    assert read_filter("wf:order*").query(known, NOW).names == ("order", "order_saga")
    assert read_filter("wf:!order*").query(known, NOW).names == ("backup",)
    assert read_filter("name:order,backup").query(known, NOW).names == ("order", "backup")
    assert read_filter("name~saga").query(known, NOW).names == ("order_saga",)
    assert read_filter("wf:nothing").query(known, NOW).names == ()
    assert read_filter("").query(known, NOW).names is None


def test_ages_errors_and_ids():
    found = read_filter("age<90m age>10s err~Card id:7K").query([], NOW)
    assert (found.since, found.until) == (NOW - 5400, NOW - 10)
    assert found.terms == (Term(Field.ERROR, "card"), Term(Field.ID, "7K"))
    assert read_filter("age:2h") == replace(read_filter("age<2h"), pills=("age:2h",))
    assert read_filter("age:!2h").older == 7200
    assert read_filter("age<1h age<2d").younger == 3600, "all terms hold"
    assert read_filter("age>2d age>1h").older == 2 * 86_400


def test_kinds_are_chosen_or_left_out():
    assert read_filter("kind:saga,graph").kinds == ("saga", "graph")
    assert read_filter("kind:!bulk kind:!chain").kinds == ("workflow", "pipeline", "saga", "graph", "machine")


def test_a_field_that_is_still_being_typed_leaves_the_list_as_it_is():
    for text in ("name:", "key:", "kind:", "err~", "id:"):
        assert read_filter(text).query(["order"], NOW) == read_filter("").query(["order"], NOW)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("state:faild", "did you mean failed"),
        ("age<soon", "age<90m"),
        ("colour:red", "there are state:"),
        ("err<3", "there are state:"),
        ("kind:sago", "did you mean saga"),
        ("nam:order", "did you mean name:"),
        ("!state:failed", "state:!failed"),
    ],
)
def test_what_is_no_filter_is_named(text, said):
    with pytest.raises(UsageError, match=said):
        read_filter(text)
