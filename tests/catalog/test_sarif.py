"""Findings as SARIF: what code hosts ask of it, and that lines may move without a finding becoming a new one."""

from __future__ import annotations

import json
from pathlib import Path

from lexiconsole.catalog import CODES, Catalog, Finding, check, sarif


def test_a_log_of_what_was_found(folder):
    folder.raw("broken.py", "x = \n")
    folder.flow("flow.py", "order")
    found = check(Catalog.load([folder.path]))
    log = json.loads(json.dumps(sarif(found, folder.path.parent, "1.2.3")))
    assert log["version"] == "2.1.0"
    (run,) = log["runs"]
    assert run["tool"]["driver"]["version"] == "1.2.3"
    rules = [rule["id"] for rule in run["tool"]["driver"]["rules"]]
    assert rules == ["LX001", "LX004", "LX008"]
    first = run["results"][0]
    assert (first["ruleId"], first["level"]) == ("LX001", "error")
    place = first["locations"][0]["physicalLocation"]
    assert place["artifactLocation"] == {"uri": "definitions/broken.py", "uriBaseId": "ROOT"}
    assert place["region"] == {"startLine": 1}
    assert [result["level"] for result in run["results"]] == ["error", "error", "note"]
    for result in run["results"]:
        assert rules[result["ruleIndex"]] == result["ruleId"]
        assert result["message"]["text"]
    assert run["originalUriBaseIds"]["ROOT"]["uri"].endswith("/")


def test_nothing_found_is_a_log_too(tmp_path):
    (run,) = sarif([], tmp_path, "1")["runs"]
    assert run["results"] == []
    assert run["tool"]["driver"]["rules"] == []


def test_a_file_elsewhere_is_named_in_full_and_odd_names_are_escaped(tmp_path):
    findings = [
        Finding.of("LX009", "/elsewhere/a b.py", 0, "x"),
        Finding.of("LX009", str(tmp_path / "ä #1.py"), 3, "x"),
    ]
    uris = [
        result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
        for result in sarif(findings, tmp_path, "1")["runs"][0]["results"]
    ]
    assert uris == ["file:///elsewhere/a%20b.py", "%C3%A4%20%231.py"]
    assert "region" not in sarif(findings, tmp_path, "1")["runs"][0]["results"][0]["locations"][0]["physicalLocation"]


def test_a_finding_keeps_its_mark_when_lines_move(tmp_path):
    def mark(line: int, message: str) -> str:
        log = sarif([Finding.of("LX015", str(tmp_path / "a.py"), line, message)], tmp_path, "1")
        return log["runs"][0]["results"][0]["partialFingerprints"]["lexiconsole/v1"]

    assert mark(3, "x") == mark(30, "x") != mark(3, "y")


def test_every_code_can_be_a_rule():
    findings = [Finding.of(code, "a.py", 1, "x") for code in CODES]
    rules = sarif(findings, Path("/"), "1")["runs"][0]["tool"]["driver"]["rules"]
    assert [rule["id"] for rule in rules] == sorted(CODES)
    assert {rule["defaultConfiguration"]["level"] for rule in rules} == {"error", "warning", "note"}
