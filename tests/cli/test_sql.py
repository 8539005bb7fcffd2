"""`sql`: questions to a real store, as a table, CSV and JSON, and what the ready ones are."""

from __future__ import annotations

import io
import json
import sys

import pytest

from lexiconsole.app.queries import QueryHistory, ready_queries, views
from lexiconsole.cli.main import main
from tests.tui.making import BUSY_DAY, fill


@pytest.fixture
def sql(tmp_path, monkeypatch, capsys):
    (tmp_path / "definitions").mkdir()
    (tmp_path / ".lexiconsole").mkdir()
    fill(tmp_path / ".lexiconsole" / "store.db", *BUSY_DAY)
    monkeypatch.chdir(tmp_path)

    def call(*words, code=0):
        assert main(("sql", *words)) == code
        return capsys.readouterr()

    return call


QUESTION = "SELECT status, count(*) AS runs FROM runs WHERE status IN ('failed', 'waiting') GROUP BY status ORDER BY 1"


def test_an_answer_for_people_spreadsheets_and_programs(sql):
    said = sql(QUESTION)
    assert said.out == "status   runs\nfailed   3\nwaiting  2\n" and "2 rows in" in said.err
    assert sql(QUESTION, "--csv").out == "status,runs\nfailed,3\nwaiting,2\n"
    rows = [json.loads(line) for line in sql(QUESTION, "--json").out.splitlines()]
    assert rows == [
        {"type": "row", "row": {"status": "failed", "runs": 3}},
        {"type": "row", "row": {"status": "waiting", "runs": 2}},
    ]


def test_columns_of_one_name_are_all_told(sql):
    said = json.loads(sql("SELECT 1 AS n, 2 AS n, 3 AS n_2, 4 AS n", "--json").out)
    assert said["row"] == {"n": 1, "n_3": 2, "n_2": 3, "n_4": 4}


def test_what_a_run_says_can_not_act_on_the_terminal(sql):
    assert "\x1b" not in sql("SELECT char(27) || '[31m' AS red").out


def test_ready_questions_are_listed_shown_and_asked(sql):
    listed = sql()
    assert len(ready_queries()) >= 12 and all(query.name in listed.out for query in ready_queries())
    assert all(f"{view}: {about}" in listed.err for view, about in views().items())
    assert sql("--ready", "failures", "--show").out.startswith("SELECT name, step, error")
    assert "RefundError: 402 card closed" in sql("--ready", "failures").out
    assert "did you mean 'failures'" in sql("--ready", "failurs", code=2).err


def test_a_question_from_standard_input(sql, monkeypatch):
    monkeypatch.setattr(sys, "stdin", io.StringIO("SELECT 7 AS seven"))
    assert sql("-").out == "seven\n7\n"
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"SELECT '\xff'"), "utf-8"))
    assert "standard input is not UTF-8 text" in sql("-", code=2).err


def test_what_json_has_no_number_for_is_text(sql):
    def no_json(name):
        raise AssertionError(f"{name} is no JSON")

    said = sql("SELECT 9e999 AS much, -9e999 AS little", "--json").out
    assert json.loads(said, parse_constant=no_json)["row"] == {"much": "Inf", "little": "-Inf"}


def test_what_is_wrong_is_named_with_its_place(sql):
    assert "line 1, column 15: there is no table rums; did you mean runs?" in sql("SELECT * FROM rums", code=2).err
    assert "only reading is possible" in sql("DELETE FROM runs", code=2).err
    assert "not both" in sql("SELECT 1", "--ready", "failures", code=2).err


def test_before_anything_has_run_there_is_nothing_to_ask_and_no_store_is_made(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert main(("sql", "SELECT 1")) == 2
    assert "nothing has run here" in capsys.readouterr().err
    assert not (tmp_path / ".lexiconsole" / "store.db").exists()


def test_what_was_asked_is_kept_once_privately_and_not_for_ever(tmp_path):
    history = QueryHistory(tmp_path / "store.db")
    for number in range(205):
        history.keep(f"SELECT {number}")
    history.keep("SELECT 100\nFROM runs")
    history.keep("SELECT 204")
    assert len(history.all()) == 200 and history.all()[-2:] == ["SELECT 100\nFROM runs", "SELECT 204"]
    assert history.all().count("SELECT 204") == 1
    assert history.file.stat().st_mode & 0o777 == 0o600
    history.file.write_text('"good"\n{broken\n7\n')
    assert history.all() == ["good"]
