"""Makes the pictures in this folder from real runs: a terminal of our own, the real program, what it really printed.

    pip install -e '.[dev,screenshots]'      # and the font DejaVu Sans Mono
    python screenshots/make.py

Every cell of the terminal is drawn where it stands, since fonts and SVG renderers do not agree about widths.
"""

from __future__ import annotations

import os
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

import pexpect
import pyte
from PIL import Image, ImageDraw, ImageFont
from pyte.screens import Char

HERE = Path(__file__).parent
GROUND, TEXT = "#0f1117", "#d6dbe5"
NAMED = {
    "black": "#8b93a1",
    "red": "#ff6b3d",
    "green": "#7bd389",
    "brown": "#f0e442",
    "blue": "#66c2ff",
    "magenta": "#8f7bff",
    "cyan": "#66c2ff",
    "white": "#ffffff",
    "brightblack": "#8b93a1",
    "default": TEXT,
}
SIZE, MARGIN = 22, 28


@dataclass(frozen=True)
class Terminal:
    """A folder with a terminal of a certain width in it."""

    folder: Path
    width: int = 100

    def run(self, *arguments: str) -> str:
        """What the program prints there, escape sequences and all."""
        environment = {**os.environ, "TERM": "xterm-256color", "COLORTERM": "truecolor", "PYTHONPATH": str(HERE.parent)}
        environment.pop("NO_COLOR", None)
        child = pexpect.spawn(
            sys.executable,
            ["-m", "lexiconsole", *arguments],
            cwd=str(self.folder),
            env=environment,
            dimensions=(60, self.width),
            encoding="utf-8",
        )
        child.expect(pexpect.EOF, timeout=60)
        child.close()
        return str(child.before)

    def picture(self, name: str, *commands: str) -> None:
        """Each command behind a prompt, then what it printed, as `name`.png."""
        screen = pyte.Screen(self.width, 200)
        stream = pyte.Stream(screen)
        for number, command in enumerate(commands):
            prompt = "" if number == 0 else "\r\n"
            stream.feed(f"{prompt}\x1b[90m$\x1b[0m \x1b[1m{command}\x1b[0m\r\n")
            stream.feed(self.run(*command.split()[1:]))
        draw(screen, HERE / f"{name}.png")


def draw(screen: pyte.Screen, file: Path) -> None:
    regular, bold = (ImageFont.truetype(f"DejaVuSansMono{kind}.ttf", SIZE) for kind in ("", "-Bold"))
    across, down = regular.getlength("m"), SIZE * 1.32
    rows = max(number for number, line in enumerate(screen.display) if line.strip()) + 1
    size = (int(across * screen.columns) + 2 * MARGIN, int(down * rows) + 2 * MARGIN)
    image = Image.new("RGB", size, GROUND)
    pen = ImageDraw.Draw(image)
    for row in range(rows):
        for column in range(screen.columns):
            cell = screen.buffer[row][column]
            if cell.data.strip():
                place = (MARGIN + column * across, MARGIN + row * down)
                pen.text(place, cell.data, font=bold if cell.bold else regular, fill=colour(cell))
    image.save(file, optimize=True)


def colour(cell: Char) -> str:
    return NAMED.get(cell.fg) or f"#{cell.fg}"


def main() -> None:
    with tempfile.TemporaryDirectory() as there:
        terminal = Terminal(Path(there))
        terminal.run("run", "order_fulfilment", "--id", "order-1042", "-i", "fail_at=courier")
        terminal.picture("saga", "lexiconsole show-run order-1042")


if __name__ == "__main__":
    main()
