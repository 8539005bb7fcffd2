"""Imports the files of a snapshot under names of their own, so that a reload leaves running code alone.

Each moment of a folder is a package: `definitions_3f2a….shop`. A file whose fingerprint did not change from one moment to
the next is the same module in both; whatever changed is a new module, and the old one stays for those who use it. What a
file imports late, inside a function, still comes from the moment that the file was loaded in.
"""

from __future__ import annotations

import importlib
import importlib.util
import sys
from collections.abc import Sequence
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import ModuleType

from lexiconsole.catalog.mentions import Localise
from lexiconsole.catalog.snapshot import Snapshot, SourceFile

__all__ = ["import_file"]


def import_file(snapshot: Snapshot, name: str) -> ModuleType:
    """The module of one file. Raises whatever the file raises."""
    if _FINDER not in sys.meta_path:
        sys.meta_path.insert(0, _FINDER)
    _FINDER.snapshots.setdefault(snapshot.package, snapshot)
    return importlib.import_module(f"{snapshot.package}.{name}")


class _Finder(MetaPathFinder):
    """Knows the snapshots by the names of their packages, and nothing else."""

    def __init__(self) -> None:
        self.snapshots: dict[str, Snapshot] = {}

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        package, _, name = fullname.partition(".")
        snapshot = self.snapshots.get(package)
        if snapshot is None:
            return None
        if not name:
            spec = ModuleSpec(fullname, None, is_package=True)
            spec.submodule_search_locations = [str(snapshot.folder)]
            return spec
        file = snapshot.files.get(name)
        if file is None:
            return None  # imported in a way that reading does not show: Python finds it in the folder
        spec = ModuleSpec(fullname, _SourceLoader(snapshot, file), origin=str(file.path), is_package=file.package)
        spec.has_location = not file.path.is_dir()
        if file.package:
            spec.submodule_search_locations = [str(file.path if file.path.is_dir() else file.path.parent)]
        return spec


_FINDER = _Finder()

_LOADED: dict[tuple[Path, str, str], ModuleType] = {}
"""Modules by folder, name and fingerprint: one that did not change is used again."""


class _SourceLoader(Loader):
    def __init__(self, snapshot: Snapshot, file: SourceFile) -> None:
        self._snapshot, self._file = snapshot, file

    def create_module(self, spec: ModuleSpec) -> None:
        return None

    def exec_module(self, module: ModuleType) -> None:
        snapshot, file = self._snapshot, self._file
        mark = (snapshot.folder, file.name, snapshot.fingerprints[file.name])
        if mark in _LOADED:
            sys.modules[module.__name__] = _LOADED[mark]  # importlib takes what stands there afterwards
            return
        tree = Localise(snapshot.package, snapshot.local).visit(file.tree())
        exec(compile(tree, str(file.path), "exec", dont_inherit=True), vars(module))  # noqa: S102 - this is the import
        _LOADED[mark] = module

    def get_source(self, fullname: str) -> str | None:
        """The text as it was loaded, for whoever draws tracebacks."""
        return importlib.util.decode_source(self._file.content)
