"""`runs --where` and `--view`: the console's filter in a shell, on a real store."""

import json

import pytest

from lexiconsole.app.saved_views import SavedViews
from lexiconsole.cli.main import main
from tests.tui.making import BUSY_DAY, fill


@pytest.fixture
def listed(tmp_path, monkeypatch, capsys):
    (tmp_path / "definitions").mkdir()
    (tmp_path / ".lexiconsole").mkdir()
    fill(tmp_path / ".lexiconsole" / "store.db", *BUSY_DAY)
    SavedViews(tmp_path / ".lexiconsole" / "store.db").save("broken", "state:failed")
    monkeypatch.chdir(tmp_path)

    def call(*words):
        code = main(("runs", "--json", *words))
        said = capsys.readouterr()
        assert code == 0, said.err
        return [json.loads(line)["id"] for line in said.out.splitlines()]

    return call


@pytest.mark.parametrize(
    ("words", "ids"),
    [
        (["--where", "state:failed"], ["eeee5555", "dddd4444", "cccc3333"]),
        (["--where", "name:report"], ["dddd4444"]),
        (["--where", "key:charge state:me"], ["hhhh8888", "eeee5555", "cccc3333"]),
        (["--where", "402", "--name", "report"], []),
        (["--where", "state:me", "--status", "waiting"], ["gggg7777", "ffff6666"]),
        (["--view", "broken"], ["eeee5555", "dddd4444", "cccc3333"]),
        (["--view", "broken", "--where", "err~timeout"], ["dddd4444"]),
        (["--where", "state:failed", "--limit", "1"], ["eeee5555"]),
    ],
)
def test_what_is_listed(listed, words, ids):
    assert listed(*words) == ids


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--where", "state:faild"], "did you mean failed"),
        (["--where", "nam:x"], "did you mean name:"),
        (["--view", "brokn"], "did you mean 'broken'"),
    ],
)
def test_what_is_wrong_is_named(listed, capsys, words, said):
    assert main(("runs", *words)) == 2
    assert said in capsys.readouterr().err
