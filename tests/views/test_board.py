"""The list of runs that comes of a filter."""

import pytest

from lexiconsole.app.look import Look, RunQuery
from lexiconsole.types import RunStatus
from lexiconsole.views.board import next_of, read_board
from lexiconsole.views.run_filter import NEEDS_ME, read_filter
from tests.tui.making import NOW, Story, completed, doubtful, failed, paused, sleeping, waiting, write


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


FILTERS = {
    "": ["ee", "dd", "aa", "cc", "ff", "gg", "hh", "bb"],
    "state:!ok": ["ee", "dd", "aa", "cc", "ff", "gg"],
    "name:report": ["dd", "hh"],
    "err~card": ["aa"],
    "err~!card state:failed": ["dd"],
    "age<350s": ["ee", "dd", "ff", "gg", "hh"],
    "state:failed,ok": ["dd", "aa", "hh", "bb"],
    "id:b": ["bb"],
    "key:charge": ["ee", "dd", "aa"],
    "key:MANA": ["cc"],
    "key:!charge state:me": ["cc"],
    "kind:workflow timeout": ["dd"],
    "kind:saga": [],
    "report late": ["dd"],
    "report !late": ["hh"],
}


def test_each_field_chooses_its_runs(look):
    found = {text: ids(read_board(look, read_filter(text).query(look.names(), NOW), 0, 50)) for text in FILTERS}
    assert found == FILTERS


@pytest.mark.parametrize("text", FILTERS)
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
