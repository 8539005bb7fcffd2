"""Filters as people type them, and the list that comes of them."""

import pytest

from lexiconsole.app.look import Look, RunQuery
from lexiconsole.errors import UsageError
from lexiconsole.types import RunStatus
from lexiconsole.views.board import NEEDS_ME, next_of, read_board, read_filter
from tests.tui.making import NOW, Story, completed, doubtful, failed, paused, sleeping, waiting, write


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


def test_names_take_wildcards_and_bare_words_are_parts_of_them():
    known = ["order", "order_saga", "backup"]
    assert read_filter("wf:order*").query(known, NOW).names == ("order", "order_saga")
    assert read_filter("wf:!order*").query(known, NOW).names == ("backup",)
    assert read_filter("saga").query(known, NOW).names == ("order_saga",)
    assert read_filter("!order").query(known, NOW).names == ("backup",)
    assert read_filter("wf:nothing").query(known, NOW).names == ()
    assert read_filter("").query(known, NOW).names is None


def test_ages_errors_and_ids():
    found = read_filter("age<90m age>10s err~Card id:7k").query([], NOW)
    assert (found.since, found.until, found.error, found.id) == (NOW - 5400, NOW - 10, "card", "7k")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("state:faild", "did you mean failed"),
        ("age<soon", "age<90m"),
        ("colour:red", "there are state:"),
        ("err<3", "there are state:"),
    ],
)
def test_what_is_no_filter_is_named(text, said):
    with pytest.raises(UsageError, match=said):
        read_filter(text)


@pytest.fixture
async def look(tmp_path):
    stories = [
        Story("aa", failed(), ago=90_000_000),
        Story("bb", completed(), ago=500),
        Story("cc", waiting(), ago=400),
        Story("dd", failed("TimeoutError: late"), "report", ago=300),
        Story("ee", doubtful(), ago=200),
        Story("ff", sleeping(), ago=100),
        Story("gg", paused(), ago=50),
        Story("hh", completed(), "report", ago=10),
    ]
    await write(tmp_path / "store.db", stories)
    look = Look(tmp_path / "store.db")
    yield look
    look.close()


def ids(board):
    return [row.id for row in board.rows]


def test_a_failed_run_of_long_ago_stands_before_everything_that_needs_nobody(look):
    board = read_board(look, RunQuery(NEEDS_ME), 0, 50)
    assert ids(board) == ["ee", "dd", "aa", "cc", "ff", "gg", "hh", "bb"]
    assert board.total == 8


@pytest.mark.parametrize("first", range(9))
@pytest.mark.parametrize("count", [1, 2, 3, 8])
@pytest.mark.parametrize("by_status", [True, False])
def test_every_stretch_is_a_part_of_the_whole(look, first, count, by_status):
    query = RunQuery(NEEDS_ME, by_status=by_status)
    whole = ids(read_board(look, query, 0, 50))
    assert ids(read_board(look, query, first, count)) == whole[first : first + count]


@pytest.mark.parametrize("text", ["", "state:!ok", "wf:report", "err~card", "age<350s", "state:failed,ok", "id:b"])
@pytest.mark.parametrize("by_status", [True, False])
def test_a_selected_run_is_found_where_it_stands(look, text, by_status):
    query = read_filter(text).query(look.names(), NOW, by_status=by_status)
    whole = ids(read_board(look, query, 0, 50))
    for run in ["aa", "bb", "cc", "dd", "ee", "ff", "gg", "hh"]:
        board = read_board(look, query, 0, 1, run)
        assert board.at == (whole.index(run) if run in whole else None)
    for place, run in enumerate(whole):
        around = read_board(look, query, 0, 3, run, around=1)
        assert (around.first, ids(around)) == (max(0, place - 1), whole[max(0, place - 1) :][:3])


def test_by_age_the_newest_is_first(look):
    assert ids(read_board(look, RunQuery(NEEDS_ME, by_status=False), 0, 50)) == [
        "hh",
        "gg",
        "ff",
        "ee",
        "dd",
        "cc",
        "bb",
        "aa",
    ]


def test_jumps_go_round(look):
    query = RunQuery(NEEDS_ME)  # ee dd aa | cc | ff gg hh bb
    errors = (RunStatus.DOUBTFUL, RunStatus.FAILED)
    on = [next_of(look, query, errors, place, 1) for place in range(8)]
    assert on == [1, 2, 0, 0, 0, 0, 0, 0]
    back = [next_of(look, query, errors, place, -1) for place in range(8)]
    assert back == [2, 0, 1, 2, 2, 2, 2, 2]
    assert next_of(look, query, (RunStatus.WAITING,), 0, 1) == 3
    assert next_of(look, query, (RunStatus.CANCELLED,), 0, 1) is None
