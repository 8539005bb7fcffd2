"""Definitions: files and what they define, source with the checks' remarks, a preview of the graph, and which live runs a
changed definition can not go on with. Files are watched while the screen is open; a broken one is shown and ends nothing.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from textual import events, on
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.widget import Widget

from lexiconsole.tui.ink import Part, ink
from lexiconsole.tui.keymap import Place
from lexiconsole.tui.place import ConsoleScreen, focus_into
from lexiconsole.tui.screens.definitions_acts import DefinitionsActs
from lexiconsole.tui.screens.definitions_reads import Drawn, Files, Lives, Read, Source, drawn, source_of
from lexiconsole.tui.screens.definitions_words import headline, sentence
from lexiconsole.tui.widgets.definition_panes import FileTable, FindingTable, LiveRow, LiveTable, SourceTable
from lexiconsole.tui.widgets.map import MapView
from lexiconsole.tui.widgets.painted import entitle, titled
from lexiconsole.tui.widgets.static import Static
from lexiconsole.tui.widgets.virtual_table import VirtualTable
from lexiconsole.types import Instant
from lexiconsole.views.definitions import Found, Level, TreeRow, findings_in_order
from lexiconsole.views.live_runs import Fit, by_version
from lexiconsole.views.safe import harmless
from lexiconsole.views.source import SourceRow, row_at, source_rows

__all__ = ["DefinitionsScreen"]

_ABOVE = 4
"""Lines of source that are seen above the one that matters."""

_RUNS_AGAIN = 30
"""Seconds between two looks at live runs, while some of them move."""


class DefinitionsScreen(DefinitionsActs, ConsoleScreen):
    """`subject` is the definition to begin with, "" for the first. On a narrow terminal source, graph and live runs share a
    place.
    """

    place = Place.DEFINITIONS
    DEFAULT_CSS = """
    DefinitionsScreen #upper { height: 1fr; }
    DefinitionsScreen #left { width: 31; }
    DefinitionsScreen #left > LiveTable { height: 7; }
    DefinitionsScreen #graph { width: 31; }
    DefinitionsScreen #graph Static { padding: 1 2; color: $faint; height: auto; }
    DefinitionsScreen.-narrow #left { width: 28; }
    DefinitionsScreen.-narrow #graph { width: 1fr; }
    DefinitionsScreen.-narrow #left > LiveTable { height: 5; }
    DefinitionsScreen.-thin #left { width: 1fr; }
    DefinitionsScreen.-low #left > LiveTable { height: 1fr; }
    """

    def __init__(self, subject: str = "") -> None:
        super().__init__()
        self.subject = subject
        self.header.tell(trail=("Definitions",))
        self.files = FileTable(classes="pane", empty="looking for definitions…")
        self.source = SourceTable(classes="pane", empty="nothing is selected")
        self.map, self._no_map = MapView(time.monotonic), Static()
        self.map.follow = False
        self._graph = Vertical(self._no_map, self.map, id="graph", classes="pane")
        self.findings = FindingTable(classes="pane", empty="being checked…")
        self.lives = LiveTable(classes="pane", empty="being tried…")
        self.known: Files | None = None
        self.live: Lives | None = None
        self._read = Read()
        self._shown = Source("", "", ())
        self._wanted: tuple[str, int, Found | None] = ("", 0, None)
        self.shown_graph = Drawn("")
        self._tried_at = 0.0
        self._all_found = False
        self._middle, self._pane = 2, 1

    def body(self) -> Iterator[Widget]:
        with Horizontal(id="upper"):
            with Vertical(id="left"):
                yield self.files
                yield self.lives
            yield self.source
            yield self._graph
        yield self.findings

    def panes(self) -> Sequence[Widget]:
        return (self.files, self.source, self._graph, self.findings, self.lives)

    def on_mount(self) -> None:
        super().on_mount()
        self._entitle()
        self.files.focus()
        self.watch(self, "maximized", self._zoomed, init=False)

    # what it knows

    def returned(self) -> None:
        self._say()
        self._entitle()
        self._look()
        self._try_runs()

    def tick(self, now: Instant) -> None:
        self._look()

    def heard(self, tidings: object) -> None:
        if self.console.now() - self._tried_at >= _RUNS_AGAIN:
            self._try_runs()

    def _look(self) -> None:
        """Once a second, only while the screen is seen: names and times of files, and the files when those changed."""
        if self.is_attached:
            self.console.reads.of_workspace("definitions", self._read.files, self._got, panes=(self.files,))

    def _try_runs(self) -> None:
        self._tried_at = self.console.now()
        self.console.reads.of_workspace("live runs", self._read.lives, self._tried, panes=(self.lives,))

    def look_again(self) -> None:
        """A file was written from here."""
        self._look()

    def _got(self, known: Files | None) -> None:
        if known is None or not self.is_attached:
            return
        self.known = known
        self.console.definitions, self.console.looks_for_definitions = known.definitions, False
        self.files.empty = "no definitions here; `lexiconsole init` writes a first one"
        rows = known.rows
        self.files.show_all(rows)
        wanted = f"definition:{self.subject}"
        if self.subject and any(row.id == wanted for row in rows):
            self.files.go(next(n for n, row in enumerate(rows) if row.id == wanted), touched=False)
        elif not self.subject and self._wanted[0] == "":
            ranked = [row for row in rows if row.definition] or [row for row in rows if row.broken]
            self.files.go(rows.index(ranked[0]) if ranked else 0, touched=False)
        self.subject = ""
        self.shown_graph = Drawn("")
        self._show_findings()
        self.show_subject()
        if known.again:
            self.status.explain("files changed on the disk: they were loaded and checked again")
            self._try_runs()

    def _tried(self, live: Lives) -> None:
        if self.is_attached:
            self.live = live
            self._show_findings()
            self._show_lives()

    def _show_findings(self) -> None:
        of_runs = self.live.found if self.live is not None else ()
        found = findings_in_order([*(self.known.found if self.known is not None else ()), *of_runs])
        self.findings.empty = "nothing was found" if self.known is not None else "being checked…"
        self.findings.show_all(found)
        if not (self._all_found or self.findings.anchored or self.findings.has_focus):
            self.findings.go(0, touched=False)  # what was read first need not stand first
        self._all_found = self.known is not None and self.live is not None
        self._fit()
        self._show_source()
        self._entitle()
        self._say()
        self.show_keys()

    def _fit(self) -> None:
        """As many lines as there are findings, within reason; all of them when they have the screen."""
        most = 2 if self.has_class("-low") else 6 if self.has_class("-narrow") else 7
        whole = self.maximized is self.findings
        self.findings.styles.height = "1fr" if whole else min(max(1, self.findings.total), most) + 2

    def _zoomed(self) -> None:
        self._fit()
        self.call_after_refresh(self._show_source)  # remarks are as wide as their pane

    def _show_lives(self) -> None:
        name = self.definition_name
        if name != self._lives_of:
            self._lives_of = name
            self.lives.forget()
        live = self.live.runs.get(name) if self.live is not None else None
        self.lives.empty = "being tried…" if self.live is None else "none is on its way"
        rows: list[LiveRow] = []
        if live is not None:
            rows = [LiveRow(sentence) for sentence in by_version(live)]
            rows += [LiveRow(run=run) for run in live.tried if run.fit is not Fit.GOES_ON]
            rows += [LiveRow(f"{live.untried:,} older ones were not tried")] if live.untried else []
        self.lives.show_all(rows)
        self._entitle()

    # what is selected

    @property
    def row(self) -> TreeRow | None:
        return self.files.selected_row

    @property
    def definition_name(self) -> str:
        """The selected definition, or the first one of the selected file; "" when there is none."""
        row = self.row
        if row is None or self.known is None:
            return ""
        inside = (each.definition for each in self.known.rows if each.path == row.path and each.definition)
        return row.definition or next(inside, "")

    @property
    def found(self) -> Found | None:
        """What `f` and `K` are about: the remark or finding under the cursor, or the first one of the selected line or row."""
        if self.findings.has_focus:
            return self.findings.selected_row
        every = [self.findings.rows_at_hand[n] for n in range(self.findings.total)]
        if self.source.has_focus:
            line = self.source.selected_row
            return next((one for one in every if line is not None and self._is_about(one, line)), None)
        row = self.row
        if row is None or row.level is Level.FOLDER:
            return None
        return next(
            (one for one in every if one.finding.file == row.path and one.finding.definition == row.definition),
            None,
        )

    def _is_about(self, one: Found, line: SourceRow) -> bool:
        if line.finding is not None:
            return one.finding == line.finding
        return one.finding.file == self._shown.path and one.finding.line == line.number

    @on(VirtualTable.Moved)
    def _moved(self, event: VirtualTable.Moved) -> None:
        event.stop()
        if event.table is self.files and self.files.selected != self._chosen:
            self.show_subject()
        elif event.table is self.findings and self.findings.has_focus and self.findings.selected_row is not None:
            one = self.findings.selected_row
            self._go_to(one.finding.file, one.finding.line, one)
        self._say()
        self.show_keys()

    _chosen: str | None = None
    _lives_of = ""

    def show_subject(self) -> None:
        """The selected file's source, its definition's graph and its live runs."""
        row, self._chosen = self.row, self.files.selected
        if row is None:
            return
        if row.level is not Level.FOLDER:
            self._go_to(row.path, row.line, None)
        self._show_lives()
        name = self.definition_name
        if name != self.shown_graph.name:
            self.shown_graph = Drawn(name)
            if name:
                self.console.reads.of_workspace(
                    "graph", lambda workspace: self._laid_out(drawn(workspace, name)), self._saw
                )
            else:
                self._saw(Drawn("", fault="this file defines nothing"))

    def _laid_out(self, found: Drawn) -> Drawn:
        """On the thread too."""
        self.map.prepare(found.picture.outline)
        return found

    def _saw(self, found: Drawn) -> None:
        if found.name == self.shown_graph.name and self.is_attached:
            self.shown_graph = found
            self._no_map.update(Content(harmless(found.fault)))
            self._no_map.set_class(not found.fault, "-hidden")
            self.map.set_class(bool(found.fault), "-hidden")
            self.map.show(found.picture, play=False)
            self._entitle()

    # the source

    def _go_to(self, path: str, line: int, one: Found | None) -> None:
        self._wanted = (path, line, one)
        self.console.reads.look("source", lambda _: source_of(path), self._got_source)

    def _show_source(self) -> None:
        path, _, _ = self._wanted
        if path:
            self.console.reads.look("source", lambda _: source_of(path), self._renew_source)

    def _got_source(self, source: Source) -> None:
        if self.is_attached and source.path == self._wanted[0]:
            self._put(source)
            self._place_source()
            self._entitle()
            self._say()

    def _renew_source(self, source: Source) -> None:
        """With what is known now; where nobody reads in it, what was wanted stays in its place."""
        if self.is_attached and source.path == self._wanted[0]:
            self._put(source)
            if not self.source.has_focus:
                self._place_source()

    def _place_source(self) -> None:
        """The line or remark that matters stands a few lines below the top."""
        _, line, one = self._wanted
        rows = [self.source.rows_at_hand[n] for n in range(self.source.total)]
        at = row_at(rows, max(1, line), one.finding if one is not None else None)
        self.source.go(at, touched=False)
        self.source.scroll_to(y=max(0, at - _ABOVE), animate=False, force=True, immediate=True)

    def _put(self, source: Source) -> None:
        if source.path != self._shown.path:
            self.source.forget()
        self._shown = source
        self.source.empty = source.fault or "the file is empty"
        self.source.parts = source.parts
        here = [one.finding for one in self.findings.rows_at_hand.values() if one.finding.file == source.path]
        broken = [one for one in here if one.code == "LX001"]  # lines of the rest are those of its last good version
        width = max(30, self.source.size.width - 10)
        self.source.show_all(source_rows(source.text, broken or here, width) if source.text else [])
        self.source.repaint()

    # what it says

    def _say(self) -> None:
        said, ways = sentence(self)
        self.say(said, *ways)

    def _entitle(self) -> None:
        every = self.findings.rows_at_hand.values()
        counts = headline([one.finding for one in every]) if self.known is not None else ""
        files = sum(row.level is Level.FILE for row in self.files.rows_at_hand.values())
        entitle(self.files, f"1 Files  {files or ''}".rstrip())
        path = Path(self._wanted[0]).name
        entitle(self.source, titled(f"2 Source  {path}".rstrip()))
        entitle(self._graph, titled(f"3 Graph  {self.shown_graph.name}".rstrip()))
        of_run = f"as {self.shown_graph.of_run} went" if self.shown_graph.of_run else ""
        entitle(self._graph, subtitle=titled(of_run))
        entitle(self.findings, f"4 Findings  {counts}".rstrip())
        live = self.live.runs.get(self.definition_name) if self.live is not None else None
        entitle(self.lives, f"5 Live runs  {len(live.tried) + live.untried:,}" if live is not None else "5 Live runs")
        said: list[Part] = []
        if self.known is not None:
            watched = ", ".join(f"{place.name}/" if place.is_dir() else place.name for place in self.known.places)
            said = [(f"watching {harmless(watched)}", ink(self.console.palette.faint))]
        self.header.tell(trail=("Definitions", *((harmless(path),) if path else ())), said=said)

    # layout

    def on_resize(self, event: events.Resize) -> None:
        self.set_class(event.size.width < 110, "-narrow")
        self.set_class(event.size.width < 72, "-thin")
        self.set_class(event.size.height < 22, "-low")
        self._lay_out()
        self._fit()
        self.call_after_refresh(self._show_source)  # remarks are as wide as their pane

    def _lay_out(self) -> None:
        """On a narrow terminal source and graph share a place; on a thin one the left side too; on a low one files and runs."""
        narrow, thin, low = (self.has_class(name) for name in ("-narrow", "-thin", "-low"))
        left = self._pane in {1, 5} if thin else True
        self.query_one("#left").set_class(not left, "-hidden")
        self.source.set_class((thin and left) or (narrow and self._middle != 2), "-hidden")
        self._graph.set_class((thin and left) or (narrow and self._middle != 3), "-hidden")
        self.files.set_class(low and self._pane == 5, "-hidden")
        self.lives.set_class(low and self._pane != 5, "-hidden")

    def on_descendant_focus(self, event: events.DescendantFocus) -> None:
        self._come_to(next((n for n, pane in enumerate(self.panes(), 1) if pane.has_focus_within), 1))
        if self.findings.has_focus and self.findings.selected_row is not None:
            one = self.findings.selected_row
            self._go_to(one.finding.file, one.finding.line, one)
        self._say()
        self.show_keys()

    def _come_to(self, number: int) -> None:
        if number == self._pane:
            return
        if number != 4:  # the findings stand below all of them
            self._pane = number
        self._middle = number if number in {2, 3} else self._middle
        self._lay_out()
        self.call_after_refresh(self._show_source)

    def to_pane(self, number: int) -> None:
        panes = self.panes()
        if number <= len(panes):
            self._come_to(number)
            focus_into(panes[number - 1])

    def _step_pane(self, step: int) -> None:
        here = next((n for n, pane in enumerate(self.panes(), 1) if pane.has_focus_within), 1)
        self.to_pane((here - 1 + step) % len(self.panes()) + 1)
