"""Quick fixes: what can be put right in a definition's file without changing what its author means.

There is one only where the way out is plain: a missing colon, a name that is nearly one that exists, a call that blocks and
can be handed to a thread as it stands. A compensation, a due time or a word about itself only the author can give.
"""

from __future__ import annotations

import ast
import difflib
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from lexiconsole.catalog.finding import Finding
from lexiconsole.catalog.parsing import parsed
from lexiconsole.catalog.reading import dotted, imported_names, own_nodes
from lexiconsole.errors import RefusedError
from lexiconsole.replacing import replace_file

__all__ = ["Fix", "apply", "fix_of"]


@dataclass(frozen=True, slots=True)
class Fix:
    """What a file would be. `title` says what changes, in a few words; it is applied only while the file is `before`."""

    title: str
    file: str
    before: str
    after: str

    def diff(self) -> list[str]:
        """The lines that change, with one line around them: `-` and `+` in front, a space for what stays."""
        lines = difflib.unified_diff(self.before.splitlines(), self.after.splitlines(), lineterm="", n=1)
        return [line for line in lines if not line.startswith(("---", "+++"))]


_Edit: TypeAlias = tuple[int, int, str]
"""From one place in the text to another, and what stands there then."""


def fix_of(finding: Finding, text: str) -> Fix | None:
    """The safe way out of a finding in a file of that text; None when there is none. What it gives is Python again."""
    make = _MAKERS.get(finding.code)
    found = make(finding, text) if make is not None else None
    if found is None:
        return None
    title, edits = found
    after = text
    for start, end, new in sorted(edits, reverse=True):
        after = after[:start] + new + after[end:]
    return Fix(title, finding.file, text, after) if after != text and _reads(after) else None


def apply(fix: Fix) -> None:
    """Writes the file, as a whole or not at all. Raises RefusedError when it is another one by now, OSError."""
    path = Path(fix.file)
    if path.read_bytes().decode("utf-8") != fix.before:
        raise RefusedError(f"{fix.file} was changed meanwhile; nothing was written, look at it again")
    replace_file(path, fix.after)


_Found: TypeAlias = tuple[str, list[_Edit]] | None


def _colon(finding: Finding, text: str) -> _Found:
    if "expected ':'" not in finding.message or not finding.line:
        return None
    starts = _starts(text)
    lines = _lines(text)
    line = lines[finding.line - 1].rstrip("\r\n") if finding.line <= len(lines) else ""
    code = re.sub(r"\s*(#[^'\"]*)?$", "", line)
    place = starts[finding.line - 1] + len(code)
    return ("add the missing colon", [(place, place, ":")]) if code else None


_NEARLY = re.compile(
    r"(?:names|has no method) '([^']+)'(?:, which is no (?:node|step)| to undo \S+); did you mean '([^']+)'\?"
)


def _nearly(finding: Finding, text: str) -> _Found:
    """A name that nothing bears and one that is nearly it; not where the file gives the wrong one to something."""
    said = _NEARLY.search(finding.message)
    tree = _tree(text)
    if said is None or tree is None:
        return None
    wrong, right = said.groups()
    if any(_names(node, wrong) for node in ast.walk(tree)):
        return None
    places, pieces = _Places(text), _pieces(tree)
    edits = [
        (*places.of(node), repr(right) if text[places.of(node)[0]] == "'" else f'"{right}"')
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and node.value == wrong and id(node) not in pieces
    ]
    return (f"write {right} for {wrong}", edits) if edits else None


def _names(node: ast.AST, wrong: str) -> bool:
    """Whether it is a call that makes something of that name."""
    if not isinstance(node, ast.Call):
        return False
    name = node.func.attr if isinstance(node.func, ast.Attribute) else dotted(node.func)
    given = [*node.args[:1], *(keyword.value for keyword in node.keywords if keyword.arg == "name")]
    return name not in {"add_edge", "WorkflowEdge", "set_entry", "set_terminal"} and any(
        isinstance(each, ast.Constant) and each.value == wrong for each in given
    )


_KEPT_BY_THREAD = ("sqlite3.", "psycopg", "pymysql.", "MySQLdb.", "smtplib.", "ftplib.", "socket.create", "select.")
"""What such calls give back is used on, and would block or fail where it is used."""

_NO_THREAD = frozenset({"input", "requests.stream", "httpx.stream", "os.popen"})


def _unblocked(finding: Finding, text: str) -> _Found:
    """The call on a thread; `time.sleep` as the loop's own sleep."""
    tree = _tree(text)
    if tree is None or ") through " in finding.message:
        return None
    names = imported_names(tree)
    if names.get("asyncio", "asyncio") != "asyncio":
        return None
    found = next(_calls_meant(tree, names, finding), None)
    if found is None:
        return None
    call, name, tight = found
    places = _Places(text)
    start, end = places.of(call)
    _, behind = places.of(call.func)
    given = text[behind:end].lstrip()
    if not given.startswith("("):
        return None
    function, rest = text[places.of(call.func)[0] : behind], given[1:]
    if name == "time.sleep":
        new, title = f"await asyncio.sleep({rest}", "wait with asyncio.sleep"
    else:
        comma = "" if rest.strip() == ")" else ", "
        new, title = f"await asyncio.to_thread({function}{comma}{rest}", "call it on a thread with asyncio.to_thread"
    edits: list[_Edit] = [(start, end, f"({new})" if tight else new)]
    if "asyncio" not in imported_names(ast.Module([node for node in tree.body if _imports(node)], [])):
        edits.append(_import_of(tree, text))
    return title, edits


def _imports(node: ast.stmt) -> bool:
    return isinstance(node, ast.Import | ast.ImportFrom)


def _pieces(tree: ast.Module) -> set[int]:
    """What stands in f-strings: before Python 3.12 nobody knows where."""
    return {id(part) for node in ast.walk(tree) if isinstance(node, ast.JoinedStr) for part in ast.walk(node)}


def _calls_meant(tree: ast.Module, names: dict[str, str], finding: Finding) -> Iterator[tuple[ast.Call, str, bool]]:
    """The call that a finding is about, its full name, and whether it is part of something that binds tighter than await."""
    pieces = _pieces(tree)
    for function in ast.walk(tree):
        if not isinstance(function, ast.AsyncFunctionDef):
            continue
        nodes = list(own_nodes(function))
        inside = {id(child) for node in nodes if isinstance(node, ast.GeneratorExp) for child in ast.walk(node)}
        used = {id(item.context_expr) for node in nodes if isinstance(node, ast.With) for item in node.items}
        tight = {id(part) for node in nodes for part in _held(node)}
        for node in nodes:
            if not isinstance(node, ast.Call) or node.lineno != finding.line or id(node) in pieces | inside | used:
                continue
            first, _, rest = dotted(node.func).partition(".")
            name = ".".join(filter(None, (names.get(first, first), rest)))
            said = name if name and name in finding.message else ast.unparse(node.func)
            meant = f"{function.name}() is async and calls {said}();" in finding.message
            if meant and name not in _NO_THREAD and not name.startswith(_KEPT_BY_THREAD) and not _opens(name):
                yield node, name, id(node) in tight


def _opens(name: str) -> bool:
    """Reading what was opened would block as well."""
    return name.rpartition(".")[2] in {"open", "ZipFile"}


def _held(node: ast.AST) -> list[ast.AST]:
    match node:
        case ast.Attribute(value=value) | ast.Subscript(value=value) | ast.Call(func=value):
            return [value]
        case ast.BinOp(op=ast.Pow(), left=left):
            return [left]
        case _:
            return []


def _import_of(tree: ast.Module, text: str) -> _Edit:
    """`import asyncio` in front of the first import, or of the first line of code."""
    body = tree.body[1:] if ast.get_docstring(tree, clean=False) is not None else tree.body
    future = [node for node in body if isinstance(node, ast.ImportFrom) and node.module == "__future__"]
    after = body[body.index(future[-1]) + 1 :] if future else body
    starts = _starts(text)
    if not after:
        return (len(text), len(text), "\nimport asyncio\n")
    first = after[0]
    line = min([first.lineno, *(each.lineno for each in getattr(first, "decorator_list", []))])
    gap = "" if _imports(first) else "\n\n"
    return (starts[line - 1], starts[line - 1], f"import asyncio\n{gap}")


_MAKERS: dict[str, Callable[[Finding, str], _Found]] = {
    "LX001": _colon,
    "LX004": _nearly,
    "LX007": _nearly,
    "LX015": _unblocked,
    "LX016": _unblocked,
}


class _Places:
    """Where a node of the tree stands in the text; the tree counts bytes."""

    def __init__(self, text: str) -> None:
        self._starts = _starts(text)
        self._lines = [line.encode("utf-8") for line in _lines(text)]

    def of(self, node: ast.expr) -> tuple[int, int]:
        end_line, end = node.end_lineno or node.lineno, node.end_col_offset or node.col_offset
        return self._place(node.lineno, node.col_offset), self._place(end_line, end)

    def _place(self, line: int, column: int) -> int:
        return self._starts[line - 1] + len(self._lines[line - 1][:column].decode("utf-8"))


def _starts(text: str) -> list[int]:
    """Where each line begins."""
    places = [0]
    for line in _lines(text):
        places.append(places[-1] + len(line))
    return places


def _lines(text: str) -> list[str]:
    """With their ends, as Python counts them: other separators are part of a line."""
    return re.findall(r"[^\n]*\n|[^\n]+", text)


def _tree(text: str) -> ast.Module | None:
    try:
        return parsed(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def _reads(text: str) -> bool:
    return _tree(text) is not None
