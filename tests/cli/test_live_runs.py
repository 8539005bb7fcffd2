"""What a changed definition means for runs on their way, and quick fixes, in a real workspace."""

from __future__ import annotations

import json
from pathlib import Path

from tests.cli.test_migrate import FIRST, SECOND, call

BROKEN = "def f(x)\n    return x\n"


def test_check_says_that_a_live_run_can_not_go_on_and_show_says_which_and_why(tmp_path: Path) -> None:
    (tmp_path / "definitions").mkdir()
    file = tmp_path / "definitions" / "flow.py"
    file.write_text(FIRST)
    assert "no run of flow is on its way" in call(tmp_path, "show", "flow", "--live").stderr
    assert call(tmp_path, "run", "flow", "--id", "A").returncode == 4
    fine = call(tmp_path, "show", "flow", "--live")
    assert (fine.returncode, fine.stdout.splitlines()[0]) == (0, "v1: 1 goes on")
    assert "LX050" not in call(tmp_path, "check").stdout

    file.write_text(FIRST.replace('"pay"', '"charge"'))
    checked = call(tmp_path, "check")
    assert checked.returncode == 0  # new runs can work
    assert (
        "warning LX050 flow: 1 live run of version 1 can not go on with it: A at 'pay': the journal has"
        in checked.stdout
    )
    told = call(tmp_path, "show", "flow", "--live", "--json")
    assert told.returncode == 1
    run = json.loads(told.stdout)
    assert (run["id"], run["fit"]) == ("A", "can not go on")

    file.write_text(SECOND)
    assert (
        "1 live run of version 1 must be migrated before it goes on: lexiconsole migrate A"
        in call(tmp_path, "check").stdout
    )


def test_check_fix_puts_right_what_has_one_way_out_and_shows_it(tmp_path: Path) -> None:
    (tmp_path / "definitions").mkdir()
    file = tmp_path / "definitions" / "flow.py"
    file.write_text(BROKEN)
    before = call(tmp_path, "check")
    assert before.returncode == 1
    assert "    --fix: add the missing colon" in before.stdout
    assert file.read_text() == BROKEN
    fixed = call(tmp_path, "check", "--fix")
    assert fixed.returncode == 0, fixed
    assert "flow.py: add the missing colon" in fixed.stderr
    assert "+def f(x):" in fixed.stderr
    assert file.read_text() == "def f(x):\n    return x\n"
