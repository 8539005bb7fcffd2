"""Every page of the documentation does what it says, from an empty folder."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.docs.pages import ROOT, Block, commands, follow, languages, unseen

PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
PROSE = {"hard-cases.md"}  # walks the tests of the core; it shows nothing to do


@pytest.mark.timeout(300)  # a page is some twenty commands, each a process of its own
@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_a_page_is_true_from_its_first_block_to_its_last(page: Path, tmp_path: Path) -> None:
    follow(page, tmp_path)


@pytest.mark.parametrize("page", [page for page in PAGES if page.name not in PROSE], ids=lambda page: page.stem)
def test_every_page_shows_something_to_do(page: Path) -> None:
    assert languages(page) - {"checks"}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_no_block_of_a_page_is_left_out(page: Path) -> None:
    """One in another language, without one, or set in would be read by nobody but the reader."""
    assert languages(page) <= {"file", "python", "console", "sh", "yaml", "toml", "checks"}


def test_a_block_that_would_be_left_out_is_found(tmp_path: Path) -> None:
    (tmp_path / "page.md").write_text("```text\na\n```\n\n* so:\n\n  ```console\n  $ true\n  ```\n")
    assert languages(tmp_path / "page.md") == {"text", ""}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_links_of_a_page_lead_somewhere(page: Path) -> None:
    links = re.findall(r"\]\((?!https?:|#)([^)#]+)", page.read_text())
    assert [link for link in links if not (page.parent / link).exists()] == []


def test_a_line_that_is_not_printed_is_found() -> None:
    assert unseen(("✓ completed in …",), "a\n✓ completed in 3 ms\n") == ""
    assert unseen(("b", "a"), "a\nb\n") == "a"
    assert unseen(("… ✗ room  full",), "  22:54:12 ✗ room  118 ms  full\n") == "", "a busy machine made it long"


def test_a_command_says_how_it_must_end() -> None:
    (command,) = commands(Block("console", "$ lexiconsole run x  # exit 3: undone\nout\n"))
    assert (command.typed, command.code, command.prints) == ("lexiconsole run x", 3, ("out",))
