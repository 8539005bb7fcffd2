"""Finds, imports, fingerprints and checks definitions.

The checks know the models, which a catalogue alone does not need, so they are imported when they are first used.
"""

from typing import TYPE_CHECKING

from lexiconsole.catalog.catalog import Catalog, Changes, DefinitionFile
from lexiconsole.catalog.codes import CODES, Severity, explain
from lexiconsole.catalog.finding import Finding
from lexiconsole.catalog.fixes import Fix, apply, fix_of
from lexiconsole.catalog.folders import bundled_folder
from lexiconsole.catalog.problems import Problem, ProblemKind
from lexiconsole.catalog.sarif import sarif
from lexiconsole.late import late

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


__getattr__ = late(__name__, {"lexiconsole.catalog.checks": "check check_one"})
