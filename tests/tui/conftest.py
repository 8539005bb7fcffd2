"""A workspace with one definition, and a time zone that does not depend on the machine."""

import time

import pytest

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
