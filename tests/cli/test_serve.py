"""`serve` before it serves; what it serves is tested in tests/browser."""

from __future__ import annotations

import sys
from collections.abc import Callable

import pytest

from tests.cli.conftest import Called


def test_without_the_extra_it_says_what_to_install(cli: Callable[..., Called], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "lexiconsole.browser.server", raising=False)
    monkeypatch.setitem(sys.modules, "textual_serve", None)
    called = cli("serve")
    assert (called.code, called.out) == (2, "")
    assert "pip install 'lexiconsole[browser]'" in called.err


def test_a_host_that_is_not_this_machine_is_a_mistake_of_the_command(cli: Callable[..., Called]) -> None:
    """The shared option before the command's name is taken too."""
    called = cli("--readonly", "serve", "--host", "0.0.0.0")
    assert (called.code, called.out) == (2, "")
    assert "ssh -L PORT:127.0.0.1:PORT" in called.err
