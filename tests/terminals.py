"""What stands on a terminal: pyte's screen and stream, in a third of their time.

A console writes mostly short texts between orders for colours and places. pyte takes such an order a character at a time, and
reads its whole screen anew for each look. Whatever is not that common goes pyte's own way: test_terminals.py compares the two.
"""

from __future__ import annotations

import re

import pyte
from pyte.screens import Char, wcwidth

__all__ = ["Screen", "Stream"]

_ORDER = re.compile(rf"\x1b\[([0-9;]*)([{re.escape(''.join(pyte.Stream.csi))}])")


class Screen(pyte.Screen):
    def __init__(self, columns: int, lines: int) -> None:
        self._texts: list[str] = []
        self._narrow: set[str] = set()
        self._inks: dict[tuple[Char, tuple[int, ...]], Char] = {}
        super().__init__(columns, lines)

    @property
    def display(self) -> list[str]:
        """Only lines that something was written on since the last look are read again. (pyte's fails at the half of a wide character.)"""
        self._texts = self._texts[: self.lines] + [""] * (self.lines - len(self._texts))
        for y in self.dirty:
            if y < self.lines:
                self._texts[y] = self._text(y)
        self.dirty.clear()
        return list(self._texts)

    def _text(self, y: int) -> str:
        line, parts, x = self.buffer[y], [], 0
        while x < self.columns:
            parts.append(line[x].data)
            x += 1 if parts[-1] in self._narrow else max(1, wcwidth(parts[-1][:1]))
        return "".join(parts)

    def draw(self, data: str) -> None:
        """A text of one cell a character that stays on its line."""
        cursor, end = self.cursor, self.cursor.x + len(data)
        common = not self.charset and self.g0_charset is pyte.charsets.LAT1_MAP and pyte.modes.IRM not in self.mode
        if not common or cursor.x == self.columns or end > self.columns or not self._fits(data):
            self.dirty.update(range(cursor.y)[-1:])  # an accent at a line's begin belongs to what stands before it
            super().draw(data)
            return
        line, ink = self.buffer[cursor.y], cursor.attrs[1:]
        for x, char in enumerate(data, cursor.x):
            line[x] = Char._make((char, *ink))
        cursor.x = end
        self.dirty.add(cursor.y)

    def _fits(self, data: str) -> bool:
        if not self._narrow.issuperset(data):
            self._narrow.update(char for char in data if wcwidth(char) == 1)
        return self._narrow.issuperset(data)

    def select_graphic_rendition(self, *attrs: int, private: bool = False) -> None:
        key = (self.cursor.attrs, attrs)
        if private or key not in self._inks:
            super().select_graphic_rendition(*attrs, **({"private": True} if private else {}))
        if not private:
            self.cursor.attrs = self._inks.setdefault(key, self.cursor.attrs)


class Stream(pyte.ByteStream):
    def feed(self, data: bytes) -> None:
        text, at = self.utf8_decoder.decode(data), 0
        assert self.listener is not None
        for order in _ORDER.finditer(text):
            self._slowly(text[at : order.start()])
            at = order.end()
            if not self._taking_plain_text:  # in the midst of something else
                self._slowly(order.group())
                continue
            given = [min(int(number or 0), 9999) for number in order[1].split(";")]
            getattr(self.listener, self.csi[order[2]])(*given)
        self._slowly(text[at:])

    def _slowly(self, text: str) -> None:
        super(pyte.ByteStream, self).feed(text)
