"""The catalogue: every definition of some folders by name, what is wrong with the rest, and what a reload changed."""

from __future__ import annotations

import ast
import threading
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import NamedTuple

from lexiconsole.catalog.capture import quiet
from lexiconsole.catalog.collecting import Found, collect
from lexiconsole.catalog.importing import import_file
from lexiconsole.catalog.problems import Problem, ProblemKind, problem_of
from lexiconsole.catalog.snapshot import Reader, Snapshot, SourceFile
from lexiconsole.durable.definition import Definition, Source
from lexiconsole.errors import DefinitionError, NotFoundError

__all__ = ["Catalog", "Changes", "DefinitionFile"]


@dataclass(frozen=True, slots=True)
class DefinitionFile:
    """One file of a folder of definitions: the names it gives, and what is wrong with it.

    With a problem that is `kept` the names are those of its last good version. `helpers` are the files of the folder that
    it imports.
    """

    path: Path
    names: tuple[str, ...] = ()
    problems: tuple[Problem, ...] = ()
    helpers: tuple[Path, ...] = ()


@dataclass(frozen=True, slots=True)
class Changes:
    """What a reload did: names of definitions, and the problems that are new. False when nothing happened."""

    added: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    broken: tuple[Problem, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.added or self.changed or self.removed or self.broken)


@dataclass(frozen=True, slots=True)
class _File:
    """One file of definitions. `tried` is the fingerprint last imported, `good` the one that `found` comes from.

    `texts` are the file itself and those of its folder that it imports, as they were then.
    """

    tried: str
    good: str = ""
    found: tuple[Found, ...] = ()
    problems: tuple[Problem, ...] = ()
    printed: str = ""
    texts: tuple[SourceFile, ...] = ()


class _Known(NamedTuple):
    """A definition, the fingerprint of its file, and the texts that it is written in."""

    definition: Definition
    fingerprint: str
    texts: tuple[SourceFile, ...]


@dataclass(frozen=True, slots=True)
class _State:
    """What is known at one moment; replaced as a whole, so readers on other threads never see half of it."""

    files: dict[Path, _File]
    known: dict[str, _Known]
    problems: tuple[Problem, ...]
    clashes: dict[str, Problem]


class Catalog:
    """Definitions from the .py files of some folders whose names do not begin with `_`. See `importing.py` for how.

    Whatever a file does, it can only take itself out of the catalogue. Safe to use from several threads.
    """

    def __init__(self, places: Iterable[Path | str]) -> None:
        absolute = (Path(place).expanduser().absolute() for place in places)
        self.places = tuple({_real(place): place for place in absolute}.values())
        self._reader = Reader()
        self._reloading = threading.Lock()
        self._state = _State({}, {}, (), {})
        self.revision = 0
        """How often a reload found something else than was known."""

    @classmethod
    def load(cls, places: Iterable[Path | str]) -> Catalog:
        """Imports the files of the folders; a place may also be one file. Never raises for what is in them."""
        catalog = cls(places)
        catalog.reload()
        return catalog

    @property
    def definitions(self) -> tuple[Definition, ...]:
        """Those that can be run, by name."""
        return tuple(known.definition for _, known in sorted(self._state.known.items()))

    @property
    def problems(self) -> tuple[Problem, ...]:
        return self._state.problems

    @property
    def printed(self) -> dict[str, str]:
        """What files printed while they were imported, by file."""
        return {str(path): file.printed for path, file in self._state.files.items() if file.printed}

    @property
    def files(self) -> tuple[DefinitionFile, ...]:
        """Every file that was looked into, also those that can not be loaded, by folder and name."""
        return tuple(
            DefinitionFile(
                path,
                tuple(found.definition.name for found in file.found),
                file.problems,
                tuple(text.path for text in file.texts if text.path != path and text.content),
            )
            for path, file in self._state.files.items()
        )

    @property
    def moved(self) -> bool:
        """Whether a reload would find something else than is known; looks at the names and times of files only."""
        return any(self._reader.moved(place) for place in self.places)

    def get(self, name: str) -> Definition:
        """Raises NotFoundError with the nearest name, DefinitionError when several definitions bear that name."""
        return self._find(name).definition

    def fingerprint(self, name: str) -> str:
        """Sixteen hex digits that change when the definition's file, or one of the folder it imports, does."""
        return self._find(name).fingerprint

    def sources(self, name: str) -> dict[str, ast.Module]:
        """The trees of the files that the definition is written in, by path, as they were when it was loaded."""
        return {str(text.path): text.tree() for text in self._find(name).texts if text.content}

    def reload(self) -> Changes:
        """Imports what changed since last time. A file that fails now keeps the version that last worked, and says so."""
        with self._reloading:
            before = self._state
            files: dict[Path, _File] = {}
            troubles: list[Problem] = []
            for place in self.places:
                snapshot = self._reader.snapshot(place)
                if snapshot.fault:
                    kept = {path: file for path, file in before.files.items() if path.parent == _real(place)}
                    files |= kept
                    troubles.append(Problem(str(place), 0, snapshot.fault, kept=bool(kept)))
                for name in snapshot.roots:
                    path = _real(snapshot.files[name].path)
                    if path not in files:  # the same file over two ways is one file
                        files[path] = _renewed(snapshot, name, before.files.get(path))
            self._state = _state(files, troubles)
            tried = [{path: file.tried for path, file in each.items()} for each in (before.files, files)]
            if tried[0] != tried[1] or before.problems != self._state.problems:
                self.revision += 1
            return _changes(before, self._state)

    def _find(self, name: str) -> _Known:
        state = self._state
        if name in state.known:
            return state.known[name]
        if name in state.clashes:
            raise DefinitionError(str(state.clashes[name]))
        broken = [problem for problem in state.problems if problem.kind is ProblemKind.BROKEN and not problem.kept]
        hint = f"it may be in a file that is broken: {broken[0]}" if broken else ""
        raise NotFoundError("definition", name, state.known, hint=hint)


def _renewed(snapshot: Snapshot, name: str, before: _File | None) -> _File:
    """The file as it is now; what is known of it when it did not change."""
    fingerprint = snapshot.fingerprints[name]
    if before is not None and before.tried == fingerprint:
        return before
    now = _imported(snapshot, name, fingerprint)
    if before is None or not before.good or not now.problems:
        return now
    kept = tuple(replace(problem, kept=True) for problem in now.problems)
    return replace(before, tried=fingerprint, problems=kept)


def _imported(snapshot: Snapshot, name: str, fingerprint: str) -> _File:
    file = snapshot.files[name]
    if file.fault:
        return _File(fingerprint, problems=(Problem(str(file.path), 0, file.fault),))
    with quiet() as printed:
        try:
            module = import_file(snapshot, name)
            found, problems = collect(module, file, snapshot)
        except KeyboardInterrupt:
            raise
        except BaseException as fault:  # sys.exit() and anything else that a file may come up with
            problem = problem_of(fault, file.path)
            return _File(fingerprint, problems=(problem,), printed=printed.getvalue())
    texts = tuple(snapshot.meant_by(name))
    return _File(fingerprint, fingerprint, tuple(found), tuple(problems), printed.getvalue(), texts)


def _state(files: dict[Path, _File], troubles: list[Problem]) -> _State:
    """Definitions by name; a name that two bear is a problem at both places, and none of them can be run."""
    bearers: dict[str, dict[int, _Known]] = {}
    problems = list(troubles)
    for file in files.values():
        problems += file.problems
        for found in file.found:
            several = bearers.setdefault(found.definition.name, {})
            if found.made or id(found.mark) not in several:
                several[id(found.mark)] = _Known(found.definition, file.good, file.texts)
    known = {name: next(iter(several.values())) for name, several in bearers.items() if len(several) == 1}
    clashes: dict[str, Problem] = {}
    for name, several in bearers.items():
        if len(several) > 1:
            at_each = _clash(name, [known.definition.source for known in several.values()])
            problems += at_each
            clashes[name] = at_each[0]
    return _State(files, known, tuple(problems), clashes)


def _clash(name: str, sources: list[Source]) -> list[Problem]:
    """One problem at each place, naming the others."""
    places = [f"{source.file}:{source.line}" for source in sources]
    return [
        Problem(
            source.file,
            source.line,
            f"{name!r} is also defined at {', '.join(place for place in places if place is not here)}; "
            "none of them can be run until each has a name of its own",
            kind=ProblemKind.CLASH,
        )
        for source, here in zip(sources, places, strict=True)
    ]


def _changes(before: _State, now: _State) -> Changes:
    both = before.known.keys() & now.known.keys()
    return Changes(
        added=tuple(sorted(now.known.keys() - before.known.keys())),
        changed=tuple(sorted(name for name in both if before.known[name].fingerprint != now.known[name].fingerprint)),
        removed=tuple(sorted(before.known.keys() - now.known.keys())),
        broken=tuple(problem for problem in now.problems if problem not in before.problems),
    )


def _real(path: Path) -> Path:
    try:
        return path.resolve()
    except (OSError, RuntimeError):  # a loop of links: it stands for itself
        return path
