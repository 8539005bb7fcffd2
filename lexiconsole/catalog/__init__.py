"""Finds, imports, fingerprints and checks definitions.

The checks know the models, which a catalogue alone does not need, so they are imported when they are first used.
"""

from typing import TYPE_CHECKING, Any

from lexiconsole.catalog.catalog import Catalog, Changes, DefinitionFile
from lexiconsole.catalog.codes import CODES, Severity, explain
from lexiconsole.catalog.finding import Finding
from lexiconsole.catalog.fixes import Fix, apply, fix_of
from lexiconsole.catalog.folders import bundled_folder
from lexiconsole.catalog.problems import Problem, ProblemKind
from lexiconsole.catalog.sarif import sarif

if TYPE_CHECKING:
    from lexiconsole.catalog.checks import check, check_one

__all__ = [
    "CODES",
    "Catalog",
    "Changes",
    "DefinitionFile",
    "Finding",
    "Fix",
    "Problem",
    "ProblemKind",
    "Severity",
    "apply",
    "bundled_folder",
    "check",
    "check_one",
    "explain",
    "fix_of",
    "sarif",
]


def __getattr__(name: str) -> Any:
    if name in {"check", "check_one"}:
        from lexiconsole.catalog import checks

        return getattr(checks, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
