"""The documents speak of what exists."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
MAP = (ROOT / "ARCHITECTURE.md").read_text()


def test_every_path_on_the_map_exists():
    paths = re.findall(r"`((?:lexiconsole|tests|definitions|benchmarks|\.ci)/[\w./-]*)`", MAP)
    assert len(paths) > 20
    built = {"lexiconsole/_definitions"}  # only in a wheel
    assert [path for path in paths if path not in built and not (ROOT / path).exists()] == []


def test_every_folder_is_on_the_map():
    folders = {path.parent.name for path in (ROOT / "lexiconsole").glob("*/__init__.py")}
    assert [folder for folder in sorted(folders) if f"{folder}/" not in MAP] == []


def test_links_between_documents_lead_somewhere():
    for document in ROOT.glob("*.md"):
        links = re.findall(r"\]\((?!https?:|#)([^)#]+)", document.read_text())
        assert [link for link in links if not (ROOT / link).exists()] == [], document.name


def test_lines_of_the_documents_are_wrapped():
    for name in ("README.md", "ARCHITECTURE.md", "CHANGELOG.md"):
        text = re.sub(r"^```.*?^```$", "", (ROOT / name).read_text(), flags=re.MULTILINE | re.DOTALL)
        lines = [line for line in text.splitlines() if not line.startswith("|")]
        assert [line for line in lines if len(line) > 130] == [], name
