"""The house rules that a machine can keep: sizes, names, contracts, and that nothing lies about unused."""

import ast
import importlib
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

import lexiconsole

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "lexiconsole"
MODULES = sorted(path for path in PACKAGE.rglob("*.py") if "scaffold" not in path.parts)
"""Without the files that `init` writes: those are a user's."""
FORBIDDEN = {"utils", "util", "helpers", "helper", "manager", "managers", "base", "common", "misc"}
SKIPPED = {"__pycache__", "node_modules", "dist", "build", "venv"}


def tracked() -> list[Path]:
    """The project's text files. A copy without git has them too, so this looks at the folder, not at the index."""
    files = []
    waiting = [ROOT]
    while waiting:
        for path in waiting.pop().iterdir():
            hidden = path.name.startswith(".") and path.name not in {".ci", ".gitignore"}
            if hidden or path.is_symlink() or path.name in SKIPPED or path.name.endswith(".egg-info"):
                continue
            if path.is_dir():
                waiting.append(path)
            elif path.suffix not in {".png", ".svg", ".csv", ".db", ".gz", ".whl"}:
                files.append(path)
    return sorted(files)


def short(path: Path) -> str:
    return str(path.relative_to(ROOT))


def reexports() -> set[str]:
    """Modules that exist because the reference documents import from their path; pyproject.toml lists them."""
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text())
    return set(settings["tool"]["lexiconsole"]["reexports"])


def name_of(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def test_a_module_stays_below_400_lines():
    code = [path for path in MODULES if "conformance" not in path.parts]  # a suite of tests for whoever writes a store
    long = {short(path): lines for path in code if (lines := len(path.read_text().splitlines())) > 400}
    assert long == {}


def test_definitions_stay_below_400_lines():
    long = {
        short(path): lines
        for path in ROOT.glob("definitions/*.py")
        if (lines := len(path.read_text().splitlines())) > 400
    }
    assert long == {}


def test_a_name_says_what_a_module_is_about():
    bad = [
        short(path)
        for path in MODULES
        if FORBIDDEN & set(path.with_suffix("").parts) and name_of(path) not in reexports()
    ]
    assert bad == []


def test_every_module_that_exists_for_its_path_is_listed():
    """And the other way round: what is listed says so in its first line."""
    said = {
        name_of(path)
        for path in MODULES
        if path.read_text().startswith('"""The path under which the reference documents')
    }
    assert said == reexports()


def test_reexports_only_hand_names_on():
    """They are there for a path, so they hold no code of their own; and each that is listed exists."""
    for name in reexports():
        path = ROOT.joinpath(*name.split(".")).with_suffix(".py")
        path = path if path.exists() else path.with_suffix("") / "__init__.py"
        for statement in ast.parse(path.read_text()).body:
            what = f"{short(path)}:{statement.lineno}"
            assert isinstance(statement, ast.ImportFrom | ast.Assign | ast.Expr), what
            if isinstance(statement, ast.Assign):
                assert ast.unparse(statement.targets[0]) == "__all__", what


@pytest.mark.parametrize(
    "path", [path for path in MODULES if path.name == "__init__.py" and path.parent != PACKAGE], ids=short
)
def test_a_folders_init_only_hands_names_on(path):
    for statement in ast.parse(path.read_text()).body:
        lazy = isinstance(statement, ast.FunctionDef) and statement.name in {"__getattr__", "__dir__"}
        put_together = isinstance(statement, ast.ClassDef) and len(statement.body) == 1  # bases and a docstring
        handing = isinstance(statement, ast.ImportFrom | ast.Import | ast.Assign | ast.AnnAssign | ast.Expr | ast.If)
        assert handing or lazy or put_together, f"{short(path)}:{statement.lineno}"


@pytest.mark.parametrize("name", [name_of(path) for path in MODULES if path.name != "__main__.py"])
def test_what_a_module_says_it_offers_it_has(name):
    module = importlib.import_module(name)
    offered = getattr(module, "__all__", [])
    assert [entry for entry in offered if not hasattr(module, entry)] == []
    assert len(offered) == len(set(offered)), "a name stands twice in __all__"


def test_nothing_is_left_for_later():
    words = re.compile(r"\b(TODO|FIXME|XXX|HACK)\b")
    found = [
        f"{short(path)}:{number}"
        for path in MODULES + sorted(ROOT.glob("definitions/*.py"))
        for number, line in enumerate(path.read_text().splitlines(), 1)
        if words.search(line)
    ]
    assert found == []


def test_no_file_names_a_machine_or_a_registry():
    """A path of somebody's machine, or where packages came from, says nothing to anybody else."""
    machines = ["/" + name + "/" for name in ("work", "root", "home", "Users")]
    places = [*machines, "pypi." + "org", "files." + "pythonhosted"]
    found = [
        f"{short(path)}:{number}: {line.strip()[:80]}"
        for path in tracked()
        for number, line in enumerate(path.read_text(errors="replace").splitlines(), 1)
        if any(place in line for place in places)
    ]
    assert found == []


def test_every_statement_of_the_store_is_used():
    """An .sql file that no module names, or a part of one that no statement has, is a leftover."""
    code = "\n".join(path.read_text() for path in (PACKAGE / "store").rglob("*.py"))
    files = sorted((PACKAGE / "store").rglob("*.sql"))
    assert files, "the statements live in .sql files"
    parts = {path for path in files if path.parent.name == "parts"}
    whole = "\n".join(path.read_text() for path in files if path not in parts)
    unused = [short(path) for path in files if not names(path, code) and path not in parts]
    unused += [short(path) for path in parts if f"/* parts/{path.stem} */" not in whole]
    assert unused == []


def names(path: Path, code: str) -> bool:
    """Whether code names the file by its stem or by how it begins (`f"runs_{order}"`), or reads the whole folder."""
    if path.parent.name != "sql":
        return f'"{path.parent.name}"' in code or f"/{path.parent.name}" in code
    parts = path.stem.split("_")
    begun = ["_".join(parts[:end]) + "_{" for end in range(1, len(parts))]
    return any(f'"{text}' in code for text in (f'{path.stem}"', f'{path.stem}.sql"', *begun))


def test_statements_stand_in_sql_files_and_not_in_the_code():
    statement = re.compile(r"""["'](SELECT|INSERT|UPDATE|DELETE|CREATE|WITH) [A-Z(*a-z_]""")
    found = [
        f"{short(path)}:{number}"
        for path in (PACKAGE / "store").rglob("*.py")
        for number, line in enumerate(path.read_text().splitlines(), 1)
        if statement.search(line)
        and "sqlite_schema" not in line  # what asks SQLite about itself is no statement of ours
    ]
    assert found == []


def test_inside_the_package_nothing_is_taken_from_its_front_door():
    """The root hands out every folder's names, so an import from it would pass all contracts by."""
    found = [
        f"{short(path)}:{node.lineno}"
        for path in MODULES
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.ImportFrom) and node.module == "lexiconsole" and path.parent != PACKAGE
        and {alias.name for alias in node.names} - {"__version__"}
    ]  # fmt: skip
    assert found == []


def test_the_version_is_the_same_everywhere():
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text())
    assert lexiconsole.__version__ == settings["project"]["version"]


def test_the_import_contracts_hold():
    done = subprocess.run(
        [sys.executable, "-c", "from importlinter.cli import lint_imports_command; lint_imports_command()", "--no-cache", "--no-logo"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-2000:]


def test_every_folder_below_the_faces_is_kept_headless():
    """A new folder has to be put under the contract that forbids terminal toolkits; forgetting it would go unseen."""
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text())
    contract = next(each for each in settings["tool"]["importlinter"]["contracts"] if each["id"] == "headless")
    folders = {f"lexiconsole.{path.parent.name}" for path in PACKAGE.glob("*/__init__.py")}
    assert folders - set(contract["source_modules"]) <= {"lexiconsole.cli", "lexiconsole.tui"}


def test_what_others_wrote_reaches_a_border_as_no_markup():
    """Through `titled`: `harmless` alone leaves brackets, which a border takes for tags."""
    raw = re.compile(
        r"border_(?:sub)?title = (?!titled\()[^\n]*harmless\(|entitle\([^\n]*(?<!titled\()f?\"[^\n]*harmless\("
    )
    found = [
        f"{short(path)}: {line.strip()}"
        for path in MODULES
        for line in path.read_text("utf-8").splitlines()
        if raw.search(line)
    ]
    assert found == []
