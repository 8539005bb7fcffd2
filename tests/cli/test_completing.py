"""Completion in every shell, as Typer's scripts call it."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path

import pytest

from lexiconsole.cli.completing import answer_shell, candidates
from lexiconsole.cli.names import known_names, remember, state_folder
from lexiconsole.cli.root import group


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("LEX_STORE__PATH", raising=False)
    (tmp_path / "definitions").mkdir()
    return tmp_path


def stored(path: Path, *ids: str) -> None:
    path.parent.mkdir(exist_ok=True)
    with sqlite3.connect(path) as store:
        store.execute("CREATE TABLE runs (number INTEGER PRIMARY KEY, id TEXT, name TEXT, status TEXT)")
        store.executemany("INSERT INTO runs (id, name, status) VALUES (?, 'order', 'failed')", [(run,) for run in ids])
    store.close()


def values(words: list[str], incomplete: str) -> list[str]:
    return [value for value, _ in candidates(words, incomplete)]


def test_commands_with_what_they_are_for():
    assert candidates([], "res") == [
        ("resume", "Let a paused or interrupted run go on."),
        ("resolve", "Say what came of a step whose outcome is unknown."),
    ]


@pytest.mark.parametrize("words", [["--store", "x"], ["--ascii"], ["-C", "run"]])
def test_shared_options_before_the_command_are_passed_over(words):
    assert values(words, "ru") == ["run", "runs"]


def test_names_as_they_were_last_seen(here):
    remember(here / ".lexiconsole", ["order", "import", "orbit"], here / "x.db")
    assert values(["run"], "or") == ["orbit", "order"]
    assert values(["show"], "") == ["import", "orbit", "order"]
    assert values(["run", "order"], "x") == []
    assert values(["runs", "--name"], "im") == ["import"]


def test_names_are_found_from_a_folder_inside_the_workspace(here, monkeypatch):
    remember(here / ".lexiconsole", ["order"], here / "x.db")
    (here / "deep" / "er").mkdir(parents=True)
    monkeypatch.chdir(here / "deep" / "er")
    assert known_names() == ["order"]
    assert state_folder() == here / ".lexiconsole"


def test_ids_newest_first_also_behind_options_with_values(here):
    stored(here / ".lexiconsole" / "store.db", "abc1", "xyz", "abc2", "a%c")
    assert values(["show-run"], "ab") == ["abc2", "abc1"]
    assert values(["retry", "--reason", "text", "--yes"], "ab") == ["abc2", "abc1"]
    assert values(["show-run"], "a%") == ["a%c"]
    assert candidates(["pause"], "xy") == [("xyz", "order failed")]


def test_ids_of_the_store_that_the_environment_or_the_cache_names(here, monkeypatch):
    stored(here / "other.db", "fff")
    remember(here / ".lexiconsole", [], here / "other.db")
    assert values(["watch"], "f") == ["fff"]
    stored(here / "third.db", "ggg")
    monkeypatch.setenv("LEX_STORE__PATH", str(here / "third.db"))
    assert values(["watch"], "") == ["ggg"]


def test_where_there_is_no_workspace_the_definitions_that_come_along_are_offered_and_nothing_is_written(
    here, tmp_path_factory, monkeypatch
):
    elsewhere = tmp_path_factory.mktemp("plain")
    monkeypatch.chdir(elsewhere)
    assert "csv_import" in values(["run"], "csv")
    remember(elsewhere / ".lexiconsole", ["x"], elsewhere / "x.db")
    assert list(elsewhere.iterdir()) == []


def test_looking_for_ids_writes_nothing_and_a_bad_store_completes_nothing(here):
    assert values(["watch"], "") == []
    assert list(here.iterdir()) == [here / "definitions"]
    (here / ".lexiconsole").mkdir()
    (here / ".lexiconsole" / "store.db").write_bytes(b"this is no database" * 100)
    (here / ".lexiconsole" / "names.json").write_text("[broken")
    assert values(["watch"], "") == []
    assert values(["run"], "") == []


def test_options_and_their_values():
    assert "--if-rev" in values(["pause", "r1"], "--")
    assert values(["runs"], "--sta") == ["--status"]
    assert values(["runs", "--status"], "com") == ["compensating", "completed", "compensated"]


def test_before_the_command_every_shared_option_is_offered():
    offered = {option for parameter in group(None).params for option in parameter.opts if option.startswith("--")}
    assert {option for option, _ in candidates([], "--")} == offered | {"--help"}


def test_an_unknown_command_completes_nothing():
    assert values(["unknown"], "") == []


@pytest.mark.parametrize(
    ("shell", "env", "out"),
    [
        ("bash", {"COMP_WORDS": "lexiconsole show", "COMP_CWORD": "1"}, "show\nshow-run"),
        (
            "zsh",
            {"_TYPER_COMPLETE_ARGS": "lexiconsole init"},
            '_arguments \'*: :(("init":"Write a first definition and a configuration to begin with."))\'',
        ),
        (
            "fish",
            {"_TYPER_COMPLETE_ARGS": "lexiconsole init", "_TYPER_COMPLETE_FISH_ACTION": "get-args"},
            "init\tWrite a first definition and a configuration to begin with.",
        ),
        (
            "pwsh",
            {"_TYPER_COMPLETE_ARGS": "lexiconsole init", "_TYPER_COMPLETE_WORD_TO_COMPLETE": "init"},
            "init:::Write a first definition and a configuration to begin with.",
        ),
    ],
)
def test_each_shell_gets_its_own_format(shell, env, out):
    assert answer_shell(f"complete_{shell}", env) == (out, 0)


def test_fish_asks_first_whether_there_is_anything():
    for line, code in (("lexiconsole ini", 0), ("lexiconsole nothing-like-that", 1)):
        env = {"_TYPER_COMPLETE_ARGS": line, "_TYPER_COMPLETE_FISH_ACTION": "is-args"}
        assert answer_shell("complete_fish", env) == ("", code)


def test_unfinished_quotes_and_missing_variables_do_no_harm():
    assert answer_shell("complete_zsh", {"_TYPER_COMPLETE_ARGS": 'lexiconsole run "or'}) is not None
    assert answer_shell("complete_bash", {}) is not None
    assert answer_shell("source_bash", {}) is None
    assert answer_shell("complete_tcsh", {}) is None


def test_the_cache_is_replaced_whole_and_a_folder_that_can_not_be_written_is_no_fault(here):
    remember(here / ".lexiconsole", ["a"], here / "x")
    remember(here / ".lexiconsole", ["b"], here / "x")
    assert json.loads((here / ".lexiconsole" / "names.json").read_text())["names"] == ["b"]
    assert [file.name for file in (here / ".lexiconsole").iterdir()] == ["names.json"]
    remember(here / "no" / "such" / "folder", ["a"], here / "x")
    (here / "other" / "definitions").mkdir(parents=True)
    (here / "other" / ".lexiconsole").write_text("a file")
    remember(here / "other" / ".lexiconsole", ["a"], here / "x")
