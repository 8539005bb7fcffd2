"""What the keys do on the definitions screen: open, edit, fix, explain, start, copy."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from textual import on

from lexiconsole.app.workspace import Preview
from lexiconsole.tui.acts import Change, Done
from lexiconsole.tui.editing import open_file
from lexiconsole.tui.keymap import Place, with_keys
from lexiconsole.tui.place import ConsoleScreen
from lexiconsole.tui.screens.definitions_reads import fix_now
from lexiconsole.tui.screens.jumping import next_place
from lexiconsole.tui.widgets.reading import ReadingPanel
from lexiconsole.tui.widgets.reason import ReasonPanel
from lexiconsole.tui.widgets.virtual_table import VirtualTable
from lexiconsole.views.definitions import Found, Level
from lexiconsole.views.safe import harmless, harmless_lines

if TYPE_CHECKING:
    from lexiconsole.app.workspace import Workspace
    from lexiconsole.tui.screens.definitions_reads import Drawn, Files, Lives, Source
    from lexiconsole.tui.widgets.definition_panes import FileTable, FindingTable, LiveTable, SourceTable
    from lexiconsole.tui.widgets.map import MapView
    from lexiconsole.views.definitions import TreeRow

__all__ = ["DefinitionsActs"]


class DefinitionsActs(ConsoleScreen):
    """Half of `DefinitionsScreen`: its keys."""

    if TYPE_CHECKING:
        files: FileTable
        source: SourceTable
        findings: FindingTable
        lives: LiveTable
        map: MapView
        known: Files | None
        live: Lives | None
        shown_graph: Drawn
        _shown: Source
        _wanted: tuple[str, int, Found | None]

        @property
        def row(self) -> TreeRow | None: ...
        @property
        def found(self) -> Found | None: ...
        @property
        def definition_name(self) -> str: ...
        def look_again(self) -> None: ...
        def show_subject(self) -> None: ...
        def _show_source(self) -> None: ...

    @property
    def expects(self) -> bool:
        return self.known is None or super().expects

    def why_not(self, action: str) -> str:
        found, row = self.found, self.row
        match action:
            case "fix" if found is None:
                return with_keys("choose a finding: {pane_4} goes to them")
            case "fix" if found is not None and not found.fix:
                return with_keys("there is no one plain way out; {explain} says what to do")
            case "explain" if found is None:
                return with_keys("choose a finding: {pane_4} goes to them")
            case "editor" if not self._wanted[0]:
                return "no file is selected"
            case "start" if self.definition_name not in self.console.definitions:
                return "choose a definition that can be run"
            case "open" if row is None:
                return "nothing is selected"
            case _:
                return ""

    @on(VirtualTable.Opened)
    def _opened(self, event: VirtualTable.Opened) -> None:
        event.stop()
        self.do("open")

    def action_open(self) -> None:
        """A finding leads to its line, or to the runs it is about; a remark is explained; a run is watched."""
        if self.lives.has_focus:
            live = self.lives.selected_row
            if live is not None and live.run is not None:
                self.console.go(Place.RUN, live.run.id)
        elif self.findings.has_focus:
            self._open_finding(self.findings.selected_row)
        elif self.source.has_focus:
            self.do("explain")
        elif self.map.has_focus:
            self.action_zoom()
        else:
            self.to_pane(2)

    def _open_finding(self, one: Found | None) -> None:
        if one is None:
            return
        if one.finding.code == "LX050" and self.known is not None:
            rows = self.known.rows
            at = next((n for n, row in enumerate(rows) if row.definition == one.finding.definition), None)
            if at is not None:
                self.files.go(at)
                self.show_subject()
            self.to_pane(5)
            self.lives.go(next((n for n, row in self.lives.rows_at_hand.items() if row.run is not None), 0))
        else:
            self.to_pane(2)

    def action_editor(self) -> None:
        path, line, _ = self._wanted
        row = self.source.selected_row
        seen = row is not None and self._shown.path == path  # else another file's lines are still shown
        problem = open_file(self.app, Path(path), row.number if row is not None and seen else line)
        self.look_again()
        self._show_source()
        if problem:
            self.status.explain(f"editor: {harmless(problem)}")

    def action_fix(self) -> None:
        """The lines that change are shown first."""
        found = self.found
        if found is None:
            return
        finding = found.finding

        def look(workspace: Workspace) -> list[Preview]:
            fix = fix_now(finding)
            if fix is None:
                return [Preview("", [], None, "the file was changed meanwhile, and this is no longer how to mend it")]
            return [Preview(f"{fix.title}, in {Path(fix.file).name}", fix.diff(), None, "")]

        def perform(workspace: Workspace, previews: Sequence[Preview]) -> Done:
            from lexiconsole.catalog import apply

            fix = fix_now(finding)
            if fix is None or fix.diff() != list(previews[0].details):
                return Done("", ("the file was changed meanwhile; nothing was written",))
            apply(fix)
            return Done(f"{harmless(Path(fix.file).name)}: {fix.title}")

        self.console.acts.ask(Change(f"Fix {finding.code}", "fix", look, perform, then=lambda _: self.look_again()))

    def action_explain(self) -> None:
        from lexiconsole.catalog import explain

        found = self.found
        if found is None:
            return
        one = found.finding
        lines = [harmless(found.place), *harmless_lines(one.message), "", *harmless_lines(explain(one.code))]
        if one.traceback:
            lines += ["", *harmless_lines(one.traceback.rstrip())]
        self.app.push_screen(ReadingPanel(one.code, lines))

    def action_start(self) -> None:
        self.console.go(Place.START, self.definition_name)

    def action_next_error(self) -> None:
        self._jump(1)

    def action_previous_error(self) -> None:
        self._jump(-1)

    def _jump(self, step: int) -> None:
        """To the next finding, wherever one is."""
        if not self.findings.total:
            self.status.explain("nothing was found" if self.known is not None else "the files are still being checked")
            return
        if self.findings.has_focus:
            self.findings.go((self.findings.cursor + step) % self.findings.total)
        else:
            self.to_pane(4)

    def action_next_waiting(self) -> None:
        self._to_held_up(1)

    def action_previous_waiting(self) -> None:
        self._to_held_up(-1)

    def _to_held_up(self, step: int) -> None:
        """To the next live run of the selected definition that can not simply go on with it."""
        places = [n for n, row in self.lives.rows_at_hand.items() if row.run is not None]
        here = self.lives.cursor if self.lives.has_focus else -step
        found = next_place(sorted(places), here, step)
        if found is None:
            tried = self.live is not None
            self.status.explain(
                "every live run of it that was tried goes on" if tried else "live runs are still being tried"
            )
        else:
            self.to_pane(5)
            self.lives.go(found)

    def action_filter(self) -> None:
        """Finds a file or a definition by a part of its name: the next one from the selected row on, round the end."""

        def typed(text: str | None) -> None:
            rows = self.known.rows if self.known is not None else ()
            places = [n for n, row in enumerate(rows) if text and text.casefold() in row.name.casefold()]
            found = next_place(places, self.files.cursor, 1)
            if found is not None:
                self.to_pane(1)
                self.files.go(found)
                self.show_subject()
            elif text:
                self.status.explain(f"no file or definition has {harmless(text)} in its name")

        self.app.push_screen(ReasonPanel("Find", "A part of the name of a file or a definition.", needed=False), typed)

    def action_export(self) -> None:
        """The graph of the selected definition, and what was found of all of them."""
        from lexiconsole.tui.exporting import offer_exports
        from lexiconsole.tui.exporting_lists import exports_of_findings, exports_of_graph

        shown = self.shown_graph
        outline = shown.picture.outline  # without a node while it is still being drawn
        graph = exports_of_graph(shown.name, outline, shown.of_run) if outline.nodes and not shown.fault else []
        exports = [*graph, *exports_of_findings([*self.findings.rows_at_hand.values()])]
        if exports:
            offer_exports(self.console, harmless(shown.name) if graph else "findings", exports)
        else:
            self.status.explain("export: there is no graph here, and nothing was found")

    def action_copy(self) -> None:
        found, row = self.found, self.row
        if found is not None:
            text = str(found.finding)
        elif self.source.has_focus and self.source.selected_row is not None:
            text = f"{self._shown.path}:{self.source.selected_row.number}"
        else:
            text = (row.definition or row.path) if row is not None and row.level is not Level.FOLDER else ""
        if text:
            self.app.copy_to_clipboard(text)
            self.status.explain(f"copied {harmless(text)}")
