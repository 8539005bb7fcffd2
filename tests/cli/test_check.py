"""`check --format`, and warnings before a run."""

from __future__ import annotations

import json

import pytest

from lexiconsole.catalog import Finding

BLOCKS = (
    'import time\nfrom lexiconsole import workflow\n@workflow\nasync def w(ctx):\n    """Waits."""\n    time.sleep(1)\n'
)


@pytest.fixture
def place(workspace):
    folder = workspace.root / "some"
    folder.mkdir()
    (folder / "flow.py").write_text(BLOCKS)
    return folder


def test_a_warning_alone_is_no_failure(cli, place):
    called = cli("check", str(place))
    assert called.code == 0
    assert "some/flow.py:6: warning LX015 w() is async and calls time.sleep()" in called.out
    assert "0 that can not work, 1 others" in called.err


def test_json_is_an_object_a_line_under_either_name(cli, place):
    one, other = cli("check", str(place), "--format", "json"), cli("check", str(place), "--json")
    assert one == other
    (line,) = one.out.splitlines()
    assert (json.loads(line)["code"], json.loads(line)["line"]) == ("LX015", 6)


def test_sarif_is_one_log_with_paths_from_here(cli, place):
    called = cli("check", str(place), "--format", "sarif")
    assert (called.code, called.err) == (0, "")
    (result,) = json.loads(called.out)["runs"][0]["results"]
    assert result["ruleId"] == "LX015"
    assert result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == "some/flow.py"


def test_sarif_of_errors_exits_1(cli, place):
    (place / "flow.py").write_text("x = \n")
    called = cli("check", str(place), "--format", "sarif")
    assert called.code == 1
    assert json.loads(called.out)["runs"][0]["results"][0]["level"] == "error"


def test_an_unknown_format_is_refused(cli):
    called = cli("check", "--format", "xml")
    assert called.code == 2
    assert "sarif" in called.err


def test_warnings_go_to_stderr_before_the_run(cli, workspace):
    workspace.warned = [Finding.of("LX015", "a.py", 3, "f() blocks \x1b[2J")]
    called = cli("run", "order", "-i", "order=o-1", "--json")
    assert "warning: a.py:3: LX015 f() blocks" in called.err
    assert "\x1b" not in called.err
    assert "LX015" not in called.out
