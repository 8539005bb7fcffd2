"""A workspace with one definition, and a time zone that does not depend on the machine."""

import time

import pytest

from lexiconsole.runtime.starts import Starts
from tests.tui.making import DEFINITIONS


@pytest.fixture
def root(tmp_path, monkeypatch):
    monkeypatch.setenv("TZ", "UTC")
    monkeypatch.delenv("NO_COLOR", raising=False)
    for name in ("LEX_PROFILE", "LEX_STORE__PATH"):
        monkeypatch.delenv(name, raising=False)
    time.tzset()
    (tmp_path / "definitions").mkdir()
    (tmp_path / "definitions" / "order.py").write_text(DEFINITIONS)
    yield tmp_path
    monkeypatch.undo()
    time.tzset()


@pytest.fixture
def store(root):
    return root / ".lexiconsole" / "store.db"


@pytest.fixture
def no_slow_steps(monkeypatch):
    """On a busy machine a step may take so long that its start is told of too: one entry more in the picture."""
    monkeypatch.setattr(Starts, "begin", lambda self: None)
