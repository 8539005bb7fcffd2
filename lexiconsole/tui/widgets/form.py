"""FormPanel: a form from a JSON schema, checked field by field as one types. What it gives is JSON, for whoever takes it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.message import Message
from textual.style import Style

from lexiconsole.tui.editing import edited
from lexiconsole.tui.widgets.form_row import FormRow
from lexiconsole.tui.widgets.painted import titled
from lexiconsole.tui.widgets.static import Static
from lexiconsole.types import Json
from lexiconsole.views.filling import Filled, fill, first_texts
from lexiconsole.views.forms import Form, Sort, form_of
from lexiconsole.views.safe import harmless

__all__ = ["FormPanel"]

_NARROW = 60
_LOW = 8
_WAYS = {"^s": "submit", "^r": "reject", "^t": "ask_info", "^e": "edit", "esc": "leave"}


class FormPanel(Vertical):
    """`ctrl+s` posts Submitted with the values once they are right; `ctrl+r` and `ctrl+t` post Rejected and InfoWanted
    where the words for them are given; `esc` posts Left with the texts as they stand, to be kept as a draft.
    """

    DEFAULT_CSS = """
    FormPanel { height: 1fr; }
    FormPanel > .about { height: auto; padding: 0 1; color: $foreground 80%; }
    FormPanel > VerticalScroll { height: 1fr; scrollbar-size-vertical: 1; }
    FormPanel .group { height: auto; padding: 0 1; margin-top: 1; color: $foreground 80%; text-style: bold; }
    FormPanel > .standing { height: auto; padding: 0 1; }
    FormPanel > .keys { height: auto; padding: 0 1; color: $foreground 80%; }
    FormPanel.-low > .keys { display: none; }
    FormPanel.-roomy FormRow { margin-bottom: 1; }
    FormPanel.-narrow FormRow .label { width: 13; }
    FormPanel.-narrow FormRow .hint { margin-left: 14; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+s", "submit", "Submit", priority=True),
        Binding("ctrl+r", "reject", "Reject", show=False, priority=True),
        Binding("ctrl+t", "ask_info", "Ask for info", show=False, priority=True),
        Binding("ctrl+e", "edit", "Edit in $EDITOR", show=False, priority=True),
        Binding("escape", "leave", "Leave, keep the draft", show=False, priority=True),
    ]

    class _Told(Message):
        """What all messages of a form have."""

        def __init__(self, panel: FormPanel) -> None:
            super().__init__()
            self.panel = panel

        @property
        def control(self) -> FormPanel:
            return self.panel

    class Submitted(_Told):
        def __init__(self, panel: FormPanel, values: Json) -> None:
            super().__init__(panel)
            self.values = values

    class Rejected(_Told):
        """`values` as far as they are right: a rejection needs no filled-in form."""

        def __init__(self, panel: FormPanel, values: Json) -> None:
            super().__init__(panel)
            self.values = values

    class InfoWanted(_Told):
        pass

    class Left(_Told):
        """`texts` by field name, without secrets; `touched` when something was changed."""

        def __init__(self, panel: FormPanel, texts: dict[str, str], touched: bool) -> None:
            super().__init__(panel)
            self.texts, self.touched = texts, touched

    class Changed(_Told):
        pass

    def __init__(
        self,
        schema: Json | Mapping[str, Any],
        *,
        initial: Json = None,
        draft: Mapping[str, str] | None = None,
        title: str = "",
        about: str = "",
        submit: str = "submit",
        reject: str = "",
        ask_info: str = "",
        id: str | None = None,
        classes: str | None = None,
    ) -> None:
        """`initial` are values to begin with, `draft` texts kept from an earlier visit, which count more."""
        super().__init__(id=id, classes=classes)
        self.form: Form = form_of(schema)
        self._title = harmless(title or self.form.title)
        self.border_title = titled(self._title)
        self._about = about
        self._words = {"^s": submit, "^r": reject, "^t": ask_info}
        self._rows = [FormRow(field, text) for field, text in self._texts_at_first(initial, draft)]
        self._outside: dict[str, str] = {}
        self._standing_now = Content("")
        self.can_focus = not self._rows  # its keys work also where there is nothing to fill in

    def _texts_at_first(self, initial: Json, draft: Mapping[str, str] | None) -> list[tuple[Any, str]]:
        texts = {**first_texts(self.form, initial), **(draft or {})}
        return [(field, texts[field.name]) for field in self.form.fields]

    def compose(self) -> ComposeResult:
        if self._about:
            yield Static(Content(harmless(self._about)), classes="about")
        with VerticalScroll(can_focus=False):
            group = ""
            for row in self._rows:
                if row.field.group != group:
                    group = row.field.group
                    yield Static(Content(harmless(group)), classes="group")
                yield row
        yield Static(classes="standing")
        yield Static(self._key_line(), classes="keys")

    def on_mount(self) -> None:
        self._tell()

    def on_resize(self, event: events.Resize) -> None:
        self.set_class(event.size.width < _NARROW, "-narrow")
        self.set_class(self.outer_size.height < _LOW, "-low")
        self.call_after_refresh(self._spread)

    def _spread(self, tries: int = 3) -> None:
        """A line between the fields where all of them are seen with it."""
        scroll, heights = next(iter(self.query(VerticalScroll)), None), [row.outer_size.height for row in self._rows]
        if scroll is None:
            return  # its screen is being closed
        if scroll.size.height and all(heights):
            self.set_class(0 < sum(heights) + len(heights) <= scroll.size.height, "-roomy")
        elif scroll.size.height and tries:
            self.call_after_refresh(self._spread, tries - 1)  # its rows are not laid out yet

    # what stands in it

    @property
    def texts(self) -> dict[str, str]:
        return {row.field.name: row.text for row in self._rows}

    @property
    def filled(self) -> Filled:
        return fill(self.form, self.texts)

    @property
    def draft(self) -> dict[str, str]:
        """What may be kept: secrets are not."""
        return {row.field.name: row.text for row in self._rows if row.field.sort is not Sort.SECRET}

    @property
    def touched(self) -> bool:
        return any(row.touched for row in self._rows)

    def set_values(self, values: Json) -> None:
        """Puts other values in, as if typed."""
        texts = first_texts(self.form, values)
        for row in self._rows:
            if row.field.sort is not Sort.SECRET:
                row.text = texts[row.field.name]

    def show_errors(self, errors: Mapping[str, str]) -> None:
        """What whoever took the values found wrong with them, by field name; gone when the field is changed."""
        self._outside = dict(errors)
        self._tell(all_rows=True)
        self._focus_first(errors)

    def focus_first(self) -> None:
        """The first field that still needs something, else the first."""
        self._focus_first(self.filled.errors)

    # what the keys do

    def action_submit(self) -> None:
        filled = self.filled
        if filled.errors:
            self._tell(all_rows=True)
            self._focus_first(filled.errors)
            self.app.bell()
            return
        self.post_message(self.Submitted(self, filled.value))

    def action_reject(self) -> None:
        self.post_message(self.Rejected(self, self.filled.value))

    def action_ask_info(self) -> None:
        self.post_message(self.InfoWanted(self))

    def action_leave(self) -> None:
        self.post_message(self.Left(self, self.draft, self.touched))

    def action_edit(self) -> None:
        """Opens the values in the person's editor; what they save comes back into the fields."""
        secret = {row.field.name for row in self._rows if row.field.sort is Sort.SECRET}
        result = edited(self.app, self.filled.value, self._title or "form", without=secret)
        if result.problem:
            self.notify(harmless(result.problem), severity="warning", markup=False)
        elif result.changed:
            self.set_values(result.value)

    def on_click(self, event: events.Click) -> None:
        """What the keys do, for who has only the mouse."""
        way = event.style.meta.get("way")
        if isinstance(way, str):
            getattr(self, f"action_{way}")()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        del parameters
        wanted = {"reject": "^r", "ask_info": "^t"}.get(action)
        return wanted is None or bool(self._words[wanted])

    # what it says

    @on(FormRow.Changed)
    def _row_changed(self, event: FormRow.Changed) -> None:
        event.stop()
        self._outside.pop(event.row.field.name, None)
        self._tell()
        self.post_message(self.Changed(self))

    def _tell(self, all_rows: bool = False) -> None:
        if not self.is_attached or not self.query(".standing"):
            return
        errors = {**self.filled.errors, **self._outside}
        for row in self._rows:
            row.touched = row.touched or all_rows
            row.say(errors.get(row.field.name, "") if row.touched else "")
        said = self._standing(errors)
        if said != self._standing_now:  # else every field would be laid out anew for each letter
            self._standing_now = said
            self.query_one(".standing", Static).update(said)

    def _standing(self, errors: Mapping[str, str]) -> Content:
        if not self._rows:
            return Content.styled("nothing to fill in", "$foreground 80%")
        if not errors:
            return Content.styled("✓ all fields are right", "$success")
        known = [row.field.label for row in self._rows if row.field.name in errors]
        loose = [
            f"{name}: {reason}" if name else reason for name, reason in errors.items() if self.form.field(name) is None
        ]
        wrong = ", ".join(known[:4]) + (f" and {len(known) - 4} more" if len(known) > 4 else "")
        said = "; ".join([*([f"still to do: {wrong}"] if wrong else []), *loose])
        return Content.styled(f"○ {harmless(said)}", "$warning")

    def _key_line(self) -> Content:
        line = Content("")
        for key, word in [*self._words.items(), ("^e", "$EDITOR"), ("esc", "leave")]:
            if word:
                told = Content.styled(key, "bold $accent") + Content(f" {word}")
                line += told.stylize(Style.from_meta({"way": _WAYS[key]})) + Content("   ")
        return line

    def _focus_first(self, errors: Mapping[str, str]) -> None:
        rows = [row for row in self._rows if row.field.name in errors] or self._rows
        (rows[0] if rows else self).focus()
