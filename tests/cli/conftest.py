"""The command line on a fake workspace, called in this process."""

from __future__ import annotations

import io
import signal
import sys
import types
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from lexiconsole.app.outcome import UNCHANGED
from lexiconsole.cli.main import main
from tests.cli.fake import FakeWorkspace


@dataclass(frozen=True, slots=True)
class Called:
    code: int
    out: str
    err: str


class Terminal(io.StringIO):
    """Typed input, or nothing; says whether it is a terminal."""

    encoding = "utf-8"

    def __init__(self, text: str = "", tty: bool = False) -> None:
        super().__init__(text)
        self._tty = tty

    def isatty(self) -> bool:
        return self._tty


@pytest.fixture
def workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeWorkspace]:
    """The workspace that every command finds, in an empty folder that is the current one."""
    made = FakeWorkspace(tmp_path)
    module = types.ModuleType("lexiconsole.app.workspace")
    module.Workspace = types.SimpleNamespace(find=lambda start=None, *, store=None, profile="": made)
    module.UNCHANGED = UNCHANGED
    monkeypatch.setitem(sys.modules, "lexiconsole.app.workspace", module)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TZ", "UTC")
    for name in ("NO_COLOR", "FORCE_COLOR", "COLORTERM", "LEX_STORE__PATH"):
        monkeypatch.delenv(name, raising=False)
    return made


@pytest.fixture
def cli(workspace: FakeWorkspace, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Called]]:
    """`cli("run", "order", …)`: exit code and what came out. `typed` is what somebody at a terminal types."""
    handlers = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}

    def call(*words: str, piped: str = "", typed: str | None = None) -> Called:
        out, err = Terminal(), Terminal(tty=typed is not None)
        monkeypatch.setattr(sys, "stdin", Terminal(piped if typed is None else typed, tty=typed is not None))
        monkeypatch.setattr(sys, "stdout", out)
        monkeypatch.setattr(sys, "stderr", err)
        monkeypatch.setenv("NO_COLOR", "1")
        try:
            code = main(words)
        finally:
            monkeypatch.setattr(sys, "stdout", sys.__stdout__)
            monkeypatch.setattr(sys, "stderr", sys.__stderr__)
        return Called(code, out.getvalue(), err.getvalue())

    yield call
    for number, handler in handlers.items():
        signal.signal(number, handler)
