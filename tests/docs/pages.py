"""The documentation as sessions: each page is followed in an empty folder, block by block, as a reader would.

* A block whose first line names a file in a comment (`# definitions/hello.py`) is that file.
* Any other python block is a script that is run, any other yaml block are settings, any toml block a keymap: both are read.
* In a `console` block, a line that begins with `$ ` is typed; the lines below it must appear in what is printed, in that order.
  `…` stands for anything; how long a step took may stand there or not, as only that of a long one is told. A command that ends
  with `# exit N` must end so, any other with 0; one that ends with `# ctrl+c` goes on until it has printed what stands below it,
  and is ended with that key.
* Each line of an `sh` block is typed, in another empty folder: there are the definitions that come with it. The two that the README marks are left out: the checks are made of them.

There is no other block: `languages` finds one.
"""

from __future__ import annotations

import os
import re
import shlex
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from lexiconsole.app.config import Settings
from lexiconsole.tui.keymap_file import read_keymap

ROOT = Path(__file__).resolve().parents[2]
_BLOCK = re.compile(r"^(<!-- command: \w+ -->\n)?```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_FENCE = re.compile(r"^[ >*-]*```", re.MULTILINE)
_TOOK = re.compile(r"  [\d.]+ m?s(?=  |$)")
_FILE = re.compile(r"^(?:#|<!--) ([\w./-]+\.\w+)(?: -->)?$")


@dataclass(frozen=True)
class Block:
    language: str
    text: str

    @property
    def file(self) -> str:
        found = _FILE.match(self.text.partition("\n")[0])
        return found[1] if found else ""


@dataclass(frozen=True)
class Command:
    typed: str
    code: int
    prints: tuple[str, ...]
    stopped: bool = False


def blocks(page: Path) -> Iterator[Block]:
    for found in _BLOCK.finditer(page.read_text()):
        yield Block("checks" if found[1] else found[2], found[3])


def languages(page: Path) -> set[str]:
    """Of its blocks; with "" where a fence begins or ends what `blocks` does not see."""
    seen = list(blocks(page))
    lost = len(_FENCE.findall(page.read_text())) != 2 * len(seen)
    return {"file" if block.file else block.language for block in seen} | ({""} if lost else set())


def commands(block: Block) -> Iterator[Command]:
    typed, comment, prints = "", "", []
    for line in [*block.text.splitlines(), "$ "]:
        if line.startswith("$ ") or block.language == "sh":
            if typed:
                said, stopped = re.match(r"exit (\d+)", comment), comment.startswith("ctrl+c")
                yield Command(typed, int(said[1]) if said else 130 if stopped else 0, tuple(prints), stopped)
            typed, _, comment = (part.strip() for part in line.removeprefix("$ ").partition(" # "))
            prints = []
        elif line.strip():
            prints.append(line)


def follow(page: Path, folder: Path) -> None:
    """Does what the page says, in `folder`; raises AssertionError with the block that was not as it says."""
    for block in blocks(page):
        if block.file:
            place = folder / block.file
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_text(block.text)
        elif block.language == "python":
            done = run([sys.executable, "-c", block.text], folder)
            assert done.returncode == 0, f"{page.name}:\n{block.text}\n{done.stdout}"
        elif block.language == "yaml":
            aside = folder / "aside"
            aside.mkdir(exist_ok=True)
            (aside / "application.yaml").write_text(block.text)
            Settings.load(aside)
        elif block.language == "toml":
            (folder / "keys.toml").write_text(block.text)
            assert read_keymap(folder / "keys.toml").keys
        elif block.language in ("console", "sh"):
            where = folder if block.language == "console" else folder.with_name(f"{folder.name}-another")
            where.mkdir(exist_ok=True)
            for command in commands(block):
                obey(command, page, where)


def obey(command: Command, page: Path, folder: Path) -> None:
    if command.stopped:
        code, printed = stop(argv(command.typed), folder, command.prints)
    else:
        done = run(argv(command.typed), folder)
        code, printed = done.returncode, done.stdout
    assert code == command.code, f"{page.name}: {command.typed} ended with {code}\n{printed}"
    missing = unseen(command.prints, printed)
    assert not missing, f"{page.name}: {command.typed} did not print\n{missing}\nbut\n{printed}"


def argv(typed: str) -> list[str]:
    first, *rest = shlex.split(typed)
    ours = first in ("lexiconsole", ".venv/bin/lexiconsole")
    return [sys.executable, "-m", "lexiconsole", *rest] if ours else [first, *rest]


def _surroundings() -> dict[str, str]:
    known = {name: value for name, value in os.environ.items() if not name.startswith("LEX_")}
    return known | {"PYTHONPATH": str(ROOT), "NO_COLOR": "1", "COLUMNS": "120", "PYTHONUNBUFFERED": "1"}


def stop(argv: list[str], folder: Path, prints: tuple[str, ...]) -> tuple[int, str]:
    """Ends it with ctrl+c once it has printed that. Gives its exit code and all it printed."""
    out, off = subprocess.PIPE, subprocess.DEVNULL
    with subprocess.Popen(
        argv, cwd=folder, env=_surroundings(), stdin=off, stdout=out, stderr=subprocess.STDOUT, text=True
    ) as running:
        assert running.stdout is not None
        printed = ""
        for line in running.stdout:
            printed += line
            if not unseen(prints, printed):
                running.send_signal(signal.SIGINT)
                break
        printed += running.stdout.read()
    return running.returncode, printed


def run(argv: list[str], folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        argv,
        cwd=folder,
        env=_surroundings(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=60,
        check=False,
    )


def unseen(expected: tuple[str, ...], printed: str) -> str:
    """The first expected line that does not follow the ones before it; empty when all are there."""
    lines = iter(line.rstrip() for line in printed.splitlines())
    for wanted in expected:
        pattern = re.compile(".*".join(re.escape(part) for part in re.split(r"\s*…\s*", wanted.strip())) + r"\s*$")
        if not any(pattern.match(line.strip()) or pattern.match(_TOOK.sub("", line.strip())) for line in lines):
            return wanted
    return ""
