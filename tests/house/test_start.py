"""What starting costs: the command line's first words need no toolkit, no models and no database."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

HEAVY = ("pydantic", "pydantic_settings", "textual", "aiosqlite", "sqlite3", "yaml", "asyncio")
ROOT = Path(__file__).resolve().parents[2]

SHOW_IMPORTS = """
import sys
from lexiconsole.cli.main import main
try:
    code = main(sys.argv[1:])
except SystemExit as left:
    code = left.code
sys.stderr.write("\\n" + " ".join(sorted(name for name in sys.modules if "." not in name)))
sys.exit(code)
"""


def start(folder: Path, *words: str, **environment: str) -> tuple[int, str, set[str]]:
    """Exit code, what was shown, and the top-level modules that were loaded."""
    settings = {name: value for name, value in os.environ.items() if not name.startswith("LEX_")}
    done = subprocess.run(
        [sys.executable, "-c", SHOW_IMPORTS, *words],
        cwd=folder,
        env=settings | {"PYTHONPATH": str(ROOT)} | environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    return done.returncode, done.stdout, set(done.stderr.rpartition("\n")[2].split())


def test_help_loads_neither_models_nor_toolkit_nor_database(tmp_path):
    code, shown, loaded = start(tmp_path, "--help")
    assert code == 0
    assert shown
    assert loaded & set(HEAVY) == set()


def test_completion_loads_as_little_as_help(tmp_path):
    code, _, loaded = start(
        tmp_path, _LEXICONSOLE_COMPLETE="complete_bash", COMP_WORDS="lexiconsole ru", COMP_CWORD="1"
    )
    assert code == 0
    assert loaded & {"pydantic", "textual", "aiosqlite"} == set()


@pytest.mark.parametrize("words", [["run", "--help"], ["--version"], ["list"], ["runs"], ["config"], ["check"]])
def test_no_headless_command_loads_the_toolkit(tmp_path, words):
    code, _, loaded = start(tmp_path, *words)
    assert code in {0, 1}
    assert "textual" not in loaded


LOOKING = {"pydantic", "pydantic_core", "pydantic_settings", "textual", "aiosqlite", "yaml", "asyncio"}


@pytest.mark.parametrize("words", [["inbox"], ["inbox", "--mine", "--as", "ana"], ["runs"], ["inbox", "c1"]])
def test_looking_at_a_store_loads_neither_settings_nor_engine_nor_models(tmp_path, words):
    """What makes `inbox` answer within 0.3 s more than `--help`: counted in modules, because a busy machine counts seconds wrong."""
    code, _, _ = start(tmp_path, "run", "expense_claim", "--id", "c1", "-i", "amount=40")
    assert code == 4
    code, shown, loaded = start(tmp_path, *words)
    assert (code, loaded & LOOKING) == (0, set())
    assert "c1" in shown
