"""What a look needs of the settings is kept, and counts only while it is what the settings say."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from lexiconsole.app import config
from lexiconsole.app.config import Settings
from lexiconsole.app.ground import Ground
from lexiconsole.app.identity import os_user
from lexiconsole.app.workspace import Workspace
from lexiconsole.durable.journal import RunFilter
from lexiconsole.errors import ConfigurationError, RefusedError

ME = os_user()
PEOPLE = f"""
operators:
  me: {{users: [{ME}], roles: [clerk]}}
  ana: {{roles: [manager], absences: [{{from: 2026-12-24, to: 2026-12-26, stand_in: me}}]}}
  "*": {{act_for: [me]}}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / ".lexiconsole").mkdir()
    (tmp_path / "application.yaml").write_text(PEOPLE)
    Ground(tmp_path)
    return tmp_path


@pytest.fixture
def unread(monkeypatch):
    """Reading the settings is a fault of the test."""

    def load(*_, **__):
        raise AssertionError("the settings were read")

    monkeypatch.setattr(config.Settings, "load", load)


def told(ground: Ground):
    people = ground.people
    return (
        ground.store_path,
        ground.identity.me,
        getattr(people, "known", None),
        people.may_act_for("x", "me"),
    )


@pytest.mark.parametrize("yaml", [PEOPLE, "", "store: {path: elsewhere.db}", "operators: {}"])
def test_a_second_look_knows_the_same_without_reading_the_settings(folder, yaml, monkeypatch):
    (folder / "application.yaml").write_text(yaml)
    first = told(Ground(folder))
    monkeypatch.setattr(config.Settings, "load", None)
    assert told(Ground(folder)) == first == told(Ground(folder, settings=Settings.model_validate(_plain(yaml))))


def _plain(yaml: str):
    import yaml as reader

    return reader.safe_load(yaml) or {}


def test_no_settings_at_all_are_known_too_until_there_are_some(tmp_path, monkeypatch):
    (tmp_path / ".lexiconsole").mkdir()
    assert "ana" in Ground(tmp_path).people.known
    with monkeypatch.context() as patch:
        patch.setattr(config.Settings, "load", None)
        assert "ana" in Ground(tmp_path).people.known
    (tmp_path / "definitions").mkdir()
    assert not Ground(tmp_path).people.enforced


def test_what_changes_is_seen_at_once(folder, monkeypatch):
    assert Ground(folder).people.roles("ana") == {"manager"}
    (folder / "application.yaml").write_text(PEOPLE.replace("manager", "director"))
    assert Ground(folder).people.roles("ana") == {"director"}
    (folder / "application.test.yaml").write_text("operators: {eva: {}}")
    assert "eva" in Ground(folder, profile="test").people.known
    (folder / "application.test.yaml").write_text("operators: {dan: {}}")
    assert "dan" in Ground(folder, profile="test").people.known
    monkeypatch.setenv("LEX_STORE__PATH", "other.db")
    assert Ground(folder).store_path == folder / "other.db"


def test_a_mistake_in_the_settings_is_told_by_whoever_looks_next(folder):
    (folder / "application.yaml").write_text("operatorz: {}")
    for _ in range(2):
        with pytest.raises(ConfigurationError, match="operators"):
            Ground(folder)


@pytest.mark.parametrize("text", ["", "{", "[]", '{"mark": 1}', "\x00"])
def test_a_torn_file_is_read_over(folder, text):
    kept = folder / ".lexiconsole" / "settings.json"
    whole = kept.read_text()
    kept.write_text(text)
    assert Ground(folder).people.roles("ana") == {"manager"}
    assert kept.read_text() == whole


def test_a_neighbour_that_can_not_be_read_is_no_fault(folder):
    (folder / "application.yml").mkdir()
    assert Ground(folder).people.roles("ana") == {"manager"}


def test_it_knows_when_it_was_written_for_other_settings(folder, unread):
    kept = folder / ".lexiconsole" / "settings.json"
    data = json.loads(kept.read_text())
    kept.write_text(json.dumps({**data, "mark": "0" * 64}))
    with pytest.raises(AssertionError, match="the settings were read"):
        Ground(folder)


def test_nothing_is_written_where_there_is_no_workspace_yet(tmp_path):
    Ground(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_the_first_look_after_the_first_run_knows_already(tmp_path, monkeypatch):
    with Workspace.find(tmp_path) as workspace:
        workspace.start("expense_claim", {"amount": 40}, record_only=True)
    monkeypatch.setattr(config.Settings, "load", None)
    assert len(Workspace.find(tmp_path).runs(RunFilter())) == 1


def test_whoever_acts_is_judged_by_the_settings_not_by_what_is_kept(folder):
    kept = folder / ".lexiconsole" / "settings.json"
    data = json.loads(kept.read_text())
    data["people"]["me"][2] = ["ana"]  # act_for
    kept.write_text(json.dumps(data))
    with Workspace.find(folder) as workspace:
        assert workspace.people.may_act_for(ME, "ana")
        with pytest.raises(RefusedError, match="may not act for ana"):
            workspace.as_whom("ana")
        assert not workspace.people.may_act_for(ME, "ana")
