"""What tests/e2e/README.md says is proven in a real terminal has its test."""

import re
from pathlib import Path

TESTS = Path(__file__).resolve().parents[1]
README = (TESTS / "e2e" / "README.md").read_text()
SECTIONS = dict(re.findall(r"^## (.*?)\n(.*?)(?=^## |\Z)", README, re.MULTILINE | re.DOTALL))


def rows(section: str) -> list[list[str]]:
    """The cells of its table, without the head."""
    lines = [line for line in SECTIONS[section].splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[2:]]


def test_every_test_that_is_named_exists():
    named = re.findall(r"`([\w/]+\.py)::(\w+)`", README)
    assert len(named) > 40
    assert [name for file, name in named if f"def {name}(" not in (TESTS / file).read_text()] == []


def test_every_definition_has_a_row_and_every_cell_a_test_or_a_reason():
    table = rows("Every definition")
    written = re.findall(
        r'^@workflow\(name="(\w+)"',
        "\n".join(file.read_text() for file in sorted((TESTS.parent / "definitions").glob("*.py"))),
        re.MULTILINE,
    )
    assert sorted(row[0] for row in table) == sorted(written)
    told = set(re.findall(r"^\* (\w) ", SECTIONS["Every definition"], re.MULTILINE))
    assert {cell for row in table for cell in row[1:]} == told


def test_every_task_and_every_feature_names_its_test():
    assert [row[0][0] for row in rows("Every task, with the keys it takes")] == [*"ABCDEFGHIJK"]
    for section in ("Every task, with the keys it takes", "Every feature"):
        assert all("::test_" in row[-1] for row in rows(section))
