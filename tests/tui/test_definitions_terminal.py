"""The definitions screen in a real terminal: how many keys it takes, and the editor."""

from __future__ import annotations

from pathlib import Path

from tests.e2e.operating import confirmed
from tests.e2e.terminal import Terminal, opened
from tests.tui.flows import CHANGED, PARCEL, RETURNS, flows

EDITOR = """#!/bin/sh
echo "$@" > called
echo "in the editor, enter ends it"
read line
cp changed.py "$2"
"""


def test_whether_a_changed_definition_is_safe_for_live_runs_takes_one_key(tmp_path: Path) -> None:
    with opened(flows(tmp_path)) as terminal:
        terminal.until("1 Catalogue  2", "s start")
        terminal.count()
        terminal.press("L")
        terminal.until("LX050 parcel.py:8", "parcel: 2 live runs of version 1 can not go on with it")
        assert terminal.count() == 1
        terminal.press("q", "q")
        assert terminal.left() == 0


def mended_and_seen_to_change(definitions: Path, terminal: Terminal) -> None:
    """K says what a finding means, f y mends the file that could not be loaded; a file that somebody writes is there at once."""
    terminal.until("✗ stamps.py  SyntaxError", "LX001 stamps.py:4", "3 Graph  parcel", "as oak went")
    terminal.press("4", "g", "K")
    terminal.until("LX001 (error): the file can not be loaded", "esc closes")
    terminal.press("escape")
    terminal.until_gone("esc closes")
    terminal.count()
    terminal.press("f")
    terminal.until("+def stamps(sheet):")
    confirmed(terminal)
    assert terminal.count() == 2
    terminal.until("stamps.py  no workflow")
    assert "def stamps(sheet):" in (definitions / "stamps.py").read_text()
    (definitions / "late.py").write_text(RETURNS.replace("returns", "late_ones"))
    terminal.until("1 Files  4", "G late_ones")


def test_the_editor_gets_the_file_and_its_line_and_what_was_saved_is_loaded(tmp_path: Path) -> None:
    folder = flows(tmp_path, changed=False)
    editor = tmp_path / "vi"
    editor.write_text(EDITOR)
    editor.chmod(0o755)
    (tmp_path / "changed.py").write_text(CHANGED)
    with opened(folder, EDITOR=str(editor), VISUAL="") as terminal:
        terminal.until("1 Catalogue  2", "s start")
        terminal.press("L")
        terminal.until("v1: 2 go on", "2 Source  parcel.py")
        terminal.press("o")
        terminal.until("in the editor, enter ends it")
        terminal.press("enter")
        terminal.until("v1: 2 can not go on", "put on the scales")
        assert (tmp_path / "called").read_text().split() == ["+8", str(folder / "definitions" / "parcel.py")]
        assert (folder / "definitions" / "parcel.py").read_text() == CHANGED != PARCEL
        mended_and_seen_to_change(folder / "definitions", terminal)
        terminal.press("q", "q")
        assert terminal.left() == 0
