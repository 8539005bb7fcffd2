"""The README's two commands are the ones that the checks run, and what the wheel carries is what the README promises."""

import os
import re
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text()


def command(name: str) -> str:
    found = re.findall(rf"^<!-- command: {name} -->\n```sh\n(.*?)\n```$", README, re.MULTILINE | re.DOTALL)
    assert len(found) == 1, f"README.md has {len(found)} blocks marked {name}"
    return found[0]


def test_there_are_exactly_two_marked_commands():
    assert re.findall(r"<!-- command: (\w+) -->", README) == ["run", "test"]


def test_the_checks_run_the_readmes_test_command_word_for_word(tmp_path):
    """Cuts the command out as .ci/run does and compares; the script must not hold a copy of its own."""
    script = (ROOT / ".ci" / "run").read_text()
    (cut,) = re.findall(r"command=\$\((awk '.*' README\.md)\)", script)
    done = subprocess.run(["bash", "-c", cut], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == command("test")
    assert "pytest" not in script.replace("pytest_cache", "")


def test_the_checks_can_be_run():
    assert os.access(ROOT / ".ci" / "run", os.X_OK)
    subprocess.run(["bash", "-n", ".ci/run"], cwd=ROOT, check=True)


@pytest.mark.parametrize("name", ["run", "test"])
def test_the_commands_need_nothing_but_python_and_pip(name):
    first, second, third = command(name).split(" && ")
    assert first == "python3 -m venv .venv"
    assert second.startswith(".venv/bin/pip install -q ")
    assert third.startswith(".venv/bin/")


def test_the_run_command_names_a_definition_and_a_file_that_exist():
    words = command("run").split()
    assert (ROOT / "definitions" / f"{words[words.index('run') + 1]}.py").is_file()
    (path,) = [word.partition("=")[2] for word in words if word.startswith("path=")]
    assert (ROOT / path).is_file()


def test_the_script_is_the_command_lines_main():
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text())
    assert settings["project"]["scripts"] == {"lexiconsole": "lexiconsole.__main__:main"}


def test_the_wheel_carries_definitions_statements_and_the_typing_mark(tmp_path):
    """Built without a network from this tree: what an installed program needs is in it, and nothing else."""
    code = "import hatchling.build as b, sys; print(b.build_wheel(sys.argv[1]))"
    done = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path)], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    names = set(zipfile.ZipFile(tmp_path / done.stdout.split()[-1]).namelist())
    for file in (ROOT / "definitions").rglob("*"):
        if file.is_file() and "__pycache__" not in file.parts and ".lexiconsole" not in file.parts:
            assert f"lexiconsole/_definitions/{file.relative_to(ROOT / 'definitions')}" in names
    for file in (ROOT / "lexiconsole").rglob("*"):
        if file.is_file() and "__pycache__" not in file.parts:
            assert str(file.relative_to(ROOT)) in names
    assert "lexiconsole/py.typed" in names
    assert {name.split("/")[0] for name in names} == {"lexiconsole", "lexiconsole-0.1.0.dist-info"}
