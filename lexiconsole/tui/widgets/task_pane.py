"""TaskPane: one task: its chain, its form, what each decision leads to, what the person is shown, what was done so far."""

from __future__ import annotations

import json
from collections.abc import Mapping
from textwrap import wrap
from typing import TYPE_CHECKING, cast

from textual import events
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content

from lexiconsole.durable.journal import RequestKind
from lexiconsole.durable.question import OnDue
from lexiconsole.tui.deciding import form_of_task
from lexiconsole.tui.palettes import Palette
from lexiconsole.tui.widgets.chain import chain_lines
from lexiconsole.tui.widgets.form import FormPanel
from lexiconsole.tui.widgets.painted import titled
from lexiconsole.tui.widgets.static import Static
from lexiconsole.types import Instant, Json
from lexiconsole.views.durations import age, clock, deadline
from lexiconsole.views.inbox import Task, Verb
from lexiconsole.views.safe import harmless, harmless_sentence

if TYPE_CHECKING:
    from lexiconsole.tui.app import ConsoleApp

__all__ = ["TaskPane"]

_BESIDE = 76
"""Cells from which what it leads to stands beside the form, not below the chain."""


class TaskPane(Vertical):
    """`show` gives it a task; the form stays as typed as long as it is the same question. None: nothing is selected.

    `first` is the number of its first pane.
    """

    DEFAULT_CSS = """
    TaskPane { width: 2fr; height: 1fr; }
    TaskPane #chain { height: auto; max-height: 13; padding: 0 1; }
    TaskPane #chain Static { height: auto; }
    TaskPane #middle { height: 1fr; }
    TaskPane #form { width: 3fr; padding: 0; }
    TaskPane #context { width: 2fr; padding: 0 1; }
    TaskPane #context Static { height: auto; }
    TaskPane.-tight #context { display: none; }
    TaskPane.-low #chain { max-height: 10; }
    TaskPane.-tiny #chain { max-height: 4; }
    """

    def __init__(self, first: int = 1) -> None:
        super().__init__()
        self._first = first
        self.task_shown: Task | None = None
        self._me = ""
        self._panel: FormPanel | None = None
        self._said, self._context_text = Static(), Static()
        self._chain = Vertical(self._said, id="chain", classes="pane")
        self._form = Vertical(id="form", classes="pane")
        self._beside = VerticalScroll(self._context_text, id="context", classes="pane")

    def compose(self) -> ComposeResult:
        yield self._chain
        with Horizontal(id="middle"):
            yield self._form
            yield self._beside

    def on_mount(self) -> None:
        self._chain.border_title = f"{self._first} Question"
        self._form.border_title = f"{self._first + 1} Form"
        self._beside.border_title = f"{self._first + 2} What follows"

    def on_resize(self, event: events.Resize) -> None:
        self.set_class(event.size.width < _BESIDE, "-tight")
        self.set_class(event.size.height < 24, "-low")
        self.set_class(self.app.size.height < 14, "-tiny")
        self._tell()

    @property
    def panel(self) -> FormPanel | None:
        return self._panel

    @property
    def panes(self) -> list[Vertical | VerticalScroll]:
        return [self._chain, self._form, self._beside]

    def show(self, task: Task | None, me: str, draft: Mapping[str, str] | None = None) -> None:
        before, self.task_shown, self._me = self.task_shown, task, me
        if task is None or before is None or (before.id, before.seq) != (task.id, task.seq):
            self._form.remove_children()
            self._panel = None if task is None else self._new_form(task, draft)
            if self._panel is not None:
                self._form.mount(self._panel)
        self._tell()

    def _new_form(self, task: Task, draft: Mapping[str, str] | None) -> FormPanel:
        decides = bool(task.levels)
        info = any(verb.kind is RequestKind.ASK_INFO for verb in task.verbs)
        return FormPanel(
            form_of_task(task),
            initial=dict(task.initial) or None,
            draft=draft,
            submit="approve" if decides else "answer",
            reject="reject" if decides else "",
            ask_info="ask for info" if info else "",
        )

    def tick(self) -> None:
        """A second went by: times are other ones."""
        self._tell()

    # what it says

    def _tell(self) -> None:
        if not self.is_mounted:
            return
        app = cast("ConsoleApp", self.app)
        task, palette = self.task_shown, app.palette
        if task is None:
            self._said.update(Content.styled("nothing is selected", palette.faint))
            self._context_text.update("")
            return
        width = max(20, self._chain.size.width - 4)
        now = app.now()
        self._chain.border_title = titled(f"{self._first} {task.name} ▸ {task.run_id}")
        lines = [Content.styled(harmless(task.prompt), f"bold {palette.bright}")]
        lines += chain_lines(task, width, palette, app.glyphs, self._me, low=self.has_class("-low"))
        lines.append(self._due(task, palette, now))
        lines.append(self._rights(task, palette))
        if self.has_class("-tight"):
            lines += [_verb(verb, palette) for verb in task.verbs[:2] if verb.leads_to]
        self._said.update(Content("\n").join(lines))
        self._form.border_title = f"{self._first + 1} {'Decision' if task.levels else 'Answer'}"
        room = max(16, self._beside.size.width - 5)
        self._context_text.update(Content("\n").join(_context(task, palette, now, room)))

    def _due(self, task: Task, palette: Palette, now: Instant) -> Content:
        if task.due is None:
            return Content.styled(f"asked {age(task.asked_at, now)}; not due", palette.faint)
        late = task.due < now
        then = {
            OnDue.DEFAULT: "then the default answer counts",
            OnDue.ESCALATE: "then it is escalated",
            OnDue.FAIL: "then it fails",
            OnDue.WAIT: "an answer is still taken" if late else "an answer is still taken then",
        }[task.on_due]
        said = f"asked {age(task.asked_at, now)}, {deadline(task.due, now)}; {then}"
        return Content.styled(said, palette.key if late or task.due - now < 3600 else palette.faint)

    def _rights(self, task: Task, palette: Palette) -> Content:
        if task.not_enforced:
            return Content.styled(f"not enforced: {harmless('; '.join(task.not_enforced))}", palette.faint)
        if task.why_not:
            return Content.styled(f"you ({harmless(self._me)}) may not decide: {harmless(task.why_not)}", palette.key)
        who = f" (for {harmless(', '.join(task.who))})" if task.who else ""
        four = ", four-eyes ok" if task.initiator and task.initiator != self._me else ""
        return Content.styled(f"you ({harmless(self._me)}) may decide{who}{four}", palette.faint)


def _context(task: Task, palette: Palette, now: Instant, room: int) -> list[Content]:
    lines = [_heading("what it leads to", palette)]
    for verb in task.verbs:
        lines += _consequence(verb, palette, room, task.why_not)
    if len(lines) == 1:
        lines.append(Content.styled("  nothing that you may do", palette.dim))
    if task.details is not None:
        lines += [Content(""), _heading("what you are shown", palette), *_values(task.details, palette)]
    if task.acts:
        lines += [Content(""), _heading("so far", palette)]
    for act in task.acts:
        line = Content.styled(f"  {clock(act.at)} ", palette.faint) + Content.styled(
            f"{harmless(act.by)} {harmless(act.text)}", palette.text
        )
        lines.append(line + Content.styled(f" “{harmless(act.reason)}”" if act.reason else "", palette.faint))
    lines += [Content(""), _heading("for the record", palette)]
    if task.initiator:
        lines.append(
            Content.styled(f"  asked for by {harmless(task.initiator)} {age(task.asked_at, now)}", palette.faint)
        )
    if task.shown:
        lines += _hanging(f"digest of what is shown {task.shown[:12]}", "  ", palette.faint, room)
    lines += _hanging(f"task {harmless(task.id)}", "  ", palette.faint, room)
    return lines


def _heading(text: str, palette: Palette) -> Content:
    return Content.styled(text, f"bold {palette.text}")


def _verb(verb: Verb, palette: Palette) -> Content:
    name = verb.verdict or verb.kind.value.replace("_", " ")
    head = Content.styled(f"  {name:<9}", palette.text if not verb.why_not else palette.dim)
    if verb.why_not:
        return head + Content.styled(f"not possible: {harmless_sentence(verb.why_not)}", palette.dim)
    return head + Content.styled(f"→ {harmless(verb.leads_to)}", palette.accent)


def _consequence(verb: Verb, palette: Palette, room: int, why_not: str) -> list[Content]:
    """What follows, on a line of its own; what is not possible is said only of what decides, and once."""
    name = verb.verdict or verb.kind.value.replace("_", " ")
    if verb.why_not:
        decides = bool(verb.verdict) or verb.kind is RequestKind.ANSWER
        said = f"{name}: {harmless_sentence(verb.why_not)}"
        return _hanging(said, "  ", palette.dim, room) if decides and verb.why_not != why_not else []
    if not verb.leads_to:
        return []
    follows = _hanging(f"→ {harmless(verb.leads_to)}", "  ", palette.accent, room)
    return [Content.styled(f"  {name}", palette.text), *follows]


def _hanging(text: str, margin: str, style: str, room: int) -> list[Content]:
    """Wrapped, with the lines behind the first two cells further in."""
    lines = wrap(text, room, initial_indent=margin, subsequent_indent=f"{margin}  ")
    return [Content.styled(line, style) for line in lines]


def _values(value: Json, palette: Palette) -> list[Content]:
    if not isinstance(value, dict):
        return [Content.styled(f"  {harmless(_short(value))}", palette.text)]
    wide = min(20, max((len(name) for name in value), default=0))
    return [
        Content.styled(f"  {harmless(name.replace('_', ' ')):<{wide}}  ", palette.faint)
        + Content.styled(harmless(_short(part)), palette.text)
        for name, part in value.items()
    ]


def _short(value: Json) -> str:
    if isinstance(value, int | float) and not isinstance(value, bool):
        return f"{value:,}"
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
