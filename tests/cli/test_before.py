"""Without a command the console opens at once; anything that has to be understood is left to Typer."""

from __future__ import annotations

from pathlib import Path

import pytest

from lexiconsole.cli.before import Shared, without_command


@pytest.mark.parametrize(
    ("words", "meant"),
    [
        ([], Shared()),
        (["--ascii"], Shared(ascii_only=True)),
        (["--readonly"], Shared(readonly=True)),
        (["-C", "here"], Shared(folder=Path("here"))),
        (["--folder=here", "--profile", "dev"], Shared(folder=Path("here"), profile="dev")),
        (["--store", "a.db", "--store=b.db"], Shared(store=Path("b.db"))),
    ],
)
def test_shared_options_alone_are_read_as_typer_reads_them(words, meant):
    meant.argv = tuple(words)
    assert without_command(words) == meant


@pytest.mark.parametrize(
    "words",
    [
        ["runs"],
        ["--help"],
        ["--version"],
        ["--store"],
        ["--ascii=1"],
        ["-Chere"],
        ["-C=here"],
        ["--asci"],
        ["--", "runs"],
    ],
)
def test_everything_else_is_typers(words):
    assert without_command(words) is None
