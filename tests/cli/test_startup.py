"""`--help` and completion are quick, and what they do not need they do not import."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

HEAVY = (
    "pydantic",
    "textual",
    "rich",
    "aiosqlite",
    "asyncio",
    "yaml",
    "lexiconsole.app",
    "lexiconsole.durable.journal",
)

PROBE = """
import sys
sys.argv = ["lexiconsole", *{words!r}]
from lexiconsole.__main__ import main
code = main()
sys.stderr.write("\\n" + " ".join(name for name in {heavy!r} if name in sys.modules))
sys.exit(code)
"""


def loaded(*words: str, env: dict[str, str] | None = None, heavy: tuple[str, ...] = HEAVY) -> list[str]:
    """Which of the heavy modules a call of the program imports."""
    probe = PROBE.format(words=list(words), heavy=heavy)
    done = subprocess.run(
        [sys.executable, "-c", probe],
        capture_output=True,
        text=True,
        env={**os.environ, **(env or {})},
        timeout=60,
        check=False,
    )
    return done.stderr.splitlines()[-1].split() if done.stderr else ["nothing was said"]


def complete(line: str) -> dict[str, str]:
    words = line.split(" ")
    return {"_LEXICONSOLE_COMPLETE": "complete_bash", "COMP_WORDS": line, "COMP_CWORD": str(len(words) - 1)}


@pytest.mark.parametrize("words", [["--help"], [], ["--version"]])
def test_help_imports_nothing_heavy(words):
    assert loaded(*words) == []


@pytest.mark.parametrize("line", ["lexiconsole ", "lexiconsole ru", "lexiconsole --s", "lexiconsole --store x sho"])
def test_completing_a_command_imports_nothing_heavy(line):
    assert loaded(env=complete(line)) == []


@pytest.mark.parametrize(
    "line", ["lexiconsole run o", "lexiconsole show-run a", "lexiconsole retry r1 --", "lexiconsole answer x"]
)
def test_completing_names_ids_and_options_imports_neither_pydantic_nor_an_event_loop(line):
    assert loaded(env=complete(line)) == []


@pytest.mark.parametrize(
    "words", [["run", "--help"], ["runs"], ["show-run", "x"], ["list"], ["check", "--explain", "LX001"]]
)
def test_no_headless_command_imports_textual(words, tmp_path: Path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert loaded(*words, heavy=("textual",), env={"PYTHONPATH": str(Path(__file__).parents[2])}) == []


def seconds(command: list[str], env: dict[str, str]) -> float:
    began = time.perf_counter()
    subprocess.run(command, capture_output=True, env=env, timeout=60, check=False)
    return time.perf_counter() - began


@pytest.mark.parametrize(
    ("words", "line"),
    [
        (["--help"], ""),
        ([], "lexiconsole ru"),
        ([], "lexiconsole show-run a"),
        ([], "lexiconsole run o"),
        ([], "lexiconsole retry r1 --"),
    ],
)
def test_it_takes_less_than_200_ms_more_than_python_alone(words, line):
    """The quickest of a few calls counts. Where Python alone needs more than 20 ms, because the machine is slow or busy
    with other things, everything takes longer in proportion, and so it may.
    """
    env = {**os.environ, **(complete(line) if line else {})}
    bare = ours = limit = float("inf")
    for _ in range(20):
        bare = min(bare, seconds([sys.executable, "-c", "pass"], env))
        ours = min(ours, seconds([sys.executable, "-m", "lexiconsole", *words], env))
        limit = 0.2 * max(1.0, bare / 0.02)
        if ours - bare < limit:
            break
    assert ours - bare < limit
