"""Commands as steps: what they say is kept with the step, and none of them outlives it."""

from __future__ import annotations

import asyncio
import ctypes
import os
import shlex
import signal
import sys
import tempfile
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path

_PR_SET_PDEATHSIG = 1

GRACE = 3.0
"""Seconds a command has for tidying up when its time is over."""


class CommandError(Exception):
    """A command that could not be started or did not end well."""


def words(command: str, python: str = sys.executable) -> list[str]:
    """A command line as a list; what is called `python` in it is the one given."""
    first, *rest = shlex.split(command)
    return [python if first == "python" else first, *rest]


async def run(command: Sequence[str | Path], cwd: Path, programs: Path | None = None) -> None:
    """Runs a command to its end and prints what it said. Raises CommandError unless it ends with 0.

    The command gets a process group of its own. When the step times out or its run is stopped, the whole group is ended, and
    also after a normal end whatever the command left behind in it. `programs` is a folder to look in first for what it calls.
    """
    shown = shlex.join(map(str, command))
    with tempfile.TemporaryFile() as output:  # a file never fills up and stops the command, as a pipe does
        try:
            process = await asyncio.create_subprocess_exec(
                *command,
                cwd=cwd,
                env=_environment(programs),
                stdin=asyncio.subprocess.DEVNULL,
                stdout=output,
                stderr=asyncio.subprocess.STDOUT,
                start_new_session=True,
                preexec_fn=_die_with_us(),
            )
        except OSError as fault:
            raise CommandError(f"{shown} can not be started: {fault.strerror}") from None
        try:
            code = await process.wait()
        finally:
            await _end(process)
            output.seek(0)
            said = output.read().decode(errors="replace")
            print(f"$ {shown}\n{said}", end="")  # noqa: T201 - what a step prints is kept with it
    if code:
        raise CommandError(f"{shown} ended with {code}: {_last_line(said)}")


def _die_with_us() -> Callable[[], None] | None:
    """What has the kernel end the command when this process is killed and can not do it itself. Only Linux can."""
    if not sys.platform.startswith("linux"):
        return None
    prctl, parent = ctypes.CDLL(None).prctl, os.getpid()

    def ask_the_kernel() -> None:
        prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:  # it died before it was asked
            os.kill(os.getpid(), signal.SIGKILL)

    return ask_the_kernel


async def _end(process: asyncio.subprocess.Process) -> None:
    """Ends what is still there of the command's group: asked first, then without asking."""
    for request in (signal.SIGTERM, signal.SIGKILL):
        with suppress(ProcessLookupError, PermissionError):  # nobody there, on Linux and on macOS
            os.killpg(process.pid, request)
        if process.returncode is None:
            with suppress(TimeoutError):
                await asyncio.wait_for(process.wait(), GRACE)


def _environment(programs: Path | None) -> dict[str, str]:
    """Ours, without what would point the command at our own sources or our own store."""
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONPATH" and not name.startswith("LEX_")}
    if programs is not None:
        kept["PATH"] = os.pathsep.join([str(programs), kept.get("PATH", os.defpath)])
    return kept


def _last_line(said: str) -> str:
    lines = said.split("\n")
    return next((line.strip() for line in reversed(lines) if line.strip()), "it said nothing")[:300]
