"""What people do beside deciding: look on, hand on, and let the shell complete tasks and names."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from queue import Empty, Queue

import pytest

from lexiconsole.cli.main import main

ROOT = Path(__file__).parents[2]
SALE = """
from lexiconsole import ApprovalChain, ApprovalLevel, workflow


@workflow(name="sale")
class Sale(ApprovalChain):
    '''One manager by name.'''

    def __init__(self, subject=None) -> None:
        super().__init__([ApprovalLevel("sign", who=["ana"], delegation=True)], subject=subject)
"""
OPERATORS = """
operators:
  "*": {act_for: [ana, amy, ben]}
  ana: {roles: [manager]}
  amy: {roles: [manager]}
  ben: {roles: [clerk]}
"""


@pytest.fixture
def lx(tmp_path, capsys, monkeypatch):
    """One command in this process: exit code, standard output, standard error."""
    (tmp_path / "definitions").mkdir()
    (tmp_path / "definitions" / "sale.py").write_text(SALE)
    (tmp_path / "application.yaml").write_text(OPERATORS)
    monkeypatch.chdir(tmp_path)

    def call(*words: str) -> tuple[int, str, str]:
        code = main(words)
        said = capsys.readouterr()
        return code, said.out, said.err

    return call


def test_who_was_handed_a_seat_decides_for_it(lx):
    assert lx("run", "sale", "--id", "s1")[0] == 4
    assert lx("approve", "s1", "--as", "amy")[0] == 8
    code, _, err = lx("delegate", "s1", "amy", "--as", "ana", "-m", "on leave")
    assert code == 0, err
    shown = lx("inbox", "s1", "--as", "amy")[1]
    assert "hands it to amy" in shown
    assert "on leave" in shown
    assert "s1" in lx("inbox", "--mine", "--as", "amy")[1]
    assert lx("approve", "s1", "--as", "amy")[0] == 0
    (vote,) = json.loads(lx("audit", "list", "--json")[1].splitlines()[-1])["data"]["value"]["votes"]
    assert (vote["seat"], vote["by"]) == ("ana", "amy")


def test_a_seat_is_handed_on_until_a_day_that_is_over_when_it_is_over(lx):
    assert lx("run", "sale", "--id", "s1")[0] == 4
    today = datetime.now().astimezone().date()
    yesterday, tomorrow = (str(today + timedelta(days=days)) for days in (-1, 1))
    code, _, err = lx("delegate", "s1", "amy", "--as", "ana", "--until", yesterday)
    assert code == 8
    assert "the seat can only be handed on until a time to come" in err
    assert "may decide for ana" not in err
    assert lx("delegate", "s1", "amy", "--as", "ana", "--until", tomorrow)[0] == 0
    code, _, err = lx("delegate", "s1", "amy", "--as", "ana", "--until", "soon")
    assert code == 2 and "'--until': 'soon' does not match the formats" in err
    assert lx("approve", "s1", "--as", "amy")[0] == 0


def completed(capsys, monkeypatch, line: str) -> list[str]:
    monkeypatch.setenv("_LEXICONSOLE_COMPLETE", "complete_bash")
    monkeypatch.setenv("COMP_WORDS", line)
    monkeypatch.setenv("COMP_CWORD", str(len(line.split(" ")) - 1))
    main([])
    return capsys.readouterr().out.split()


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("lexiconsole approve s", ["s1:sign", "s2:sign"]),
        ("lexiconsole answer s2", ["s2:sign"]),
        ("lexiconsole inbox s1:", ["s1:sign"]),
        ("lexiconsole approve s1:sign --as a", ["ana", "amy"]),
        ("lexiconsole delegate s1:sign b", ["ben"]),
        ("lexiconsole reject x", []),
    ],
)
def test_tasks_and_people_complete(lx, capsys, monkeypatch, line, found):
    for run in ("s1", "s2", "s3"):
        lx("run", "sale", "--id", run)
    lx("approve", "s3", "--as", "ana")
    assert sorted(completed(capsys, monkeypatch, line)) == sorted(found)


@contextmanager
def watching(*words: str) -> Iterator[tuple[subprocess.Popen[str], Queue[str]]]:
    """`inbox --watch` in a process of its own, and the lines it prints."""
    process = subprocess.Popen(
        [sys.executable, "-m", "lexiconsole", "inbox", "--watch", *words],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    lines: Queue[str] = Queue()
    assert process.stdout is not None
    reading = threading.Thread(target=lambda out=process.stdout: [lines.put(line) for line in out], daemon=True)
    reading.start()
    try:
        yield process, lines
    finally:
        process.kill()
        process.wait()
        reading.join(10)
        process.stdout.close()
        assert process.stderr is not None
        process.stderr.close()


def test_who_watches_the_inbox_is_told_of_each_task_once_as_it_comes(lx):
    assert lx("run", "sale", "--id", "s1")[0] == 4
    with watching("--json") as (process, lines):
        assert json.loads(lines.get(timeout=60))["id"] == "s1:sign"
        assert lx("run", "sale", "--id", "s2")[0] == 4
        assert json.loads(lines.get(timeout=60))["id"] == "s2:sign"
        assert lx("approve", "s1", "--as", "ana")[0] == 0
        assert lx("run", "sale", "--id", "s3")[0] == 4
        assert json.loads(lines.get(timeout=60))["id"] == "s3:sign"
        process.send_signal(signal.SIGINT)
        assert process.wait(60) == 130
        with pytest.raises(Empty):
            lines.get(timeout=0.1)
