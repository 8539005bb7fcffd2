"""Finds, imports, fingerprints and checks definitions."""

from lexiconsole.catalog.catalog import Catalog, Changes
from lexiconsole.catalog.checks import check, check_one
from lexiconsole.catalog.codes import CODES, Severity, explain
from lexiconsole.catalog.finding import Finding
from lexiconsole.catalog.folders import bundled_folder
from lexiconsole.catalog.problems import Problem, ProblemKind
from lexiconsole.catalog.sarif import sarif

__all__ = [
    "CODES",
    "Catalog",
    "Changes",
    "Finding",
    "Problem",
    "ProblemKind",
    "Severity",
    "bundled_folder",
    "check",
    "check_one",
    "explain",
    "sarif",
]
