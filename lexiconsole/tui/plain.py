"""For terminals and fonts that can show ASCII only, whatever else is painted is replaced, cell for cell."""

from __future__ import annotations

from functools import lru_cache

from lexiconsole.views.cells import cell_width

__all__ = ["plain"]

_SIGNS = str.maketrans(
    "…·▸►◄▾▴▲▼●○◌■□✓✗⊘×«»≈‖◆◇↻→←↑↓—–−“”‘’•│║┃─═━┄╌╭╮╰╯┌┐└┘┏┓┗┛├┤┬┴┼▌▐▁▂▃▄▅▆▇█░▒▓",
    "~->><v^^v*..#.+xnx<>~=?@r><^v---\"\"''*|||-----+++++++++++++++++||_.-:=+*#.:#",
)


def plain(text: str) -> str:
    """As many cells of ASCII as the text has."""
    return text if text.isascii() else _plain(text)


@lru_cache(maxsize=4096)
def _plain(text: str) -> str:
    return "".join(sign if sign.isascii() else "?" * cell_width(sign) for sign in text.translate(_SIGNS))
