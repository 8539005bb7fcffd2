"""Writes folders of definitions for the tests of the catalogue."""

from pathlib import Path
from textwrap import dedent

HEAD = """\
from lexiconsole.durable.definition import Definition as _Definition
from lexiconsole.durable.outline import Outline as _Outline
from lexiconsole.types import ModelKind as _Kind
def _flow(name, build=lambda value: None, **more):
    def tie(thing):
        thing.__definition__ = _Definition(name, _Kind.WORKFLOW, build, **more)
        return thing
    return tie
"""
"""Eight lines before a file's own first line, which is the ninth."""

FIRST = HEAD.count("\n") + 1


class Folder:
    """A folder of definition files. `write` puts HEAD before the text; `raw` does not."""

    def __init__(self, path: Path) -> None:
        path.mkdir(parents=True, exist_ok=True)
        self.path = path

    def write(self, name: str, text: str) -> Path:
        return self.raw(name, HEAD + dedent(text).lstrip("\n"))

    def raw(self, name: str, text: str) -> Path:
        file = self.path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
        return file

    def flow(self, file: str, name: str, returns: str = "1") -> Path:
        return self.write(file, f'@_flow("{name}")\ndef {name}():\n    return {returns}\n')
