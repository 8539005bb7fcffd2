"""SIGKILL at ten random moments of an import: at the end every record is there, once."""

from __future__ import annotations

import random
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from tests.crash.console import Console

ROWS = 30_000
KILLS = 10
BAD = 501
"""Every so many records one is bad."""

pytestmark = [pytest.mark.crash, pytest.mark.timeout(400)]


def large_file(folder: Path) -> Path:
    path = folder / "large.csv"
    with path.open("w") as file:
        file.write("id,name,note\n")
        for number in range(ROWS):
            shown = "x" if number % BAD == BAD - 1 else number
            file.write(f'{shown},name {number},"two\nlines"\n')
    return path


def test_every_record_is_there_once_after_ten_kills(console: Console) -> None:
    chance = random.Random(1)
    path = large_file(console.folder)
    terms = [f"path={path}", "batch_size=100", 'types:={"id": "int"}']
    command = ["run", "csv_import", "--id", "import", *(word for term in terms for word in ("-i", term))]
    for kill in range(KILLS):
        process = console.start(*command)
        process.until("run.owned" if kill else "run.created")
        for _ in range(chance.randrange(ROWS // 100 // KILLS) if kill else 0):
            process.until("step.done")
        assert not process.ended_within(chance.random() * 0.1), f"over before kill {kill}"
        process.kill()
        command = ["resume", "import"]
    ended = console.call(*command)
    assert ended.code == 0, ended
    assert ended.last["result"]["added"] == ROWS - ROWS // BAD
    assert ended.last["result"]["rejected"] == ROWS // BAD
    with closing(sqlite3.connect(console.folder / ".lexiconsole" / "imports.db")) as db:
        lines = [line for [line] in db.execute("SELECT _line FROM large ORDER BY _line")]
        rejects = [line for [line] in db.execute("SELECT _line FROM large_rejects ORDER BY _line")]
        numbers = [number for [number] in db.execute("SELECT id FROM large ORDER BY id")]
        marks = db.execute("SELECT count(*), count(DISTINCT batch), sum(added), sum(present) FROM _imports").fetchone()
    assert numbers == [number for number in range(ROWS) if number % BAD != BAD - 1]
    assert sorted([*lines, *rejects]) == list(range(2, 2 + 2 * ROWS, 2))
    assert marks == (ROWS // 100, ROWS // 100, len(lines), 0)


def test_a_file_that_changed_between_kill_and_resume_is_refused_with_a_sentence(console: Console) -> None:
    path = large_file(console.folder)
    process = console.start("run", "csv_import", "--id", "import", "-i", f"path={path}", "-i", "batch_size=100")
    assert process.until("step.done", "batch/20")
    process.kill()
    path.write_text(path.read_text().replace("name 29999", "name 99999"))
    ended = console.call("resume", "import")
    assert ended.code == 1
    assert "changed since its import began" in ended.last["error"]["message"]


def test_importing_the_same_file_again_adds_nothing_and_says_so(console: Console) -> None:
    path = console.folder / "people.csv"
    path.write_text("name,age\nAda,36\nBob,7\n")
    first = console.call("run", "csv_import", "-i", f"path={path}")
    again = console.call("run", "csv_import", "-i", f"path={path}")
    assert (first.code, again.code) == (0, 0)
    assert first.last["result"]["summary"] == "2 rows added to people"
    assert again.last["result"]["summary"] == "nothing new: all 2 rows were in people already, from the same file"


def test_a_file_that_is_not_there_is_named_and_nothing_is_written(console: Console) -> None:
    (console.folder / "people.csv").write_text("name\n")
    ended = console.call("run", "csv_import", "-i", "path=poeple.csv")
    assert ended.code == 2
    assert "did you mean people.csv?" in str(ended.last)
    assert not (console.folder / ".lexiconsole").exists()
