"""Calls that hold up the event loop, found by reading the source: no other step of any run moves while they last."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass, field

from lexiconsole.catalog.reading import dotted, imported_names, own_nodes

__all__ = ["BlockingCall", "blocking_calls"]

_CALLS = {
    "time.sleep": "await asyncio.sleep(…) instead, or ctx.sleep(…) for a wait that survives a restart",
    "input": "ask with ctx.ask(…) instead",
    "os.system": "",
    "os.popen": "",
    "os.wait": "",
    "os.waitpid": "",
    "urllib.request.urlopen": "",
    "urllib.request.urlretrieve": "",
    "sqlite3.connect": "",
    "psycopg.connect": "",
    "psycopg2.connect": "",
    "pymysql.connect": "",
    "MySQLdb.connect": "",
    "smtplib.SMTP": "",
    "smtplib.SMTP_SSL": "",
    "ftplib.FTP": "",
    "socket.create_connection": "",
    "socket.getaddrinfo": "",
    "socket.gethostbyname": "",
    "select.select": "",
    "shutil.copyfile": "",
    "shutil.copytree": "",
    "shutil.rmtree": "",
    "shutil.make_archive": "",
    "shutil.unpack_archive": "",
}
"""Calls by full name, and what to do instead; "" is the general advice."""

_CALLS |= {
    f"subprocess.{name}": "" for name in ("run", "call", "check_call", "check_output", "getoutput", "getstatusoutput")
}
_CALLS |= {
    f"{library}.{name}": ""
    for library in ("requests", "httpx")
    for name in ("get", "post", "put", "patch", "delete", "head", "options", "request", "stream")
}

_FILES = {"open", "io.open", "gzip.open", "bz2.open", "lzma.open", "zipfile.ZipFile", "tarfile.open"}
_FILE_METHODS = {"read_text", "read_bytes", "write_text", "write_bytes"}

_ADVICE = "write the step as a plain `def`, then it runs in a thread of its own"


@dataclass(frozen=True, slots=True)
class BlockingCall:
    """`line` is where the async function makes the call; `through` names the plain functions that it goes through."""

    line: int
    function: str
    call: str
    advice: str
    through: tuple[str, ...] = ()
    file_only: bool = False


def blocking_calls(tree: ast.Module) -> Iterator[BlockingCall]:
    """Those in the async functions of a file, also through plain functions and methods of the same file."""
    reader = _Reader(imported_names(tree))
    reader.learn(tree)
    for function, owner in reader.asyncs:
        seen: set[tuple[int, str]] = set()
        for found in reader.found_in(function, owner, ()):
            if (found.line, found.call) not in seen:
                seen.add((found.line, found.call))
                yield BlockingCall(found.line, function.name, found.call, found.advice, found.through, found.file_only)


@dataclass(slots=True)
class _Reader:
    """`plain` are the file's functions that are not async, by class ("" for none) and name."""

    imports: dict[str, str]
    plain: dict[tuple[str, str], ast.FunctionDef] = field(default_factory=dict)
    asyncs: list[tuple[ast.AsyncFunctionDef, str]] = field(default_factory=list)
    defined: set[str] = field(default_factory=set)

    def learn(self, node: ast.AST, owner: str = "", *, nested: bool = False) -> None:
        for child in ast.iter_child_nodes(node):
            match child:
                case ast.ClassDef():
                    self.learn(child, child.name)
                case ast.FunctionDef():
                    if not nested and not _yields(child):
                        self.plain[owner, child.name] = child
                    self._define(child.name, owner)
                    self.learn(child, owner, nested=True)
                case ast.AsyncFunctionDef():
                    self.asyncs.append((child, owner))
                    self._define(child.name, owner)
                    self.learn(child, owner, nested=True)
                case _:
                    self.learn(child, owner, nested=nested)

    def _define(self, name: str, owner: str) -> None:
        if not owner:
            self.defined.add(name)

    def found_in(
        self, function: ast.FunctionDef | ast.AsyncFunctionDef, owner: str, through: tuple[str, ...]
    ) -> Iterator[BlockingCall]:
        """Calls that block in the function's own lines, nested functions left out."""
        awaited = {id(node.value) for node in own_nodes(function) if isinstance(node, ast.Await)}
        hidden = {argument.arg for argument in _arguments(function)}
        for node in own_nodes(function):
            if not isinstance(node, ast.Call) or id(node) in awaited:
                continue
            name = self._full_name(node.func, hidden)
            if name in _CALLS:
                yield BlockingCall(node.lineno, function.name, name, _CALLS[name] or _ADVICE, through)
            elif name in _FILES or (isinstance(node.func, ast.Attribute) and node.func.attr in _FILE_METHODS):
                said = name if name in _FILES else ast.unparse(node.func)
                yield BlockingCall(node.lineno, function.name, said, _ADVICE, through, file_only=True)
            else:
                yield from self._through(node, owner, hidden, through)

    def _through(
        self, node: ast.Call, owner: str, hidden: set[str], through: tuple[str, ...]
    ) -> Iterator[BlockingCall]:
        """What a plain function of this file does that is called here; told at the line of the call."""
        called = node.func
        if isinstance(called, ast.Name) and called.id not in hidden:
            key = ("", called.id)
        elif isinstance(called, ast.Attribute) and isinstance(called.value, ast.Name) and called.value.id == "self":
            key = (owner, called.attr)
        else:
            return
        inner = self.plain.get(key)
        if inner is None or inner.name in through:
            return
        for found in self.found_in(inner, key[0], (*through, inner.name)):
            yield BlockingCall(node.lineno, found.function, found.call, found.advice, found.through, found.file_only)

    def _full_name(self, called: ast.expr, hidden: set[str]) -> str:
        """The dotted name with the import behind its first part; "" for what is no plain name, or hides an import."""
        name = dotted(called)
        first, _, rest = name.partition(".")
        if not name or first in hidden:
            return ""
        if first in self.imports:
            return f"{self.imports[first]}.{rest}" if rest else self.imports[first]
        builtin = first in {"open", "input"} and not rest and first not in self.defined
        return first if builtin else ""


def _arguments(function: ast.FunctionDef | ast.AsyncFunctionDef) -> list[ast.arg]:
    given = function.args
    return [*given.posonlyargs, *given.args, *given.kwonlyargs, *filter(None, (given.vararg, given.kwarg))]


def _yields(function: ast.FunctionDef) -> bool:
    return any(isinstance(node, ast.Yield | ast.YieldFrom) for node in own_nodes(function))
