"""Commands of other packages: shown, called, told when they are not fit; ours win, and help stays light."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from lexiconsole.cli import contributors
from lexiconsole.cli.contributors import CliContributorProtocol, WorkflowCliContributor

CODE = """
import typer

class Shop:
    about = "The shop."
    def commands(self):
        app = typer.Typer()
        @app.command()
        def open(when: str = "now"):
            typer.echo(f"the shop opens {when}")
        @app.command()
        def close():
            raise typer.Exit(3)
        @app.command()
        def sell():
            typer.confirm("sure?", abort=True)
        @app.command()
        def stock(place: str = typer.Option("a", parser=lambda text: {"a": 1}[text])):
            raise ValueError("the shelf is empty\\nand dark")
        return app

class Broken:
    about = "?"
    def commands(self):
        return 7
"""


@pytest.fixture
def install(tmp_path_factory, monkeypatch: pytest.MonkeyPatch):
    """Puts a package with these entry points among the installed ones."""

    def put(entries: str) -> None:
        folder: Path = tmp_path_factory.mktemp("site")
        (folder / "shop_cli.py").write_text(CODE)
        info = folder / "shop-1.0.dist-info"
        info.mkdir()
        (info / "METADATA").write_text("Metadata-Version: 2.1\nName: shop\nVersion: 1.0\n")
        (info / "entry_points.txt").write_text(f"[lexiconsole.cli.contributors]\n{entries}\n")
        monkeypatch.syspath_prepend(folder)

    yield put
    sys.modules.pop("shop_cli", None)


def test_a_group_of_another_package_is_shown_and_called(cli, install):
    install("shop = shop_cli:Shop")
    assert "Of other packages" in cli("--help").out
    assert "Brought by shop 1.0." in cli("--help").out
    assert "close" in cli("shop", "--help").out
    called = cli("shop", "open", "--when", "soon")
    assert (called.code, called.out) == (0, "the shop opens soon\n")
    assert cli("shop", "close").code == 3


def test_a_contributor_that_can_not_be_made_is_told(cli, install):
    install("shop = shop_cli:Shop.commands")
    assert cli("shop", "open").code == 2
    assert "of the package shop can not be loaded" in cli("shop", "open").err


@pytest.mark.parametrize(
    ("words", "what"), [([], "ValueError: the shelf is empty)"), (["--place", "b"], "KeyError: 'b')")]
)
def test_a_fault_in_a_command_of_another_package_is_told_as_that_package_s(cli, install, words, what):
    """Whoever reads it must know whom to write to; the traceback that is kept is of the fault itself."""
    install("shop = shop_cli:Shop")
    called = cli("shop", "stock", *words)
    assert called.code == 70
    assert "a fault of shop 1.0, which brings the command 'shop' (shop_cli:Shop)" in called.err
    assert what in called.err and "fault of lexiconsole" not in called.err
    kept = Path(re.search(r"the traceback is in (\S+?)\. Runs", called.err.replace("\n", " "))[1])
    assert (what[:8] in kept.read_text() and "in stock" in kept.read_text()) or words
    kept.unlink()


@pytest.mark.parametrize("typed", ["n\n", ""])
def test_who_breaks_off_a_command_of_another_package_meets_no_fault(cli, install, typed):
    install("shop = shop_cli:Shop")
    called = cli("shop", "sell", piped=typed)
    assert called.code == 1
    assert called.err.endswith("aborted\n") and "fault" not in called.err


def test_an_unknown_command_may_be_meant_for_another_package(cli, install):
    install("shop = shop_cli:Shop")
    assert "did you mean 'shop'?" in cli("shopp").err


@pytest.mark.parametrize("entry", ["bad = shop_cli:Broken", "bad = no_such_module:X"])
def test_what_is_not_fit_is_told_with_its_package_when_it_is_called(cli, install, entry):
    install(entry)
    assert cli("--help").code == 0
    called = cli("bad", "x")
    assert called.code == 2
    assert "of the package shop" in called.err
    assert "Traceback" not in called.err


def test_our_own_commands_can_not_be_taken_over(cli, install):
    install("check = shop_cli:Shop")
    assert "Look for mistakes" in cli("check", "--help").out
    assert "Of other packages" not in cli("--help").out


def test_our_own_entry_is_for_others_and_not_read():
    assert "workflow" not in contributors.contributions()
    assert isinstance(WorkflowCliContributor(), CliContributorProtocol)


HOST = """
import typer
from typer.main import get_command
from lexiconsole.cli.contributors import WorkflowCliContributor
host = typer.Typer()
@host.command()
def hello(): typer.echo("hello")
command = get_command(host)
made = typer.main.get_group(host)
made.add_command(WorkflowCliContributor().commands(), "workflow")
made(["workflow", "check", "--explain", "LX001"])
"""


def test_another_program_can_show_our_commands_as_its_own():
    done = subprocess.run([sys.executable, "-c", HOST], capture_output=True, text=True, check=False)
    assert done.stdout.startswith("LX001 (error)"), done.stderr


def test_where_nothing_is_installed_nothing_is_imported_to_find_that_out():
    code = (
        "import sys\nfrom lexiconsole.cli.contributors import contributions\n"
        "assert contributions() == {}\nprint('importlib.metadata' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"
