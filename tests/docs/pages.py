"""The documentation as sessions: each page is followed in an empty folder, block by block, as a reader would.

* A block whose first line names a file in a comment (`# definitions/hello.py`) is that file.
* Any other python block is a script that is run.
* In a `console` block, a line that begins with `$ ` is typed; the lines below it must appear in what is printed, in that order.
  `…` stands for anything. A command that ends with `# exit N` must end so, any other with 0.
"""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
_BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
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


def blocks(page: Path) -> Iterator[Block]:
    for found in _BLOCK.finditer(page.read_text()):
        yield Block(found[1], found[2])


def commands(block: Block) -> Iterator[Command]:
    typed, code, prints = "", 0, []
    for line in block.text.splitlines():
        if line.startswith("$ "):
            if typed:
                yield Command(typed, code, tuple(prints))
            typed, _, comment = line[2:].partition("  # ")
            said = re.match(r"exit (\d+)", comment)
            code, prints = int(said[1]) if said else 0, []
        elif line.strip():
            prints.append(line)
    if typed:
        yield Command(typed, code, tuple(prints))


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
        elif block.language == "console":
            for command in commands(block):
                done = run(argv(command.typed), folder)
                assert done.returncode == command.code, (
                    f"{page.name}: {command.typed} ended with {done.returncode}\n{done.stdout}"
                )
                missing = unseen(command.prints, done.stdout)
                assert not missing, f"{page.name}: {command.typed} did not print\n{missing}\nbut\n{done.stdout}"


def argv(typed: str) -> list[str]:
    first, *rest = shlex.split(typed)
    return [sys.executable, "-m", "lexiconsole", *rest] if first == "lexiconsole" else [first, *rest]


def run(argv: list[str], folder: Path) -> subprocess.CompletedProcess[str]:
    surroundings = {name: value for name, value in os.environ.items() if not name.startswith("LEX_")}
    surroundings |= {"PYTHONPATH": str(ROOT), "NO_COLOR": "1", "COLUMNS": "120"}
    return subprocess.run(
        argv,
        cwd=folder,
        env=surroundings,
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
        if not any(pattern.match(line.strip()) for line in lines):
            return wanted
    return ""
