"""Checks that need no run: whether each definition holds together, and does what its author believes it does."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lexiconsole.catalog.blocking import blocking_calls
from lexiconsole.catalog.capture import quiet
from lexiconsole.catalog.catalog import Catalog
from lexiconsole.catalog.finding import Finding
from lexiconsole.catalog.graphs import graph_in, graph_problems, keys_returned
from lexiconsole.catalog.people import questions_without_due
from lexiconsole.catalog.picture import holes
from lexiconsole.catalog.problems import ProblemKind, problem_of
from lexiconsole.catalog.reading import dotted
from lexiconsole.catalog.sagas import lost_attributes, place_of, undone_by_nothing
from lexiconsole.durable.definition import Definition, Model
from lexiconsole.errors import InvalidInputError
from lexiconsole.saga import AbstractSaga
from lexiconsole.types import ModelKind

__all__ = ["check", "check_one"]

Sources = dict[str, ast.Module]
"""The trees of files by their path."""


def check(catalog: Catalog) -> list[Finding]:
    """Everything that is wrong with a catalogue, by file and line. Runs no step."""
    findings = [*_broken(catalog), *_printing(catalog)]
    sources: Sources = {}
    for definition in catalog.definitions:
        own = catalog.sources(definition.name)
        sources |= own
        findings += _checked(definition, own)
    findings += _read(sources)
    return _in_order(findings)


def check_one(catalog: Catalog, name: str) -> list[Finding]:
    """The same for one definition and the files that it is written in. Raises what `catalog.get` raises.

    What stands inside another definition of the same file is that one's business.
    """
    definition, sources = catalog.get(name), catalog.sources(name)
    others = [(other.source.file, other.source.line) for other in catalog.definitions if other.name != name]
    foreign = {file: _lines_of([line for f, line in others if f == file], tree) for file, tree in sources.items()}
    read = [finding for finding in _read(sources) if finding.line not in foreign[finding.file]]
    return _in_order([*_checked(definition, sources), *read])


def _lines_of(starts: Iterable[int], tree: ast.Module) -> set[int]:
    """All lines of the statements of a file that begin in one of these lines."""
    found: set[int] = set()
    for node in tree.body:
        decorators = getattr(node, "decorator_list", [])
        lines = range(min([node.lineno, *(each.lineno for each in decorators)]), (node.end_lineno or node.lineno) + 1)
        if any(start in lines for start in starts):
            found |= set(lines)
    return found


def _in_order(findings: Iterable[Finding]) -> list[Finding]:
    return sorted(set(findings), key=lambda finding: (finding.file, finding.line, finding.code, finding.message))


def _broken(catalog: Catalog) -> Iterator[Finding]:
    for problem in catalog.problems:
        code = "LX002" if problem.kind is ProblemKind.CLASH else "LX001"
        yield Finding.of(code, problem.file, problem.line, problem.message, traceback=problem.traceback)


def _printing(catalog: Catalog) -> Iterator[Finding]:
    for file, text in catalog.printed.items():
        first = text.strip().partition("\n")[0][:60]
        yield Finding.of("LX009", file, 0, f"prints while it is imported: {first!r}")


def _read(sources: Sources) -> Iterator[Finding]:
    """What the text of the files shows, whatever definition it belongs to."""
    for file, tree in sources.items():
        for found in blocking_calls(tree):
            code = "LX016" if found.file_only else "LX015"
            way = f" through {', '.join(f'{name}()' for name in found.through)}" if found.through else ""
            said = f"{found.function}() is async and calls {found.call}(){way}; {found.advice}"
            yield Finding.of(code, file, found.line, said)
        for line in questions_without_due(tree):
            yield Finding.of("LX012", file, line, "this question to a person has no due time")


@dataclass(frozen=True, slots=True)
class _Teller:
    """Findings about one definition, at its own place unless a better one is known."""

    definition: Definition

    def __call__(self, code: str, message: str, *, traceback: str = "", place: tuple[str, int] = ("", 0)) -> Finding:
        source = self.definition.source
        file, line = place if place[0] else (source.file, source.line)
        name = self.definition.name
        return Finding.of(code, file, line, f"{name}: {message}", name, traceback)


def _checked(definition: Definition, sources: Sources) -> Iterator[Finding]:
    tell = _Teller(definition)
    if not definition.about.strip():
        yield tell("LX008", "has no docstring; its first line is shown in lists")
    code, doing, model = "LX003", "its example does not fit its input", None
    try:
        with quiet():
            given = _example(definition)
            code, doing = "LX004", "its outline can not be made"
            outline = definition.outline()
            model = definition.build(given) if given is not _NOTHING else None
    except InvalidInputError as fault:
        fields = "; ".join(f"{field or '(input)'}: {reason}" for field, reason in fault.fields.items())
        yield tell(code, f"{doing}: {fields}")
    except KeyboardInterrupt:
        raise
    except BaseException as fault:  # a definition's own code runs here, and may do anything
        problem = problem_of(fault, Path(definition.source.file), line=definition.source.line)
        yield tell(code, f"{doing}: {problem.message}", traceback=problem.traceback)
    else:
        for hole, message in holes(outline, definition.kind):
            yield tell(hole, message)
        yield from _of_model(model, definition.kind, sources, tell)


_NOTHING: Any = object()


def _example(definition: Definition) -> Any:
    """The example as the definition's type; without one, an input made of defaults, if there is such a thing."""
    if definition.example is not None:
        return definition.validate(definition.example)
    try:
        return definition.validate(None)
    except InvalidInputError:
        return _NOTHING


def _of_model(model: Model | None, kind: ModelKind, sources: Sources, tell: _Teller) -> Iterator[Finding]:
    """What the steps themselves show, once one is built."""
    if isinstance(model, AbstractSaga):
        for name, action in undone_by_nothing(model):
            place = place_of(action)
            said = f"nothing undoes the step {name!r}; give it a compensation, or mark it pivot=True or read_only=True"
            yield tell("LX013", said, place=place if place[0] in sources else ("", 0))
        for file, line, sentence in lost_attributes(model, sources.items()):
            said = f"{sentence}; after a crash it is not set any more: return it from the action instead"
            yield tell("LX017", said, place=(file, line))
    graph = graph_in(model) if kind is ModelKind.GRAPH else None
    if graph is not None:
        finder = _finder(sources)
        source = tell.definition.source
        own = _lines_of([source.line], sources[source.file]) if source.file in sources else set()
        for code, node, message in graph_problems(graph, lambda node: keys_returned(node, finder)):
            place = _mention(node.rpartition("/")[2], sources, lambda file, line: file == source.file and line in own)
            yield tell(code, message, place=place)


def _finder(sources: Sources) -> Callable[[Callable[..., Any]], ast.AST | None]:
    """Finds the source of a function."""

    def find(call: Callable[..., Any]) -> ast.AST | None:
        file, line = place_of(call)
        tree = sources.get(file)
        for node in ast.walk(tree) if tree is not None else ():
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                first = min([node.lineno, *(each.lineno for each in node.decorator_list)])
                if first == line:
                    return node
            elif isinstance(node, ast.Lambda) and _is_body(node.body, call):
                return node
        return None

    return find


def _is_body(body: ast.expr, call: Callable[..., Any]) -> bool:
    """Whether a lambda was made of this; several may stand on one line."""
    code = getattr(call, "__code__", None)
    if code is None or code.co_name != "<lambda>":
        return False
    whole = (body.lineno, body.end_lineno, body.col_offset, body.end_col_offset)
    return whole in code.co_positions()


def _mention(name: str, sources: Sources, is_own: Callable[[str, int], bool]) -> tuple[str, int]:
    """Where a node was added: the first call that its name is given to, in the definition itself if possible, and one that
    does not only connect it.
    """
    found = [
        (not is_own(file, node.lineno), _connects(node), file, node.lineno)
        for file, tree in sources.items()
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and any(_is_text(each, name) for each in (*node.args, *_values(node)))
    ]
    return min(found)[2:] if found else ("", 0)


def _connects(call: ast.Call) -> bool:
    name = call.func.attr if isinstance(call.func, ast.Attribute) else dotted(call.func)
    return name in {"add_edge", "WorkflowEdge", "set_entry", "set_terminal"}


def _values(call: ast.Call) -> list[ast.expr]:
    return [keyword.value for keyword in call.keywords]


def _is_text(node: ast.expr, text: str) -> bool:
    return isinstance(node, ast.Constant) and node.value == text
