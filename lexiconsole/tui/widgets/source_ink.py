"""The colours of Python source: which part of each line is a word of the language, a string, a comment, a name."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, TypeAlias

from lexiconsole.tui.ink import ink
from lexiconsole.types import RunStatus
from lexiconsole.views.safe import harmless_lines
from lexiconsole.views.words import RUN_LOOKS

if TYPE_CHECKING:
    from rich.style import Style

    from lexiconsole.tui.palettes import Palette

__all__ = ["Coloured", "Role", "coloured", "style_of"]


class Role(StrEnum):
    PLAIN = "plain"
    WORD = "word"
    TEXT = "text"
    REMARK = "remark"
    NAME = "name"
    NUMBER = "number"


Coloured: TypeAlias = tuple[tuple[tuple[str, Role], ...], ...]
"""For each line its parts, from left to right."""


def coloured(text: str) -> Coloured:
    """Every line of the text, also of one that is no Python. Takes some milliseconds: call it on a thread."""
    from pygments.lexers.python import PythonLexer  # type: ignore[import-untyped]

    lines: list[list[tuple[str, Role]]] = [[]]
    for token, part in PythonLexer(stripnl=False, ensurenl=False).get_tokens("\n".join(harmless_lines(text))):
        role = _role(str(token))
        for number, piece in enumerate(part.split("\n")):
            if number:
                lines.append([])
            if piece:
                lines[-1].append((piece, role))
    return tuple(tuple(line) for line in lines)


def _role(token: str) -> Role:
    for start, role in _ROLES:
        if token.startswith(start):
            return role
    return Role.PLAIN


_ROLES = (
    ("Token.Keyword", Role.WORD),
    ("Token.Operator.Word", Role.WORD),
    ("Token.Comment", Role.REMARK),
    ("Token.Literal.String", Role.TEXT),
    ("Token.Literal.Number", Role.NUMBER),
    ("Token.Name.Function", Role.NAME),
    ("Token.Name.Class", Role.NAME),
    ("Token.Name.Decorator", Role.NAME),
)


def style_of(role: Role, palette: Palette) -> Style:
    match role:
        case Role.WORD:
            return ink(palette.accent)
        case Role.TEXT:
            return ink(palette.state(RUN_LOOKS[RunStatus.COMPLETED]))
        case Role.REMARK:
            return ink(palette.dim, italic=True)
        case Role.NAME:
            return ink(palette.bright, bold=True)
        case Role.NUMBER:
            return ink(palette.gold)
        case Role.PLAIN:
            return ink(palette.text)
