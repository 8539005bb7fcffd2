"""What a live map costs: 20 tokens on a graph of 31 nodes for five seconds, drawn into a real terminal of 120 by 36.

    python benchmarks/live_map.py [tokens] [seconds]

Prints frames, CPU time for each and the share of a core, bytes written, and how long layout takes. The goal: 30 frames a
second with 20 tokens under 25 % of a core, and next to nothing while nothing moves.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pexpect
from textual.app import App, ComposeResult

from lexiconsole.durable.outline import EdgeKind, NodeKind, Outline, OutlineEdge, OutlineNode
from lexiconsole.tui.glyphs import UNICODE
from lexiconsole.tui.motion import Motion
from lexiconsole.tui.palettes import DARK_PALETTE
from lexiconsole.tui.theme import CSS, THEMES
from lexiconsole.tui.widgets.map import MapView
from lexiconsole.views.layout.outlined import ZOOMS, drawing_of
from lexiconsole.views.picture import Hop, NodeView, Picture
from lexiconsole.views.story import Story
from lexiconsole.views.words import StepState

LOAN = """
start>intake form|intake form>normalise|normalise>valid?|valid?>fork:yes|valid?>ask applicant:no|ask applicant>intake form:redo
fork>fraud score|fork>kyc check|fork>credit bureau|fork>income verify
fraud score>join all|kyc check>join all|credit bureau>join all|income verify>join all|join all>score model|score model>risk?
risk?>auto approve:low|risk?>manual review:mid|risk?>decline letter:high|manual review>more info?|more info?>request docs:yes
request docs>manual review:docs|more info?>manager appr.:no|manager appr.>director appr.|manager appr.>approved?
director appr.>cfo approval|director appr.>approved?|cfo approval>approved?|approved?>make offer:yes|approved?>decline letter:no
auto approve>make offer|make offer>accepted?|accepted?>e-sign:yes|accepted?>expire offer:no|e-sign>book loan|book loan>disburse
disburse>notify|decline letter>notify|notify>archive|expire offer>archive|archive>end
"""


def loan() -> Outline:
    """Thirty-one nodes of a loan application: a fork, a join, three gates, two loops, an approval chain."""
    edges = []
    for way in LOAN.replace("\n", "|").split("|"):
        if way:
            names, _, label = way.partition(":")
            source, _, target = names.partition(">")
            back = (source, target) in {("ask applicant", "intake form"), ("request docs", "manual review")}
            edges.append(OutlineEdge(source, target, EdgeKind.LOOP if back else EdgeKind.NEXT, label))
    names = dict.fromkeys(name for edge in edges for name in (edge.source, edge.target))
    kinds = {"start": NodeKind.START, "end": NodeKind.END}
    nodes = [
        OutlineNode(name, NodeKind.GATE if name.endswith("?") else kinds.get(name, NodeKind.TASK)) for name in names
    ]
    return Outline(tuple(nodes), tuple(edges))


class Bench(App[None]):
    """Keeps so many tokens on their way."""

    CSS = CSS
    palette, glyphs, motion = DARK_PALETTE, UNICODE, Motion.FULL

    def __init__(self, tokens: int, seconds: float, result: Path) -> None:
        super().__init__()
        self.register_theme(THEMES["dark"])
        self.theme = THEMES["dark"].name
        self.map = MapView(time.monotonic)
        self.frames, self.tokens, self.seconds, self.result = 0, tokens, seconds, result

    def now(self) -> float:
        return time.time()

    def compose(self) -> ComposeResult:
        yield self.map

    def on_mount(self) -> None:
        outline = loan()
        self.nodes = {
            node.key: NodeView(node, StepState.RUNNING if n % 8 == 0 else StepState.DONE, node.key, n, 1)
            for n, node in enumerate(outline.nodes)
        }
        self.picture, self.hops = outline, self._endless(len(outline.edges))
        self.map.zoom = 2
        self.map.show(Picture(outline, self.nodes))
        paint = self.map._frame  # noqa: SLF001 - what is measured

        def counted() -> None:
            self.frames += 1
            self._refill()
            paint()

        self.map._frame = counted  # type: ignore[method-assign]  # noqa: SLF001
        self._refill()
        self.map.repaint()
        self.began, self.used = time.monotonic(), time.process_time()
        self.set_timer(self.seconds, self._done)

    def _endless(self, edges: int) -> Iterator[Hop]:
        seq = 1
        while True:
            for edge in range(edges):
                seq += 1
                yield Hop(seq, 0.0, edge)

    def _refill(self) -> None:
        missing = self.tokens - len(self.map.flights.flying())
        if missing > 0:
            hops = tuple(next(self.hops) for _ in range(missing))
            self.map.flights._arrival.clear()  # noqa: SLF001 - each begins at once
            self.map.flights.take(Picture(self.picture, self.nodes, hops=hops, story=Story(seq=hops[-1].seq)))

    def _done(self) -> None:
        passed, used = time.monotonic() - self.began, time.process_time() - self.used
        self.result.write_text(json.dumps([self.frames, passed, used]))
        self.exit()


def main(tokens: int, seconds: float) -> None:
    with tempfile.TemporaryDirectory() as folder:
        result = Path(folder) / "result"
        words = [__file__, "--child", str(tokens), str(seconds), str(result)]
        child = pexpect.spawn(
            sys.executable,
            words,
            dimensions=(36, 120),
            timeout=seconds * 10 + 30,
            env={**os.environ, "TERM": "xterm-256color"},
        )
        written = 0
        while True:
            try:
                written += len(child.read_nonblocking(65536, timeout=seconds * 10 + 30))
            except pexpect.EOF:
                break
        if not result.exists():
            sys.exit("the map was not drawn to the end: run with --child 20 5 FILE to see why")
        frames, passed, used = json.loads(result.read_text())
    sys.stdout.write(
        f"{tokens} tokens, {len(loan().nodes)} nodes: {frames / passed:.1f} frames/s, {used / max(1, frames) * 1000:.1f} ms CPU each, "
        f"{used / passed:.0%} of a core, {written / max(1, frames) / 1000:.1f} kB a frame\n"
    )
    for zoom in ZOOMS:
        began = time.process_time()
        drawing = drawing_of(loan(), zoom)
        size = f"{drawing.width} x {drawing.height} cells" if drawing is not None else "no clean drawing"
        sys.stdout.write(f"layout at zoom {zoom}: {size} in {(time.process_time() - began) * 1000:.0f} ms CPU\n")


if __name__ == "__main__":
    if sys.argv[1:2] == ["--child"]:
        Bench(int(sys.argv[2]), float(sys.argv[3]), Path(sys.argv[4])).run()
    else:
        main(int(sys.argv[1]) if len(sys.argv) > 1 else 20, float(sys.argv[2]) if len(sys.argv) > 2 else 5.0)
