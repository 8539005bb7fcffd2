"""Pages that are made from the code say what the code says now."""

from __future__ import annotations

import importlib.util
import re
from types import ModuleType

import pytest

from lexiconsole.cli.commands import COMMANDS
from lexiconsole.cli.exits import ExitCode
from lexiconsole.tui.keymap import Place
from tests.docs.pages import ROOT

DOCS = ROOT / "docs"


@pytest.fixture(scope="module")
def maker() -> ModuleType:
    spec = importlib.util.spec_from_file_location("docs_make", DOCS / "make.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("name", ["command-line.md", "keys.md", "configuration.md"])
def test_a_made_page_is_not_stale(maker: ModuleType, name: str) -> None:
    assert (DOCS / name).read_text() == maker.pages()[name], f"{name} is stale: run python docs/make.py"


def test_every_command_and_every_exit_code_has_its_place(maker: ModuleType) -> None:
    page = maker.pages()["command-line.md"]
    assert re.findall(r"^#### (\S+)$", page, re.MULTILINE) == sorted(
        COMMANDS, key=lambda name: (maker.SECTIONS.index(COMMANDS[name].section), list(COMMANDS).index(name))
    )
    assert [int(code) for code in re.findall(r"^\| (\d+) \|", page, re.MULTILINE)] == [int(code) for code in ExitCode]


def test_every_key_of_every_place_is_there(maker: ModuleType) -> None:
    page = maker.pages()["keys.md"]
    shown = {key.label for place in Place for key in maker.served_at(place)}
    assert [label for label in shown if f"{label} |" not in page] == []


def test_every_page_is_in_the_index() -> None:
    index = (DOCS / "index.md").read_text()
    assert [page.name for page in DOCS.glob("*.md") if page.name != "index.md" and f"({page.name})" not in index] == []
