"""Commands: what they say is heard, their failure is told, and none outlives its step."""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path

import pytest

from _processes import CommandError, run, words


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
        state = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except (ProcessLookupError, FileNotFoundError):
        return False
    return state != "Z"


async def gone(pid: int) -> None:
    async with asyncio.timeout(10):
        while alive(pid):
            await asyncio.sleep(0.01)


async def test_what_a_command_says_is_printed(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    await run([sys.executable, "-c", "import os, sys; print(os.getcwd()); print('oops', file=sys.stderr)"], tmp_path)
    said = capfd.readouterr().out
    assert said.startswith("$ ")
    assert str(tmp_path) in said
    assert "oops" in said


async def test_a_command_that_fails_is_told_with_the_last_thing_it_said(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match=r"ended with 3: no such luck$"):
        await run(
            [sys.executable, "-c", "print('first'); print('no such luck'); print(); raise SystemExit(3)"], tmp_path
        )


async def test_a_command_that_says_nothing_and_fails(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="ended with 1: it said nothing"):
        await run([sys.executable, "-c", "raise SystemExit(1)"], tmp_path)


async def test_a_command_that_is_not_there_is_told_in_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="no-such-command can not be started: No such file or directory"):
        await run(["no-such-command"], tmp_path)


async def test_output_that_is_no_text_and_long_output_do_no_harm(tmp_path: Path) -> None:
    await run([sys.executable, "-c", "import sys; sys.stdout.buffer.write(b'\\xff' * 1_000_000)"], tmp_path)


async def test_a_command_has_nothing_to_read(tmp_path: Path) -> None:
    await run([sys.executable, "-c", "import sys; assert sys.stdin.read() == ''"], tmp_path)


FORKING = """
import os, pathlib, signal, subprocess, sys, time
if len(sys.argv) > 1:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
pathlib.Path("pids").write_text(f"{os.getpid()} {child.pid} ")
time.sleep(600)
"""


async def pids(folder: Path) -> list[int]:
    async with asyncio.timeout(20):
        while not (folder / "pids").exists() or not (folder / "pids").read_text().endswith(" "):
            await asyncio.sleep(0.01)
    return [int(pid) for pid in (folder / "pids").read_text().split()]


@pytest.mark.parametrize("stubborn", [False, True])
async def test_a_command_and_its_children_end_when_its_time_is_over(
    tmp_path: Path, stubborn: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("_processes.GRACE", 0.3)
    running = asyncio.create_task(run([sys.executable, "-c", FORKING, *["stubborn"] * stubborn], tmp_path))
    found = await pids(tmp_path)
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    for pid in found:
        await gone(pid)


async def test_what_a_command_leaves_behind_at_its_end_is_ended_too(tmp_path: Path) -> None:
    leave = (
        "import pathlib, subprocess, sys; pathlib.Path('pids').write_text(str(subprocess.Popen(['sleep', '600']).pid))"
    )
    await run([sys.executable, "-c", leave], tmp_path)
    await gone(int((tmp_path / "pids").read_text()))


async def test_a_command_sees_neither_our_sources_nor_our_store(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHONPATH", "somewhere")
    monkeypatch.setenv("LEX_STORE__PATH", "somewhere")
    look = "import os, sys; sys.exit('PYTHONPATH' in os.environ or any(name.startswith('LEX_') for name in os.environ))"
    await run([sys.executable, "-c", look], tmp_path)


async def test_programs_are_looked_for_in_the_folder_given(tmp_path: Path) -> None:
    program = tmp_path / "bin" / "hello"
    program.parent.mkdir()
    program.write_text("#!/bin/sh\ntouch here\n")
    program.chmod(0o755)
    await run(["sh", "-c", "hello"], tmp_path, program.parent)
    assert (tmp_path / "here").exists()


def test_python_in_a_command_line_is_the_one_given() -> None:
    assert words("python -c 'a b'") == [sys.executable, "-c", "a b"]
    assert words("python x", "/env/python") == ["/env/python", "x"]
    assert words("pytest -q") == ["pytest", "-q"]


@pytest.mark.crash
@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only Linux ends a child with its parent")
async def test_a_command_does_not_outlive_a_killed_engine(tmp_path: Path) -> None:
    pid_file = tmp_path / "pid"
    asleep = f"import os, time, pathlib; pathlib.Path({str(pid_file)!r}).write_text(str(os.getpid())); time.sleep(300)"
    engine = (
        "import asyncio, sys, pathlib; sys.path.insert(0, sys.argv[1]); from _processes import run;"
        f"asyncio.run(run([sys.executable, '-c', {asleep!r}], pathlib.Path('.')))"
    )
    folder = str(Path(__file__).parents[2] / "definitions")
    parent = await asyncio.create_subprocess_exec(sys.executable, "-c", engine, folder, cwd=tmp_path)
    try:
        async with asyncio.timeout(30):
            while not (pid_file.exists() and pid_file.read_text()):
                await asyncio.sleep(0.02)
    finally:
        parent.kill()
        await parent.wait()
    await gone(int(pid_file.read_text()))
