"""What somebody does who is at home here, in one terminal: jumps, copies, files, ready questions, looks. Over SSH it is calm."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import pytest

from lexiconsole.tui.theme import PALETTES, THEMES
from tests.e2e.terminal import Terminal, opened
from tests.tui.making import BUSY_DAY, DEFINITIONS, Story, fill, waiting

pytestmark = pytest.mark.timeout(400)  # a busy machine takes its time


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two definitions, and runs in every state; none of them can go on by itself."""
    (tmp_path / "definitions").mkdir()
    (tmp_path / "definitions" / "order.py").write_text(DEFINITIONS, encoding="utf-8")
    store = tmp_path / ".lexiconsole" / "store.db"
    store.parent.mkdir()
    stuck = [story for story in BUSY_DAY if story.id not in {"mmmm1111", "jjjj9999"}]
    fill(store, *stuck, Story("pppp3333", waiting(), ago=20))
    return tmp_path


def test_jumps_copies_files_questions_and_looks(folder: Path) -> None:
    with opened(folder, COLORTERM="truecolor", SSH_CONNECTION="10.0.0.1 5 10.0.0.2 22") as terminal:
        terminal.until("1 Catalogue  2", "2 Runs  11", "≈ hhhh8888 it is unknown")
        jumps(terminal)
        copies(folder, terminal)
        files(folder, terminal)
        questions(terminal)
        looks(terminal)
        terminal.press("ctrl+q")
        assert terminal.left() == 0


def jumps(terminal: Terminal) -> None:
    """e and E go through what failed, w and W through what waits; ^p finds the rest."""
    for key, said in (
        ("e", "✗ eeee5555"),
        ("e", "✗ dddd4444"),
        ("E", "✗ eeee5555"),
        ("w", "◆ pppp3333"),
        ("W", "◆ ffff6666"),
    ):
        terminal.press(key)
        terminal.until(lambda said=said: terminal.lines[-2].strip().startswith(said))
    terminal.press("ctrl+p")
    terminal.type("dddd")
    terminal.until("dddd4444  report")
    terminal.press("enter")
    terminal.until(lambda: "▸ dddd4444" in terminal.lines[0], "TimeoutError: no answer from /srv/db4 within 30 s")


def copies(folder: Path, terminal: Terminal) -> None:
    """Each is in the file that the clipboard's text is also written to."""
    file = folder / ".lexiconsole" / "copied.txt"
    for key, said in (
        ("i", lambda text: text == "dddd4444"),
        ("c", lambda text: text == "lexiconsole show-run dddd4444"),
        ("1", lambda text: text == "lexiconsole retry dddd4444"),
        ("e", lambda text: text.startswith("TimeoutError: no answer from /srv/db4")),
        ("s", lambda text: "dddd4444" in json.dumps(json.loads(text))),
        ("n", lambda text: all(json.loads(line)["run"] == "dddd4444" for line in text.splitlines())),
    ):
        terminal.press("y")
        terminal.until("a letter or enter copies")
        file.unlink(missing_ok=True)
        terminal.press(key)
        terminal.until(lambda: file.exists() and file.stat().st_size > 0)  # it is made, and then written
        terminal.until_gone("a letter or enter copies")
        assert said(file.read_text(encoding="utf-8")), (key, file.read_text(encoding="utf-8"))


def files(folder: Path, terminal: Terminal) -> None:
    """A run in each format; the bundle, which is to be sent to somebody, says first what is in it."""
    begins = {
        "n": ("json", b"{"),
        "c": ("csv", b"seq"),
        "m": ("mmd", b"flowchart"),
        "s": ("svg", b"<svg"),
        "b": ("zip", b"PK"),
    }
    for key, (ending, head) in begins.items():
        terminal.press("X")
        terminal.until("a letter or enter writes it")
        terminal.press(key)
        if key == "b":
            terminal.until("so it reads:", "y do it")
            terminal.press("y")
        terminal.until(lambda ending=ending: list(folder.glob(f"*.{ending}")))
        (file,) = folder.glob(f"*.{ending}")
        terminal.until(lambda file=file, head=head: head in file.read_bytes().split(b"\n")[0])
        terminal.until_gone("y do it" if key == "b" else "a letter or enter writes it")
    (bundle,) = folder.glob("*.zip")
    terminal.until(lambda: zipfile.is_zipfile(bundle))  # its end is written
    with zipfile.ZipFile(bundle) as inside:
        assert b"db4" not in b"".join(inside.read(name) for name in inside.namelist()), "a value is in it"


def questions(terminal: Terminal) -> None:
    """The first of those that stand ready."""
    terminal.press(";")
    terminal.until("Busy hours", "Ready and asked")
    terminal.press("tab", "enter")
    terminal.until("3 Answer", "row")
    terminal.press("q", "q")
    terminal.until("▸ Dashboard")


def looks(terminal: Terminal) -> None:
    """T goes on to the next theme; over SSH less moves, and help says why."""
    before = grounds(terminal)
    terminal.press("T")
    terminal.until(lambda: grounds(terminal) != before)
    terminal.press("?")
    terminal.until("motion calm, over SSH")
    terminal.press("escape")
    terminal.until_gone("type to search")


def grounds(terminal: Terminal) -> set[str]:
    """The grounds of the themes that are on the screen."""
    known = {palette.ground.removeprefix("#") for palette in (PALETTES[theme.name] for theme in THEMES.values())}
    return known & {cell.bg for line in terminal.screen.buffer.values() for cell in line.values()}
