"""Long lines on a terminal: broken between words, and what follows stands under the column that was broken."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from typing import TextIO

from lexiconsole.views.cells import cell_width

__all__ = ["fitted", "wrapped"]

_COLOUR = re.compile(r"\x1b\[[0-9;]*m")
_WORD = re.compile(r"(\s*)((?:\x1b\[[0-9;]*m|\S)+)(\x1b\[[0-9;]*m)*")
_RESET = "\x1b[0m"


def fitted(text: str, stream: TextIO) -> str:
    """The line as the stream shows it best: wrapped on a terminal, as it is everywhere else."""
    if not stream.isatty():
        return text
    return "\n".join(wrapped(text, shutil.get_terminal_size().columns))


def wrapped(text: str, width: int) -> list[str]:
    """The line in pieces of at most `width` cells, colours kept; a word that is longer than a piece is left to the terminal."""
    if width < 20 or _cells(text) <= width:
        return [text]
    indent = _hanging(_COLOUR.sub("", text), width)
    lines, line, used, colour = [], "", 0, ""
    for space, word in _words(text):
        length = _cells(word)
        if used and used + len(space) + length > width and length <= width - indent:
            lines.append(line + (_RESET if colour else ""))
            line, used = " " * indent + colour + word, indent + length
        else:
            line, used = line + space + word, used + len(space) + length
        colour = _colour_after(word, colour)
    return [*lines, line]


def _words(text: str) -> Iterator[tuple[str, str]]:
    for match in _WORD.finditer(text):
        yield match.group(1), match.group(0)[len(match.group(1)) :]


def _hanging(plain: str, width: int) -> int:
    """Where the next line begins: under the last column that starts in the left half, else a little further in."""
    starts = [match.end() for match in re.finditer(r"\S\s{2,}(?=\S)", plain)]
    own = len(plain) - len(plain.lstrip())
    return max((cell_width(plain[:at]) for at in starts if cell_width(plain[:at]) <= width // 2), default=own + 2)


def _colour_after(word: str, before: str) -> str:
    found = _COLOUR.findall(word)
    if not found:
        return before
    return "" if found[-1] == _RESET else str(found[-1])


def _cells(text: str) -> int:
    return cell_width(_COLOUR.sub("", text))
