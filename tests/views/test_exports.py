"""Runs as documents: what a program, a spreadsheet or a browser reads is what the journal says."""

from __future__ import annotations

import csv
import io
import json
import re
from xml.etree import ElementTree as ET

import pytest

from lexiconsole.durable.entry import EntryKind
from lexiconsole.durable.outline import Outline, OutlineEdge, OutlineNode
from lexiconsole.views.exports import entries_csv, run_json, run_mermaid, run_svg, runs_csv, runs_json
from lexiconsole.views.spreadsheet import csv_text
from tests.cli.fake import row_of
from tests.views.entries import Script, rolled_back

LINE = Outline.sequence([OutlineNode("reserve"), OutlineNode("charge"), OutlineNode("courier")])


def test_the_json_of_a_run_is_its_story_with_its_entries_and_no_secret():
    script = Script(input={"password": {"$secret": "ref-1"}}).done("reserve", 1)
    told = json.loads(run_json(row_of(script.entries), script.entries, script.now))
    assert [step["key"] for step in told["steps"]] == ["reserve"]
    assert [entry["kind"] for entry in told["entries"]] == ["run.created", "step.done"]
    assert "ref-1" not in json.dumps(told) and told["input"] == {"password": "**********"}


def test_the_csv_of_a_run_has_a_line_for_each_entry():
    entries = rolled_back().entries
    rows = list(csv.DictReader(io.StringIO(entries_csv(entries))))
    assert [int(row["seq"]) for row in rows] == [entry.seq for entry in entries]
    assert json.loads(rows[0]["data"])["input"] == {"order": "o-91", "total": 480.0}


def test_many_runs_are_a_line_each_and_made_one_at_a_time():
    def rows():
        for number in range(3):
            seen.append(number)
            yield row_of(Script(f"r{number}").entries)

    seen: list[int] = []
    lines = runs_csv(rows())
    assert next(lines).startswith("id,name,kind,version,status") and seen == []
    assert next(lines).startswith("r0,order") and seen == [0]
    assert [json.loads(line)["id"] for line in runs_json(rows())] == ["r0", "r1", "r2"]


@pytest.mark.parametrize("text", ["=1+1", "+49", "-1", "@x", "\tx", "\nx"])
def test_a_spreadsheet_takes_no_text_for_a_formula(text):
    (row,) = list(csv.reader(io.StringIO("".join(csv_text(["a"], [[text]])), newline="")))[1:]
    assert row == [f"'{text}"]


def test_a_lone_carriage_return_ends_no_line():
    rows = list(csv.reader(io.StringIO("".join(csv_text(["a"], [["x\ry\r\nz"], ["\r=1"]])), newline="")))
    assert rows == [["a"], ["x\ny\nz"], ["'\n=1"]]


def test_a_number_stays_a_number_in_csv():
    assert "".join(csv_text(["a"], [[-1.5]])) == "a\n-1.5\n"


def test_the_chart_of_a_run_shows_where_each_node_stands():
    script = Script().done("reserve").failed("charge")
    script.add(EntryKind.FAILED, error={"type": "E", "message": "no"})
    chart = run_mermaid(LINE, row_of(script.entries), script.entries)
    assert chart.startswith("flowchart TD\n")
    assert "  class n0 done" in chart and "  class n1 failed" in chart and "  class n2 not_reached" in chart


def test_the_picture_of_a_run_is_well_formed_and_shows_its_map_without_values():
    script = Script(input={"card": "4111 1111"}).done("reserve", "rsv-9").failed("charge", "card 4111 1111 closed")
    drawn = run_svg(LINE, row_of(script.entries), script.entries)
    assert drawn is not None and "4111" not in drawn and "rsv-9" not in drawn
    texts = ["".join(text.itertext()) for text in ET.fromstring(drawn).iter("{http://www.w3.org/2000/svg}text")]
    assert texts[1:] == ["✓ reserve", "✗ charge", "· courier"] or texts[1:] == ["✓ reserve", "✗ charge", "○ courier"]


def test_what_stands_in_a_title_can_not_leave_the_picture():
    outline = Outline(
        (OutlineNode("a", label='<script>"&\x1b[31m'), OutlineNode("b")), (OutlineEdge("a", "b", label="<x>&"),)
    )
    script = Script('r"><script>')
    drawn = run_svg(outline, row_of(script.entries), script.entries)
    assert drawn is not None and "<script" not in drawn and "\x1b" not in drawn
    ET.fromstring(drawn)


def test_lines_end_at_the_borders_of_their_boxes():
    script = Script().done("reserve")
    root = ET.fromstring(run_svg(LINE, row_of(script.entries), script.entries) or "")
    name = "{http://www.w3.org/2000/svg}"
    boxes = [[float(box.get(side, "0")) for side in ("x", "y", "width", "height")] for box in root.iter(f"{name}rect")][
        1:
    ]
    for line in root.iter(f"{name}polyline"):
        points = [tuple(map(float, point.split(","))) for point in re.split(r"\s+", line.get("points", ""))]
        for x, y in (points[0], points[-1]):
            assert any(left <= x <= left + wide and y in (top, top + high) for left, top, wide, high in boxes)


def test_of_a_run_that_nothing_is_known_of_there_is_no_picture():
    script = Script()
    assert run_svg(Outline(), row_of(script.entries), script.entries) is None
