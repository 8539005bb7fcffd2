"""Findings as SARIF 2.1.0, the format in which code hosts and editors take them."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote

from lexiconsole.catalog.codes import CODES, Severity
from lexiconsole.catalog.finding import Finding

__all__ = ["sarif"]

_LEVELS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.HINT: "note"}
_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"


def sarif(findings: Sequence[Finding], root: Path, version: str) -> dict[str, Any]:
    """One log with one run. Files below `root` are named relative to it, others by their full path."""
    rules = sorted({finding.code for finding in findings})
    return {
        "$schema": _SCHEMA,
        "version": "2.1.0",
        "runs": [
            {
                "tool": {
                    "driver": {"name": "lexiconsole", "version": version, "rules": [_rule(code) for code in rules]}
                },
                "columnKind": "unicodeCodePoints",
                "originalUriBaseIds": {"ROOT": {"uri": root.absolute().as_uri() + "/"}},
                "results": _results(findings, rules, root),
            }
        ],
    }


def _rule(code: str) -> dict[str, Any]:
    known = CODES[code]
    return {
        "id": code,
        "shortDescription": {"text": known.title},
        "fullDescription": {"text": known.text},
        "help": {"text": known.text},
        "defaultConfiguration": {"level": _LEVELS[known.severity]},
    }


def _results(findings: Iterable[Finding], rules: Sequence[str], root: Path) -> list[dict[str, Any]]:
    results: list[dict[str, Any]] = []
    for finding in findings:
        place: dict[str, Any] = {"artifactLocation": _artifact(finding.file, root)}
        if finding.line:
            place["region"] = {"startLine": finding.line}
        results.append(
            {
                "ruleId": finding.code,
                "ruleIndex": rules.index(finding.code),
                "level": _LEVELS[finding.severity],
                "message": {"text": finding.message},
                "locations": [{"physicalLocation": place}],
                "partialFingerprints": {"lexiconsole/v1": _mark(finding, root)},
            }
        )
    return results


def _artifact(file: str, root: Path) -> dict[str, str]:
    path = Path(file).absolute()
    if path.is_relative_to(root.absolute()):
        return {"uri": quote(path.relative_to(root.absolute()).as_posix()), "uriBaseId": "ROOT"}
    return {"uri": path.as_uri()}


def _mark(finding: Finding, root: Path) -> str:
    """The same for the same finding after lines moved: without the line."""
    place = _artifact(finding.file, root)["uri"]
    return hashlib.sha256(f"{finding.code}\0{place}\0{finding.message}".encode()).hexdigest()[:16]
