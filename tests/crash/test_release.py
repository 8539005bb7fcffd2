"""A release that is stopped leaves no command behind, and can go on."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from tests.crash.console import Console, Process

SLOW = """
import os, pathlib, time
pathlib.Path("pid").write_text(f"{os.getpid()} ")
while not pathlib.Path("go").exists():
    time.sleep(0.02)
raise SystemExit("2 tests failed")
"""

pytestmark = [pytest.mark.crash, pytest.mark.timeout(200)]


@pytest.fixture
def process(console: Console) -> Process:
    """A release whose tests hang until there is a file `go`."""
    project = console.folder / "project"
    project.mkdir()
    (project / "pyproject.toml").write_text('[project]\nname = "tiny"\nversion = "1.0"\n')
    (project / "slow.py").write_text(SLOW)
    terms = ["-i", "project=project", "-i", "tests=python slow.py"]
    return console.start("run", "release", "--id", "release", *terms)


def pid(project: Path) -> int:
    for _ in range(3_000):
        if (project / "pid").exists() and (project / "pid").read_text().endswith(" "):
            return int((project / "pid").read_text())
        time.sleep(0.01)
    raise AssertionError("the tests never began")


def gone(pid: int) -> bool:
    for _ in range(500):
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return True
        time.sleep(0.01)
    return False


def test_a_cancelled_release_ends_its_command(console: Console, process: Process) -> None:
    command = pid(console.folder / "project")
    assert console.call("cancel", "release").code == 0
    assert process.end().code == 6
    assert gone(command)


def test_an_interrupted_release_ends_its_command_and_goes_on_with_a_new_one(console: Console, process: Process) -> None:
    project = console.folder / "project"
    command = pid(project)
    process.interrupt()
    assert process.end().code == 130
    assert gone(command)
    (project / "go").touch()
    ended = console.call("resume", "release")
    assert ended.code == 1
    assert "2 tests failed" in str(ended.last["error"])
