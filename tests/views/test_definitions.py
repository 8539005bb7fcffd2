"""Files and what they define as a tree, findings in their order, and source with remarks under its lines."""

from __future__ import annotations

from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lexiconsole.catalog import DefinitionFile, Finding, Problem
from lexiconsole.durable.definition import Definition, Source
from lexiconsole.runtime.live_runs import Fit, LiveRun, LiveRuns
from lexiconsole.types import ModelKind, RunStatus
from lexiconsole.views.definitions import Found, Level, findings_in_order, tree
from lexiconsole.views.live_runs import by_version
from lexiconsole.views.source import row_at, source_rows

FOLDER = Path("/w/definitions")


def definition(name: str, line: int, kind: ModelKind = ModelKind.SAGA) -> Definition:
    return Definition(name, kind, lambda value: None, source=Source(str(FOLDER / "order.py"), line))  # type: ignore[arg-type, return-value]


def test_a_tree_has_folders_files_and_what_they_define_by_line_with_what_is_wrong_with_each() -> None:
    files = [
        DefinitionFile(FOLDER / "order.py", ("late", "order")),
        DefinitionFile(FOLDER / "bad.py", (), (Problem(str(FOLDER / "bad.py"), 7, "SyntaxError: no", kept=True),)),
        DefinitionFile(FOLDER / "empty.py"),
    ]
    findings = [
        Finding.of("LX013", str(FOLDER / "order.py"), 9, "x", "order"),
        Finding.of("LX015", str(FOLDER / "order.py"), 3, "x"),
        Finding.of("LX015", str(FOLDER / "_help.py"), 2, "x"),
        Finding.of("LX015", str(FOLDER / "_help.py"), 4, "x"),
    ]
    rows = tree([FOLDER], files, {d.name: d for d in (definition("late", 30), definition("order", 8))}, findings)
    assert [(row.level, row.name, row.line, row.counts) for row in rows] == [
        (Level.FOLDER, "definitions/", 0, (0, 0, 0)),
        (Level.FILE, "bad.py", 7, (0, 0, 0)),
        (Level.FILE, "empty.py", 1, (0, 0, 0)),
        (Level.FILE, "order.py", 1, (0, 1, 0)),
        (Level.DEFINITION, "order", 8, (0, 1, 0)),
        (Level.DEFINITION, "late", 30, (0, 0, 0)),
        (Level.FILE, "_help.py", 1, (0, 2, 0)),
    ]
    assert [row.unused for row in rows if row.level is Level.FILE] == [False, True, False, False]
    assert rows[1].kept
    assert len({row.id for row in rows}) == len(rows)


def test_what_can_not_work_comes_first_then_live_runs_then_the_rest() -> None:
    codes = ["LX012", "LX008", "LX050", "LX004", "LX013"]
    found = [Found(Finding.of(code, "a.py", 1, "x"), "a.py:1") for code in codes]
    assert [one.finding.code for one in findings_in_order(found)] == ["LX004", "LX050", "LX012", "LX013", "LX008"]


def test_a_remark_stands_under_its_line_and_one_about_the_whole_file_above_the_first() -> None:
    text = "def f():\n    return 1\n"
    whole, here = Finding.of("LX009", "a.py", 0, "prints"), Finding.of("LX015", "a.py", 2, "f: blocks \x1b[2J", "f")
    rows = source_rows(text, [here, whole], 60)
    assert [(row.number, row.text, row.worst) for row in rows] == [
        (0, "LX009 prints", "hint"),
        (1, "def f():", ""),
        (2, "    return 1", "warning"),
        (2, "LX015 blocks \\x1b[2J", "warning"),
    ]
    assert (row_at(rows, 2), row_at(rows, 2, here), row_at(rows, 2, Finding.of("LX001", "a.py", 1, "x"))) == (2, 3, 2)


def test_a_long_remark_is_broken_into_lines_and_does_not_fill_the_pane() -> None:
    rows = source_rows("x = 1\n", [Finding.of("LX015", "a.py", 1, "word " * 200)], 40)
    assert len(rows) == 5
    assert all(len(row.text) <= 40 for row in rows)
    assert rows[-1].text.endswith("…")


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.text(), st.lists(st.integers(-1, 9), max_size=4), st.integers(1, 120))
def test_every_line_of_any_text_has_one_row_whatever_the_findings_say(text: str, lines: list[int], width: int) -> None:
    findings = [Finding.of("LX015", "a.py", max(0, line), f"x{n}") for n, line in enumerate(lines)]
    rows = source_rows(text, findings, width)
    numbers = [row.number for row in rows if row.finding is None]
    assert numbers == list(range(1, len(numbers) + 1))
    assert len({row.id for row in rows}) == len(rows)
    assert {row.finding for row in rows if row.finding is not None} == set(findings)


def test_versions_in_use_are_told_with_how_their_runs_fare() -> None:
    def run(n: int, version: int, fit: Fit) -> LiveRun:
        return LiveRun(str(n), "order", version, RunStatus.WAITING, fit)

    tried = (run(1, 2, Fit.GOES_ON), run(2, 2, Fit.STUCK), run(3, 1, Fit.MIGRATES), run(4, 2, Fit.STUCK))
    assert by_version(LiveRuns("order", 2, tried)) == [
        "v2: 1 goes on, 2 can not go on",
        "v1 (now v2): 1 can be migrated",
    ]
    assert by_version(LiveRuns("order", 0, tried[3:])) == ["v2 (gone): 1 can not go on"]
