"""The command line as a whole: its table, its help, its faults, its pipes."""

from __future__ import annotations

import io
import json
import os
import sys
from importlib import import_module
from pathlib import Path

import pytest

from lexiconsole.cli.commands import COMMANDS
from lexiconsole.cli.diagnostics import Diagnostics
from lexiconsole.cli.main import main
from lexiconsole.cli.output import Output, PipeClosedError, json_line
from lexiconsole.cli.paint import paint_for
from tests.views.entries import Script, rolled_back


@pytest.mark.parametrize("row", COMMANDS.values(), ids=list(COMMANDS))
def test_the_table_says_what_the_function_says(row):
    function = getattr(import_module(f"lexiconsole.cli.{row.module}"), row.function)
    assert function.__doc__.splitlines()[0] == row.about


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_help_json_and_the_shared_options(cli, name):
    called = cli(name, "--help")
    assert called.code == 0
    for option in ("--json", "--store", "--folder", "--profile", "--ascii"):
        assert option in called.out


def test_without_a_command_help_is_shown_or_the_console_opened(capsys):
    assert main([]) == 0
    assert "show-run" in capsys.readouterr().out
    assert main([], bare=lambda shared: 42) == 42
    assert capsys.readouterr().out == ""


def test_an_unknown_command_names_the_nearest(cli):
    called = cli("show_run", "x")
    assert called.code == 2
    assert "did you mean 'show-run'?" in called.err


def test_a_bug_is_one_sentence_and_a_file_with_the_traceback(cli, workspace, monkeypatch):
    workspace.put(rolled_back().entries)
    monkeypatch.setattr(workspace, "entries", lambda run, after=0: 1 / 0)
    (workspace.root / ".lexiconsole").mkdir()
    called = cli("show-run", "r1", "--json")
    assert called.code == 70
    assert "Traceback" not in called.err
    assert len(called.err.splitlines()) == 1
    (file,) = (workspace.root / ".lexiconsole" / "crash").iterdir()
    assert str(file) in called.err
    assert "ZeroDivisionError" in file.read_text()
    assert json.loads(called.out)["exit"] == 70


def test_a_bug_where_there_is_no_store_writes_nothing_there(cli, workspace, monkeypatch, tmp_path_factory):
    other = tmp_path_factory.mktemp("tmp")
    monkeypatch.setattr("tempfile.tempdir", str(other))
    monkeypatch.setattr(workspace, "runs", lambda which: 1 / 0)
    called = cli("runs")
    assert called.code == 70
    assert list(workspace.root.iterdir()) == []
    assert str(other) in called.err


@pytest.mark.parametrize("words", [["list"], ["--folder", "x", "list"], ["show-run", "x", "--store", "y.db"]])
def test_where_the_current_folder_is_gone_it_is_said_in_a_sentence(tmp_path, monkeypatch, capsys, words):
    (tmp_path / "gone").mkdir()
    monkeypatch.chdir(tmp_path / "gone")
    (tmp_path / "gone").rmdir()
    assert main(words) == 2
    assert capsys.readouterr().err == "error: the folder you are in is gone; go to another one\n"


def test_a_bug_where_the_current_folder_is_gone_is_a_sentence_too(tmp_path, monkeypatch, capsys):
    (tmp_path / "gone").mkdir()
    monkeypatch.chdir(tmp_path / "gone")
    (tmp_path / "gone").rmdir()
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    assert Diagnostics().report(ZeroDivisionError("by zero")) == 70
    assert str(tmp_path) in capsys.readouterr().err


def test_an_error_message_can_not_drive_the_terminal(cli, workspace):
    workspace.put(Script().entries)
    called = cli("show-run", "\x1b[2Jx\u202e")
    assert called.code == 2
    assert not set(called.err) & {"\x1b", "\u202e"}
    called = cli("\x1b[2J")
    assert "\x1b" not in called.err
    called = cli("runs", "--limit", "\x1b[2J")
    assert "\x1b" not in called.err


class Gone(io.StringIO):
    def write(self, text: str) -> int:
        raise BrokenPipeError


def test_a_reader_that_went_away_ends_the_command_quietly(workspace, monkeypatch, capsys):
    workspace.put(rolled_back().entries)
    monkeypatch.setattr(sys, "stdout", Gone())
    assert main(["show-run", "r1"]) == 141
    assert capsys.readouterr().err == ""
    with pytest.raises(PipeClosedError):
        Output(stream=Gone()).line("x")


def test_messages_that_nobody_can_read_any_more_are_let_go():
    Diagnostics(stream=Gone()).say("x")


def test_what_the_terminal_can_not_show_is_written_as_escapes():
    for make, write in ((Output, "line"), (Diagnostics, "line")):
        raw = io.BytesIO()
        stream = io.TextIOWrapper(raw, encoding="latin-1", write_through=True)
        getattr(make(stream=stream), write)("zażółć")
        assert raw.getvalue() == b"za\\u017c\xf3\\u0142\\u0107\n"


def test_json_lines_are_ascii_and_lossless():
    value = {"text": "zażółć \x1b\x7f\u202e\ud800 👩"}
    line = json_line(value)
    assert line.isascii()
    assert "\x7f" not in line
    assert json.loads(line) == value


class Tty(io.StringIO):
    encoding = "utf-8"

    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(
    ("env", "depth"),
    [
        ({"TERM": "xterm-256color", "COLORTERM": "truecolor"}, 24),
        ({"TERM": "xterm-256color"}, 8),
        ({"TERM": "xterm"}, 4),
        ({"TERM": "dumb"}, 0),
        ({"TERM": "xterm", "NO_COLOR": ""}, 0),
        ({"TERM": "xterm", "NO_COLOR": "1", "FORCE_COLOR": "1"}, 0),
    ],
)
def test_how_much_colour_a_terminal_gets(env, depth):
    assert paint_for(Tty(), env).depth == depth


def test_colour_is_for_terminals_unless_forced():
    assert paint_for(io.StringIO(), {"TERM": "xterm"}).depth == 0
    assert paint_for(io.StringIO(), {"TERM": "xterm", "FORCE_COLOR": "1"}).depth == 4


def test_glyphs_are_for_encodings_that_have_them():
    ascii_stream = io.TextIOWrapper(io.BytesIO(), encoding="ascii")
    assert paint_for(ascii_stream, {}).ascii_only
    assert not paint_for(Tty(), {}).ascii_only
    assert paint_for(Tty(), {}, ascii_only=True).ascii_only


def test_the_scaffold_never_overwrites(cli, workspace):
    called = cli("init")
    assert called.code == 0
    assert "wrote definitions/holiday.py" in called.out
    application = workspace.root / "application.yaml"
    application.write_text("mine")
    called = cli("init", "--json")
    shape = json.loads(called.out)
    assert shape["written"] == []
    assert set(shape["kept"]) == {"application.yaml", "definitions/holiday.py", "definitions/purchase.py"}
    assert application.read_text() == "mine"


def test_the_scaffold_in_another_folder_and_where_it_can_not_be(cli, workspace):
    assert cli("init", "new/place").code == 0
    assert (workspace.root / "new" / "place" / "definitions" / "holiday.py").exists()
    (workspace.root / "file").write_text("")
    called = cli("init", "file")
    assert called.code == 2
    assert "Traceback" not in called.err


def test_checks_of_a_path_and_what_a_code_means(cli, workspace):
    good, bad = workspace.root / "good", workspace.root / "bad"
    good.mkdir()
    bad.mkdir()
    (bad / "broken.py").write_text("x = \n")
    assert cli("check", str(good)).code == 0
    called = cli("check", str(bad))
    assert called.code == 1
    assert "bad/broken.py:1: error LX001 SyntaxError" in called.out
    assert json.loads(cli("check", str(bad), "--json").out)["severity"] == "error"
    assert "LX001 (error)" in cli("check", "--explain", "lx001").out
    assert cli("check", "--explain", "LX999").code == 2
    assert cli("check", str(workspace.root / "baad")).code == 2


def test_only_one_module_writes_to_each_stream_and_nothing_prints():
    folder = Path(import_module("lexiconsole.cli").__file__).parent
    for file in folder.glob("*.py"):
        text = file.read_text()
        assert "print(" not in text.replace("_console.print(", ""), file
        if file.name == "streams.py":
            continue
        if file.name != "output.py":
            assert "sys.stdout" not in text, file
        if file.name not in ("diagnostics.py", "interrupts.py"):
            assert "sys.stderr" not in text, file


def test_the_worker_logs_what_it_does_and_stops_when_nothing_is_left(cli, workspace):
    script = rolled_back()
    workspace.put(script.entries)
    workspace.future = [script.entries]
    called = cli("worker", "--until-idle")
    assert called.code == 0
    lines = called.err.splitlines()
    assert len(lines) == 2
    assert "running" in lines[0]
    assert "order r1  SagaError: courier: no van" in lines[1]
    workspace.future = [script.entries]
    kinds = [json.loads(line)["kind"] for line in cli("worker", "--until-idle", "--json").out.splitlines()]
    assert kinds == ["run.created", "run.compensated"]


def test_the_worker_ends_with_the_fault_that_ended_its_loop(cli, workspace, monkeypatch):
    from lexiconsole.errors import StoreError

    def serve(**how):
        raise StoreError("the disk is full")

    monkeypatch.setattr(workspace, "serve", serve)
    called = cli("worker")
    assert called.code == 2
    assert "the disk is full" in called.err


@pytest.mark.skipif(os.name == "nt", reason="POSIX signals")
@pytest.mark.parametrize(("number", "code"), [("SIGTERM", 0), ("SIGINT", 130)])
def test_the_worker_stops_cleanly_on_a_signal(cli, workspace, monkeypatch, number, code):
    import signal

    def serve(*, take_over, stop, told):
        os.kill(os.getpid(), getattr(signal, number))
        assert stop.wait(20)

    monkeypatch.setattr(workspace, "serve", serve)
    called = cli("worker")
    assert called.code == code
    assert "stopping" in called.err
