"""FormRow: one field of a form: its label, the editor that suits its sort, and a line that says what is wanted or wrong."""

from __future__ import annotations

from typing import assert_never

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.geometry import Size
from textual.message import Message
from textual.reactive import Reactive
from textual.widget import Widget
from textual.widgets import Input, TextArea

from lexiconsole.tui.widgets.choice import ChoiceInput
from lexiconsole.tui.widgets.static import Static
from lexiconsole.views.filling import text_of
from lexiconsole.views.forms import FormField, Sort
from lexiconsole.views.safe import harmless

__all__ = ["FormRow"]

_EXAMPLES = {
    Sort.DATE: "2026-12-31",
    Sort.TIME: "14:30",
    Sort.MOMENT: "2026-12-31 14:30",
    Sort.PAIRS: "one `name = value` a line",
    Sort.LIST: "one a line",
    Sort.JSON: "JSON",
    Sort.WHOLE: "whole number",
    Sort.NUMBER: "number",
}


class _Line(Input):
    """Always as wide as its row: a letter does not lay the whole form out anew, as an `Input` does (Textual 8.2.8)."""

    virtual_size = Reactive(Size(0, 0), layout=False)


class FormRow(Vertical):
    """Speaks of changes by `Changed`; `text` is what stands in it, `say` shows an error or, with "", the hint again."""

    DEFAULT_CSS = """
    FormRow { height: auto; padding: 0 1; }
    FormRow > Horizontal { height: auto; }
    FormRow .label { width: 20; height: auto; color: $foreground 80%; padding: 0 1 0 0; }
    FormRow .hint { height: auto; margin-left: 21; color: $foreground 80%; }
    FormRow Input { width: 1fr; padding: 0 1 !important; background: $foreground 6%; }
    FormRow TextArea { height: auto; min-height: 3; max-height: 8; width: 1fr; background: $foreground 6%; }
    FormRow:focus-within .label { color: $accent; text-style: bold; }
    FormRow.-wrong .hint { color: $error; }
    FormRow.-wrong .label { color: $error; }
    """

    class Changed(Message):
        def __init__(self, row: FormRow) -> None:
            super().__init__()
            self.row = row

    def __init__(self, field: FormField, text: str) -> None:
        super().__init__()
        self.field, self.touched = field, False
        self._first, self._said = text, ""
        self._editor: Widget | None = None  # made in compose: an input wants a running app

    def compose(self) -> ComposeResult:
        self._editor = _editor(self.field, self._first)
        mark = Content.styled(" *", "$warning") if self.field.required else Content("")
        with Horizontal():
            yield Static(Content(harmless(self.field.label)) + mark, classes="label")
            yield self._editor
        hint = Static(self._hint(), classes="hint")
        hint.display = bool(self._hint())
        yield hint

    @property
    def text(self) -> str:
        match self._editor:
            case Input() | ChoiceInput():
                return self._editor.value
            case TextArea():
                return self._editor.text
            case _:
                return self._first

    @text.setter
    def text(self, text: str) -> None:
        match self._editor:
            case Input() | ChoiceInput():
                self._editor.value = text
            case TextArea():
                self._editor.load_text(text)
            case _:
                self._first = text

    def say(self, error: str) -> None:
        if error == self._said:
            return  # else each letter would measure every row anew
        hint = next(iter(self.query(".hint").results(Static)), None)
        if hint is None:
            return  # the form was left before it was made
        self._said = error
        hint.update(Content(f"✗ {harmless(error)}") if error else self._hint())
        hint.display = bool(error or self._hint())
        self.set_class(bool(error), "-wrong")

    def focus(self, scroll_visible: bool = True) -> FormRow:
        if self._editor is not None:
            self._editor.focus(scroll_visible)
        return self

    @on(Input.Changed)
    @on(TextArea.Changed)
    @on(ChoiceInput.Changed)
    def _changed(self, event: Message) -> None:
        event.stop()
        if self.text != self._first:
            self.touched = True
        self.post_message(self.Changed(self))

    def on_descendant_blur(self) -> None:
        """Whoever was in a field and left it has seen it; from then on it says what is wrong with it."""
        if not self.touched and self.field.required:
            self.touched = True
            self.post_message(self.Changed(self))

    def _hint(self) -> Content:
        field = self.field
        about = harmless(field.about)
        limits = [limit for limit in field.limits if not _says_little(limit, field)]
        if field.kind:
            limits.append(f"JSON: {harmless(field.kind)}")
        if not about and not limits and not field.has_default and field.sort in _EXAMPLES:
            return Content(_EXAMPLES[field.sort])
        if about and limits:
            return Content(f"{about.removesuffix('.')} ({', '.join(limits)})")
        return Content(about or ", ".join(limits))


def _says_little(limit: str, field: FormField) -> bool:
    """That a long text has an end is said when somebody reaches it."""
    return "letters at most" in limit and int(field.schema.get("maxLength", 0)) >= 60


def _editor(field: FormField, text: str) -> Widget:
    match field.sort:
        case Sort.CHOICE | Sort.YES_NO:
            values = [text_of(field, choice) for choice in field.choices] or ["yes", "no"]
            words = [harmless(value) for value in values]
            if not field.required and (field.nullable or not field.has_default):
                values, words = ["", *values], ["none", *words]
            return ChoiceInput(values, text, words=words)
        case Sort.LINES | Sort.LIST | Sort.PAIRS | Sort.JSON:
            return TextArea(text, compact=True, tab_behavior="focus", soft_wrap=True)
        case Sort.SECRET:
            return _Line(text, password=True, compact=True, select_on_focus=False)
        case Sort.TEXT | Sort.WHOLE | Sort.NUMBER | Sort.DATE | Sort.TIME | Sort.MOMENT:
            return _Line(text, placeholder=_EXAMPLES.get(field.sort, ""), compact=True, select_on_focus=False)
        case _:
            assert_never(field.sort)
