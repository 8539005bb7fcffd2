"""A folder of definitions at one moment: which files it has, which of them belong together, and their fingerprints.

Nothing is imported here. A file's fingerprint covers its text and that of every file of the folder that it imports, so it
changes exactly when what the file means may have changed.
"""

from __future__ import annotations

import ast
import hashlib
import importlib.util
import os
from collections.abc import Callable, Container, Iterable, Iterator
from dataclasses import dataclass, field, replace
from itertools import islice
from pathlib import Path
from typing import TypeAlias

from lexiconsole.catalog.mentions import OWN, mentions
from lexiconsole.catalog.parsing import parsed

__all__ = ["Reader", "Snapshot", "SourceFile"]

_Mark: TypeAlias = tuple[int, ...]
"""What a file's size, times and identity say: another one when it was written."""


@dataclass(frozen=True, slots=True)
class SourceFile:
    """One file. `name` is its dotted name within the folder; a package without `__init__.py` has no text.

    `fault` says why it could not be read, "" when it could. `mentions` see `mentions.py`.
    """

    name: str
    path: Path
    package: bool = False
    content: bytes = b""
    fault: str = ""
    mentions: tuple[tuple[str, bool], ...] = ()

    def tree(self) -> ast.Module:
        """Raises SyntaxError, also for bytes that are no text, and ImportError for a file that could not be read."""
        if self.fault:
            raise ImportError(f"{self.path}: {self.fault}", name=self.name, path=str(self.path))
        try:
            return parsed(importlib.util.decode_source(self.content), str(self.path))
        except SyntaxError as fault:
            fault.filename, fault.lineno = str(self.path), fault.lineno or 1
            raise
        except (ValueError, RecursionError, MemoryError) as fault:  # no text, NUL bytes, nested beyond measure
            raise SyntaxError(str(fault), (str(self.path), 1, None, None)) from None


@dataclass(frozen=True, slots=True)
class Snapshot:
    """`roots` are the files looked into for definitions; `files` are those and what they import, by dotted name.

    `package` is the name under which this moment of the folder is imported; another moment gets another name.
    `fault` says why the folder could not be read.
    """

    folder: Path
    package: str
    roots: tuple[str, ...]
    files: dict[str, SourceFile]
    fingerprints: dict[str, str]
    fault: str = ""

    def local(self, dotted: str) -> str | None:
        """The name within the folder of what `import dotted` means there, None when it is not of this folder."""
        return _local(self.folder, dotted, self.files.__contains__)

    def meant_by(self, name: str) -> Iterator[SourceFile]:
        """The file and those of the folder that it imports, directly or not."""
        needs = {each: set(_needs(self.folder, file, self.files.__contains__)) for each, file in self.files.items()}
        return (self.files[each] for each in sorted(_reach(name, needs)))


@dataclass(slots=True)
class Reader:
    """Takes snapshots; remembers files whose size and times did not change."""

    _seen: dict[Path, tuple[_Mark, SourceFile]] = field(default_factory=dict)
    _marks: dict[Path, dict[Path, _Mark | None]] = field(default_factory=dict)
    _absent: dict[Path, frozenset[str]] = field(default_factory=dict)

    def moved(self, place: Path) -> bool:
        """Whether a file of the place, or one that it imports, came, went or changed since its last snapshot. Looks at names
        and times only.
        """
        known = self._marks.get(place)
        if known is None:
            return True
        try:
            new = any(path not in known for path in _roots(place))
            came = any(_find(_folder_of(place), name) is not None for name in self._absent[place])
        except OSError:
            return bool(known)
        return new or came or any(_mark(path) != mark for path, mark in known.items())

    def snapshot(self, place: Path) -> Snapshot:
        """Of a folder, or of one .py file in its folder."""
        folder, fault = _folder_of(place), ""
        try:
            found = _roots(place)
        except OSError as error:
            found, fault = [], f"the folder can not be read: {error.strerror or error}"
        files = {path.stem: self._read(path, path.stem) for path in found}
        roots = tuple(files)
        self._complete(folder, files)
        self._marks[place] = {file.path: self._mark_read(file.path) for file in files.values()}
        self._absent[place] = frozenset(name for file in files.values() for name in _absent(folder, file, files))
        return Snapshot(folder, _package(folder, files), roots, files, _fingerprints(folder, files), fault)

    def _complete(self, folder: Path, files: dict[str, SourceFile]) -> None:
        """Adds what the files import from the folder, and what that imports."""

        def exists(name: str) -> bool:
            return name in files or _find(folder, name) is not None

        waiting = list(files.values())
        while waiting:
            for name in list(_needs(folder, waiting.pop(), exists)):
                path = None if name in files else _find(folder, name)
                if path is not None:
                    files[name] = self._read(path, name)
                    waiting.append(files[name])

    def _mark_read(self, path: Path) -> _Mark | None:
        """As the text was read, so that a change in between is seen as one."""
        return self._seen[path][0] if path in self._seen else _mark(path)

    def _read(self, path: Path, name: str) -> SourceFile:
        try:
            if not path.name.removesuffix(".py").isidentifier():
                return SourceFile(
                    name, path, fault="a file of that name can not be imported; use letters, digits and _"
                )
            mark = _mark_of(path.stat())
            if path in self._seen and self._seen[path][0] == mark:
                return self._seen[path][1]
            if path.is_dir():
                file = SourceFile(name, path, package=True)
            elif path.is_file():
                file = SourceFile(name, path, path.name == "__init__.py", path.read_bytes())
            else:
                return SourceFile(name, path, fault="this is no regular file")
        except OSError as error:
            return SourceFile(name, path, fault=f"the file can not be read: {error.strerror or error}")
        try:
            around = name if file.package else name.rpartition(".")[0]
            file = replace(file, mentions=tuple(dict.fromkeys(mentions(file.tree(), around))))
        except SyntaxError:
            pass  # importing it will say so, with line and text
        self._seen[path] = (mark, file)
        return file


def _mark(path: Path) -> _Mark | None:
    try:
        return _mark_of(path.stat())
    except OSError:
        return None


def _mark_of(stat: os.stat_result) -> _Mark:
    return (stat.st_dev, stat.st_ino, stat.st_size, stat.st_mtime_ns, stat.st_ctime_ns)


def _is_file(place: Path) -> bool:
    return place.suffix == ".py" and not place.is_dir()


def _folder_of(place: Path) -> Path:
    return place.parent if _is_file(place) else place


def _roots(place: Path) -> list[Path]:
    """The files that are looked into for definitions; raises OSError for a folder that can not be read."""
    return [place] if _is_file(place) else sorted(path for path in place.iterdir() if _is_root(path))


def _is_root(path: Path) -> bool:
    return path.suffix == ".py" and not path.name.startswith(("_", ".")) and (path.is_symlink() or not path.is_dir())


def _find(folder: Path, name: str) -> Path | None:
    """The file behind a dotted name: a package, a module, or a folder of modules."""
    base = folder.joinpath(*name.split("."))
    for path in (base / "__init__.py", base.with_name(f"{base.name}.py")):
        if path.is_symlink() or path.exists():
            return path
    return base if base.is_dir() and any(base.glob("*.py")) else None


def _local(folder: Path, dotted: str, exists: Callable[[str], bool]) -> str | None:
    first, _, rest = dotted.partition(".")
    if first in OWN:
        return None
    if exists(first):
        return dotted
    if first == folder.name and (not rest or exists(rest.partition(".")[0])):
        return rest
    return None


def _needs(folder: Path, file: SourceFile, exists: Callable[[str], bool]) -> Iterator[str]:
    """The files that a file imports, and the packages they are in; also the packages it is in itself."""
    names = [_local(folder, dotted, exists) if absolute else dotted for dotted, absolute in file.mentions]
    for name in (file.name, *(name for name in names if name and exists(name))):
        parts = name.split(".")
        yield from (".".join(parts[:end]) for end in range(1, len(parts) + 1))


def _absent(folder: Path, file: SourceFile, files: Container[str]) -> Iterator[str]:
    """Names within the folder that nothing bears: were there a file, it would be what this one imports."""
    for dotted, absolute in file.mentions:
        first, _, rest = dotted.partition(".")
        if absolute and first in OWN:
            continue
        for name in (dotted, rest) if absolute and first == folder.name else (dotted,):
            parts = name.split(".") if name else []
            names = (".".join(parts[:end]) for end in range(1, len(parts) + 1))
            yield from islice((name for name in names if name not in files), 1)


def _fingerprints(folder: Path, files: dict[str, SourceFile]) -> dict[str, str]:
    digests = {name: hashlib.sha256(file.content + file.fault.encode()).hexdigest() for name, file in files.items()}
    needs = {name: set(_needs(folder, file, files.__contains__)) & files.keys() for name, file in files.items()}
    return {name: _digest((n, digests[n]) for n in sorted(_reach(name, needs))) for name in files}


def _reach(start: str, needs: dict[str, set[str]]) -> set[str]:
    reached, waiting = {start}, [start]
    while waiting:
        new = needs[waiting.pop()] & needs.keys() - reached
        reached |= new
        waiting += new
    return reached


def _package(folder: Path, files: dict[str, SourceFile]) -> str:
    contents = ((name, hashlib.sha256(file.content).hexdigest()) for name, file in sorted(files.items()))
    return f"definitions_{_digest([(str(folder), ''), *contents])}"


def _digest(parts: Iterable[tuple[str, str]]) -> str:
    return hashlib.sha256(repr(list(parts)).encode()).hexdigest()[:16]
