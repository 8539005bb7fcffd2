"""Finds, imports, fingerprints and checks definitions."""

from lexiconsole.catalog.catalog import Catalog, Changes
from lexiconsole.catalog.checks import Finding, check
from lexiconsole.catalog.codes import CODES, Severity, explain
from lexiconsole.catalog.folders import bundled_folder
from lexiconsole.catalog.problems import Problem, ProblemKind

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
    "explain",
]
