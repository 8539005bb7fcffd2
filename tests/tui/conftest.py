"""A workspace with one definition, and a time zone that does not depend on the machine.

Every console has the same style sheets: they are parsed once for all of them, not again for each.
"""

import time

import pytest
from textual.css.stylesheet import Stylesheet

from lexiconsole.runtime.starts import Starts
from tests.tui.making import DEFINITIONS


@pytest.fixture(scope="session", autouse=True)
def parsed_once():
    parse, known = Stylesheet._parse_rules, {}

    def parsed(self, *source, **more):
        key = (source, tuple(more.items()), tuple(self._variables.items()))
        if key not in known:
            known[key] = parse(self, *source, **more)
        return known[key]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Stylesheet, "_parse_rules", parsed)
        yield


@pytest.fixture(autouse=True)
def utc(monkeypatch):
    """For what is not made by `root` as well: pictures tell the time."""
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


@pytest.fixture
def root(tmp_path, monkeypatch):
    monkeypatch.delenv("NO_COLOR", raising=False)
    for name in ("LEX_PROFILE", "LEX_STORE__PATH"):
        monkeypatch.delenv(name, raising=False)
    (tmp_path / "definitions").mkdir()
    (tmp_path / "definitions" / "order.py").write_text(DEFINITIONS)
    return tmp_path


@pytest.fixture
def store(root):
    return root / ".lexiconsole" / "store.db"


@pytest.fixture
def no_slow_steps(monkeypatch):
    """On a busy machine a step may take so long that its start is told of too: one entry more in the picture."""
    monkeypatch.setattr(Starts, "begin", lambda self: None)
