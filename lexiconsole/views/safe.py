"""Makes any text harmless for a terminal: what could move the cursor, recolour or reorder the screen becomes visible.

Escape sequences, C0 and C1 controls, bidirectional overrides, invisible tags, line separators and lone surrogates are
written as `\\x1b`, `\\u202e` and the like, so that nothing is hidden and nothing acts.
"""

from __future__ import annotations

import re

__all__ = ["harmless", "harmless_lines", "harmless_sentence"]

_ACTING = (
    "\x00-\x1f\x7f-\x9f"  # C0, DEL, C1
    "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"  # direction marks, embeddings, overrides, isolates
    "\u2028\u2029"  # line and paragraph separators
    "\u200b\u2060-\u2064\ufeff"  # invisible spaces and operators
    "\ufff9-\ufffb\U000e0000-\U000e007f"  # interlinear annotations, tags
    "\ud800-\udfff"  # lone surrogates
)
_LINE = re.compile(f"[{_ACTING}]")
_BREAK = re.compile(r"(:?)[ \t]*\r?\n\s*")


def harmless(text: str) -> str:
    """One line that a terminal shows and nothing more; newlines and tabs become `\\n` and `\\t` too."""
    return _LINE.sub(_visible, text)


def harmless_lines(text: str) -> list[str]:
    """The lines of a longer text, each harmless; tabs become spaces, a carriage return before a newline goes."""
    return [harmless(line.removesuffix("\r").expandtabs(4)) for line in text.split("\n")]


def harmless_sentence(text: str) -> str:
    """What a fault says, in one line that reads well: a list under a colon goes on behind it, other lines behind a semicolon."""
    return harmless(_BREAK.sub(lambda found: ": " if found[1] else "; ", text.strip()))


_NAMES = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}


def _visible(match: re.Match[str]) -> str:
    sign = match.group()
    if sign in _NAMES:
        return _NAMES[sign]
    code = ord(sign)
    if code <= 0xFF:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"
