"""What is known of a workspace before its settings are read."""

from __future__ import annotations

from pathlib import Path

import pytest

from lexiconsole.app.appearance import Appearance, first_appearance
from lexiconsole.app.look import first_look
from lexiconsole.app.workspace import Workspace
from lexiconsole.errors import ConfigurationError


def test_settings_that_can_not_be_read_are_complained_about_by_the_workspace_and_no_fault(tmp_path: Path) -> None:
    (tmp_path / "application.yaml").mkdir()
    assert first_look(tmp_path) is None
    assert first_appearance(tmp_path) == Appearance()
    with (
        pytest.raises(ConfigurationError, match=r"application\.yaml can not be read: "),
        Workspace.find(tmp_path) as workspace,
    ):
        workspace.settings  # noqa: B018 - read when first wanted


def test_only_settings_that_say_where_the_store_is_are_waited_for(tmp_path: Path) -> None:
    (tmp_path / "application.yaml").write_text("definitions: [flows]\n")
    look = first_look(tmp_path)
    assert look is not None and look.path == tmp_path / ".lexiconsole" / "store.db"
    (tmp_path / "application.yaml").write_text("store:\n  path: elsewhere.db\n")
    assert first_look(tmp_path) is None


@pytest.mark.parametrize("text", ['"store": {path: x.db}', "{'store': {'path': x.db}}", "\ufeffstore:\n  path: x.db"])
def test_however_yaml_spells_it_the_default_store_is_not_shown_instead_of_the_one_that_is_meant(tmp_path, text) -> None:
    (tmp_path / "application.yaml").write_text(text, encoding="utf-8")
    assert Workspace.find(tmp_path).store_path == tmp_path / "x.db"
    assert first_look(tmp_path) is None
    (tmp_path / "application.yaml").write_text("# the store: elsewhere\n'console': {theme: light}\n", encoding="utf-8")
    assert first_look(tmp_path) is not None
    assert first_appearance(tmp_path).theme == "light"
