"""Runs put together by a column: every run of the filter is counted once, whatever it is grouped by."""

from __future__ import annotations

import os
import time
from collections import Counter

import pytest

from lexiconsole.durable.rows import RunRow
from lexiconsole.store.grouping import Column, Groups
from lexiconsole.store.run_query import RunQuery
from lexiconsole.types import RunStatus
from lexiconsole.views.run_filter import read_filter
from tests.tui.making import BUSY_DAY, NOW, Story, failed, fill


@pytest.fixture(scope="module")
def groups(tmp_path_factory):
    before = os.environ.get("TZ")
    os.environ["TZ"] = "UTC"
    time.tzset()
    path = tmp_path_factory.mktemp("groups") / "store.db"
    fill(path, *BUSY_DAY, *(Story(f"more{n}", failed(), ago=100 + n) for n in range(5)), Story("late", ago=90_000))
    look = Groups(path)
    yield look
    look.close()
    os.environ.pop("TZ") if before is None else os.environ.update(TZ=before)
    time.tzset()


def value_of(row: RunRow, column: Column) -> str:
    match column:
        case Column.STATE:
            return row.status.value
        case Column.NAME:
            return row.name
        case Column.STEP:
            return row.where if row.status is not RunStatus.COMPLETED else ""
        case Column.ERROR:
            return row.error
        case Column.BY:
            return row.by
        case Column.DAY:
            return time.strftime("%Y-%m-%d", time.gmtime(row.created_at))
        case Column.KIND:
            return row.kind
        case Column.VERSION:
            return f"{row.name} v{row.version}"


@pytest.mark.parametrize("column", Column)
@pytest.mark.parametrize("text", ["", "state:failed", "name:order age<1h", "402", "!report"])
def test_groups_count_what_the_list_shows(groups, column, text):
    query = read_filter(text).query(groups.names(), NOW)
    rows = groups.newest(query, skip=0, limit=1_000)
    found = groups.groups(query, column)
    assert {group.value: group.runs for group in found} == Counter(value_of(row, column) for row in rows)
    assert [group.runs for group in found] == sorted((group.runs for group in found), reverse=True)
    broken = {RunStatus.FAILED, RunStatus.DOUBTFUL}
    assert sum(group.failed for group in found) == sum(row.status in broken for row in rows)
    assert sum(group.open for group in found) == sum(not row.status.ended for row in rows)


@pytest.mark.parametrize("column", Column)
def test_a_group_holds_its_runs_the_newest_first(groups, column):
    for group in groups.groups(RunQuery(), column):
        rows = groups.runs_of_group(RunQuery(), column, group.value, 1_000)
        assert len(rows) == group.runs and {value_of(row, column) for row in rows} == {group.value}
        assert [row.number for row in rows] == sorted((row.number for row in rows), reverse=True)
        assert rows[0].number == group.newest
        assert len(groups.runs_of_group(RunQuery(), column, group.value, 1)) == 1
