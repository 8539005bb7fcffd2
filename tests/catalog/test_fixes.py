"""Quick fixes: what they change, and that there is none where the author must say what is meant."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from lexiconsole.catalog import Catalog, Finding, apply, check, fix_of
from lexiconsole.errors import RefusedError

HEAD = "from lexiconsole import workflow\n\n\n"


def found_in(tmp_path: Path, text: str) -> tuple[list[Finding], str]:
    folder = tmp_path / "definitions"
    folder.mkdir(exist_ok=True)
    (folder / "flow.py").write_text(text, encoding="utf-8")
    return check(Catalog.load([folder])), text


def fixed(tmp_path: Path, text: str, code: str) -> str | None:
    findings, text = found_in(tmp_path, text)
    (finding,) = [one for one in findings if one.code == code]
    fix = fix_of(finding, text)
    return None if fix is None else fix.after


@pytest.mark.parametrize(
    ("line", "becomes"),
    [
        ("time.sleep(1)", "await asyncio.sleep(1)"),
        ('"é"; time.sleep(2)', '"é"; await asyncio.sleep(2)'),
        ('subprocess.run(["true"], check=True)', 'await asyncio.to_thread(subprocess.run, ["true"], check=True)'),
        ("x = subprocess.run([]).returncode", "x = (await asyncio.to_thread(subprocess.run, [])).returncode"),
        (
            "x = [subprocess.call([a]) for a in 'ab']",
            "x = [await asyncio.to_thread(subprocess.call, [a]) for a in 'ab']",
        ),
        ("os.wait()", "await asyncio.to_thread(os.wait)"),
    ],
)
def test_a_call_that_blocks_is_handed_to_a_thread_as_it_stands(tmp_path, line, becomes):
    text = (
        f'import os\nimport subprocess\nimport time\n{HEAD}@workflow\nasync def w(ctx):\n    """Waits."""\n    {line}\n'
    )
    after = fixed(tmp_path, text, "LX015")
    assert f"    {becomes}\n" in after
    assert after.startswith("import asyncio\nimport os\n")
    findings, _ = found_in(tmp_path, after)
    assert [one for one in findings if one.code in {"LX001", "LX015"}] == []


def test_a_file_read_whole_is_read_on_a_thread(tmp_path):
    text = f'"""About."""\nfrom pathlib import Path\n{HEAD}@workflow\nasync def w(ctx):\n    """Reads."""\n    return Path("x").read_text()\n'
    after = fixed(tmp_path, text, "LX016")
    assert 'return await asyncio.to_thread(Path("x").read_text)' in after
    assert after.startswith('"""About."""\nimport asyncio\n')


@pytest.mark.parametrize(
    "line",
    [
        "sqlite3.connect('x')",  # may only be used in the thread that made it
        "x = (subprocess.call([a]) for a in 'ab')",  # would become another kind of generator
        "input()",
        "helper()",  # the call that blocks is in another function
        "x = f'''{subprocess.call([])}'''",  # where it stands in the file is not known
    ],
)
def test_where_a_thread_would_change_what_is_meant_there_is_no_fix(tmp_path, line):
    text = f'import sqlite3\nimport subprocess\nimport time\n{HEAD}def helper():\n    time.sleep(1)\n\n\n@workflow\nasync def w(ctx):\n    """W."""\n    {line}\n'
    assert fixed(tmp_path, text, "LX015") is None


def test_a_name_that_means_something_else_is_not_used(tmp_path):
    text = f'import time\nimport trio as asyncio_\nfrom os import path as asyncio\n{HEAD}@workflow\nasync def w(ctx):\n    """W."""\n    time.sleep(1)\n'
    found = Finding.of("LX015", "flow.py", 10, "w() is async and calls time.sleep(); await asyncio.sleep(…) instead")
    assert fix_of(found, text) is None


def test_what_another_function_imports_for_itself_is_imported_for_all(tmp_path):
    text = f'import time\n{HEAD}def other():\n    import asyncio\n\n\n@workflow\nasync def w(ctx):\n    """W."""\n    time.sleep(1)\n'
    assert fixed(tmp_path, text, "LX015").startswith("import asyncio\nimport time\n")


def test_a_missing_colon_is_added_where_it_is_missing(tmp_path):
    assert fixed(tmp_path, "def f(x)  # why\n    return x\n", "LX001") == "def f(x):  # why\n    return x\n"


def test_a_file_that_is_no_python_with_the_colon_either_is_left_alone(tmp_path):
    assert fixed(tmp_path, "if x\ny = = 2\n", "LX001") is None


GRAPH = """
@workflow(name="g")
def g() -> WorkflowBuilder:
    "A graph."
    flow = WorkflowBuilder("g")
    flow.add_node("start", lambda state: {})
    flow.add_node("publish", lambda state: {})
    flow.add_edge("start", 'publsh')
    return flow
"""


def test_a_name_that_is_nearly_one_that_exists_is_written_right(tmp_path):
    text = "from lexiconsole import WorkflowBuilder, workflow\n" + GRAPH
    assert fixed(tmp_path, text, "LX004") == text.replace("'publsh'", "'publish'")


def test_a_compensation_is_named_as_the_method_is_that_nearly_bears_its_name(tmp_path):
    text = """from lexiconsole import AbstractSaga, saga_step, workflow
@workflow(name="s")
class Ship(AbstractSaga[str]):
    @saga_step(compensation="unpack")
    def pack(self) -> str: ...
    def unpak(self) -> None: ...
"""
    assert fixed(tmp_path, text, "LX004") == text.replace('"unpack"', '"unpak"')


@pytest.mark.parametrize("said", ['f"publsh{1 + 1}"', "f'{1 + 1}publsh'", 'f"{1 + 1:publsh}"'])
def test_a_text_with_values_in_it_stays_as_it_is(tmp_path, said):
    text = f"from lexiconsole import WorkflowBuilder, workflow\n{GRAPH}\ndef told(): return {said}\n"
    assert fixed(tmp_path, text, "LX004") == text.replace("'publsh')", "'publish')")


def test_a_name_that_something_else_in_the_file_bears_is_left_alone(tmp_path):
    text = (
        "from lexiconsole import WorkflowBuilder, workflow\n"
        + GRAPH
        + '\nother = WorkflowBuilder("o")\nother.add_node("publsh", lambda state: {})\n'
    )
    assert fixed(tmp_path, text, "LX004") is None


@pytest.mark.parametrize("code", ["LX002", "LX003", "LX008", "LX012", "LX013", "LX050"])
def test_what_only_the_author_can_say_has_no_fix(code):
    assert fix_of(Finding.of(code, "x.py", 1, "x"), "x = 1\n") is None


def test_a_fix_is_written_as_a_whole_and_keeps_the_files_mode(tmp_path):
    findings, text = found_in(tmp_path, "def f(x)\n    return x\n")
    fix = fix_of(findings[0], text)
    file = Path(fix.file)
    file.chmod(0o640)
    apply(fix)
    assert file.read_text() == "def f(x):\n    return x\n"
    assert file.stat().st_mode & 0o777 == 0o640
    assert [each.name for each in file.parent.iterdir() if each.name != "__pycache__"] == ["flow.py"]


def test_a_file_that_was_changed_meanwhile_is_not_written(tmp_path):
    findings, text = found_in(tmp_path, "def f(x)\n    return x\n")
    fix = fix_of(findings[0], text)
    Path(fix.file).write_text("# mine\n")
    with pytest.raises(RefusedError, match="was changed meanwhile"):
        apply(fix)
    assert Path(fix.file).read_text() == "# mine\n"


def test_the_lines_that_change_are_shown():
    fix = fix_of(Finding.of("LX001", "x.py", 1, "SyntaxError: expected ':'"), "def f()\n    return 1\n")
    assert [line for line in fix.diff() if line[0] in "+-"] == ["-def f()", "+def f():"]
    assert ast.parse(fix.after)
