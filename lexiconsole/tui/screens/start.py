"""StartScreen: a run of a definition, begun through a form that is made from its input."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from time import monotonic
from typing import TYPE_CHECKING

from textual import on
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.widget import Widget

from lexiconsole.app.workspace import Preview
from lexiconsole.errors import InvalidInputError
from lexiconsole.tui.acts import Change, Done
from lexiconsole.tui.ink import ink
from lexiconsole.tui.keymap import Place
from lexiconsole.tui.place import ConsoleScreen
from lexiconsole.tui.widgets.form import FormPanel
from lexiconsole.tui.widgets.map import MapView
from lexiconsole.tui.widgets.static import Static
from lexiconsole.views.layout.engine import why_not as why_no_map
from lexiconsole.views.outline_text import outline_text
from lexiconsole.views.picture import Picture
from lexiconsole.views.picturing import picture
from lexiconsole.views.safe import harmless
from lexiconsole.views.values import brief, unspoken

if TYPE_CHECKING:
    from lexiconsole.app.workspace import Workspace
    from lexiconsole.types import Json

__all__ = ["StartScreen"]

_OUTLINE_FROM = 90
"""Columns from which the definition's outline stands beside the form."""


class StartScreen(ConsoleScreen):
    """`subject` is the definition's name. ctrl+s shows what would be started, `y` starts it."""

    place = Place.START
    DEFAULT_CSS = """
    StartScreen #columns { height: 1fr; }
    StartScreen FormPanel { width: 3fr; padding: 1 1 0 1; }
    StartScreen FormPanel.-low { padding: 0; }
    StartScreen #about { width: 2fr; padding: 0 1; }
    StartScreen #about > Static { height: auto; margin-bottom: 1; }
    StartScreen #about > MapView { height: 1fr; background: $background; }
    """

    def __init__(self, subject: str) -> None:
        super().__init__()
        self.subject = subject
        self.header.tell(trail=("Start", harmless(subject)))
        self._about = Vertical(id="about", classes="pane")
        self._outline, self._map = Static(), MapView(monotonic, classes="-hidden")
        self._map.can_focus = False

    @property
    def form(self) -> FormPanel:
        return self.query_one(FormPanel)

    def body(self) -> Iterator[Widget]:
        definition = self.console.definitions[self.subject]
        self._about.border_title = f"{definition.kind} v{definition.version}"
        with Horizontal(id="columns"):
            yield FormPanel(
                definition.schema() or {"type": "object", "properties": {}},
                initial=definition.example,
                draft=self.console.unstarted.get(self.subject),
                title=self.subject,
                submit="see what starts",
                classes="pane",
            )
            with self._about:
                yield Static(Content(harmless(definition.about)))
                yield self._outline
                yield self._map

    def panes(self) -> Sequence[Widget]:
        return (self.form,)

    def on_mount(self) -> None:
        self.say(
            [("nothing starts before you say so", ink(self.console.palette.faint))],
            ("^s", "see what starts"),
            ("esc", "leave"),
        )
        self.form.focus_first()
        self.console.reads.of_workspace("outline", self._draw, self._drawn)

    def _draw(self, workspace: Workspace) -> Picture:
        """On a thread."""
        outline = workspace.definition(self.subject).outline()
        if not why_no_map():
            self._map.prepare(outline)
        return picture(outline, ())

    def _drawn(self, drawn: Picture) -> None:
        """The definition as a map; where there is none, as lines."""
        if not self.is_attached:
            return
        if not drawn.outline.nodes:
            said = "plain code: its steps are drawn as a run takes them"
            self._outline.update(Content.styled(said, self.console.palette.faint))
        elif why_no_map():
            lines = outline_text(drawn.outline, ascii_only=self.console.glyphs.ascii_only)
            self._outline.update(Content("\n".join(harmless(line) for line in lines)))
        else:
            self._map.remove_class("-hidden")
            self._map.show(drawn, play=False)

    def on_resize(self) -> None:
        self._about.set_class(self.app.size.width < _OUTLINE_FROM, "-hidden")

    @on(FormPanel.Left)
    def _left(self, event: FormPanel.Left) -> None:
        """What was typed is there again when the form is, until this program ends or the run was started."""
        if event.touched:
            self.console.unstarted[self.subject] = event.texts
        self.action_back()

    @on(FormPanel.Submitted)
    def _submitted(self, event: FormPanel.Submitted) -> None:
        self.console.acts.ask(self._change(event.values))

    def _change(self, values: Json) -> Change:
        name = self.subject

        def look(workspace: Workspace) -> list[Preview]:
            try:
                workspace.prepare(name, values)
            except InvalidInputError as fault:
                self.console.later(self.form.show_errors, dict(fault.fields))
                return [Preview("", [], None, str(fault))]
            shown = unspoken(self.console.definitions[name].schema() or {}, values)
            given = shown.items() if isinstance(shown, dict) else ()
            details = [f"{key} = {brief(value, 60)}" for key, value in given]
            return [Preview(f"start a run of {name}, driven here", details, None, "")]

        def perform(workspace: Workspace, previews: Sequence[Preview]) -> Done:
            row, _ = workspace.start(name, values)
            return Done(f"started {harmless(name)} {row.id}", (), (row,))

        return Change(f"Start {name}", "start", look, perform, then=self._started)

    def _started(self, done: Done) -> None:
        if done.runs:
            self.console.unstarted.pop(self.subject, None)
        if done.runs and self.is_attached:
            self.app.pop_screen()
            place = self.console.place_of(done.runs[0])
            if place is not None:
                self.console.go(place, done.runs[0].id)
