"""What a file imports, read from its text: nothing is run to find out which files belong together.

Only statements are looked at: most of a text are expressions, an import is never in one, and every process reads its definitions.
"""

from __future__ import annotations

import ast
import sys
from collections import deque
from collections.abc import Callable, Iterator

__all__ = ["OWN", "Localise", "mentions"]

OWN = frozenset(sys.stdlib_module_names | {"lexiconsole"})
"""Names that always mean what they mean everywhere; a file of that name is reached with `from . import`."""


def mentions(tree: ast.Module, package: str) -> Iterator[tuple[str, bool]]:
    """Every module that the text may import, as (dotted name, True when it was written without dots).

    `package` is the dotted place of the file within its folder, "" at the top. `from a import b` mentions both `a` and
    `a.b`, because `b` may be a file.
    """
    for node in _statements(tree):
        match node:
            case ast.Import():
                for alias in node.names:
                    yield alias.name, True
            case ast.ImportFrom(level=0, module=str(module)):
                yield module, True
                for alias in node.names:
                    yield f"{module}.{alias.name}", True
            case ast.ImportFrom():
                base = _above(package, node.level - 1)
                if base is not None:
                    start = _join(base, node.module or "")
                    if start:
                        yield start, False
                    for alias in node.names:
                        yield _join(start, alias.name), False


class Localise(ast.NodeTransformer):
    """Turns `from shop import x`, where shop is a file of the folder, into an import of this version of that file.

    `local` gives the name within the folder ("" for the folder itself) or None for everything else.
    """

    def __init__(self, package: str, local: Callable[[str], str | None]) -> None:
        self._package, self._local = package, local

    def generic_visit(self, node: ast.AST) -> ast.AST:
        return node if isinstance(node, ast.expr) else super().generic_visit(node)

    def visit_ImportFrom(self, node: ast.ImportFrom) -> ast.ImportFrom:
        name = self._local(node.module) if node.level == 0 and node.module else None
        if name is not None:
            node.module = _join(self._package, name)
        return node

    def visit_Import(self, node: ast.Import) -> list[ast.stmt]:
        names = [ast.copy_location(bound, alias) for alias in node.names for bound in self._bound(alias)]
        return [ast.copy_location(ast.Import([name]), node) for name in names]

    def _bound(self, alias: ast.alias) -> Iterator[ast.alias]:
        name = self._local(alias.name)
        if not name or (name != alias.name and not alias.asname):
            yield alias
        elif alias.asname:
            yield ast.alias(_join(self._package, name), alias.asname)
        else:  # `import kit.db` imports kit.db and binds kit
            top = name.partition(".")[0]
            yield ast.alias(_join(self._package, name), top)
            yield ast.alias(_join(self._package, top), top)


def _statements(tree: ast.AST) -> Iterator[ast.AST]:
    """In the order of `ast.walk`."""
    waiting: deque[ast.AST] = deque([tree])
    while waiting:
        node = waiting.popleft()
        yield node
        for name in node._fields:
            inner = getattr(node, name, None)
            if (
                isinstance(inner, list)
                and inner
                and isinstance(inner[0], ast.stmt | ast.excepthandler | ast.match_case)
            ):
                waiting.extend(inner)


def _above(package: str, levels: int) -> str | None:
    parts = package.split(".") if package else []
    return ".".join(parts[: len(parts) - levels]) if levels <= len(parts) else None


def _join(start: str, end: str) -> str:
    return f"{start}.{end}" if start and end else start or end
