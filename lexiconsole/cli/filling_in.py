"""A form filled in at the terminal, field by field; each wrong value is said with its reason and asked for again."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from lexiconsole.types import Json
from lexiconsole.views.filling import Wrong, fill, first_texts, read
from lexiconsole.views.forms import FormField, Sort, form_of
from lexiconsole.views.safe import harmless

if TYPE_CHECKING:
    from lexiconsole.app.workspace import Workspace
    from lexiconsole.cli.diagnostics import Diagnostics
    from lexiconsole.cli.face import Face
    from lexiconsole.views.inbox import Task

__all__ = ["Declined", "answer_of", "ask_line"]


class Declined(Exception):  # noqa: N818 - a wish, not a fault
    """Nothing was typed, or the input ended: the person does not want to answer now."""


def answer_of(face: Face, workspace: Workspace, task: Task) -> Json:
    """The answer as it was typed. Raises Declined; what was typed until then is kept as a draft, secrets apart."""
    from lexiconsole.app.drafts import Drafts

    form = form_of(task.form)
    texts = first_texts(form, dict(task.initial) or None)
    draft = {name: text for name, text in (task.draft or {}).items() if form.field(name) is not None}
    if draft:
        face.err.hint("with what you typed before; Return keeps what stands in brackets")
        texts |= draft
    typed: dict[str, str] = {}
    wanted, filled = list(form.fields), fill(form, texts)
    try:
        while wanted:
            for field in wanted:
                texts[field.name] = typed[field.name] = _ask(face.err, field, texts.get(field.name, ""))
            filled = fill(form, texts)
            for name, reason in filled.errors.items():
                face.err.error(f"{name} {reason}")
            wanted = [field for field in form.fields if field.name in filled.errors]
    except Declined:
        kept = {field.name: typed[field.name] for field in form.fields if typed.get(field.name) and not _secret(field)}
        if kept:
            Drafts(workspace.store_path).keep(face.shared.by or workspace.me, task.id, draft | kept)
            face.err.hint("what you typed is kept for next time")
        raise
    return filled.value


def ask_line(err: Diagnostics, label: str) -> str:
    """What was typed on one line; "" for nothing. Raises Declined at the end of the input."""
    err.write(f"  {harmless(label)}: ")
    line = sys.stdin.readline()
    if not line:
        raise Declined
    return line.rstrip("\r\n")


def _ask(err: Diagnostics, field: FormField, stands: str) -> str:
    """The text for one field. An empty line keeps what `stands` there, leaves an optional one out, else declines."""
    while True:
        text = _typed(err, field, stands) or stands
        may_be_empty = (
            not field.required or field.nullable or bool(field.above) or field.sort in (Sort.LIST, Sort.PAIRS)
        )
        if not text:
            if may_be_empty:
                return ""
            raise Declined
        try:
            read(field, text)
        except Wrong as fault:
            err.error(f"{field.name or 'the answer'} {fault}")
            stands = ""
            continue
        return text


def _typed(err: Diagnostics, field: FormField, stands: str) -> str:
    label = _label(field, stands)
    if _secret(field):
        with _hushed():
            text = ask_line(err, label)
        err.line()
        return text
    text = ask_line(err, label)
    if field.sort not in (Sort.LIST, Sort.PAIRS, Sort.LINES) or not text:
        return text
    lines = [text]
    while more := ask_line(err, "  more, or Return"):
        lines.append(more)
    return "\n".join(lines)


def _label(field: FormField, stands: str) -> str:
    """`hours (for how long, number, at most 90) [8]`."""
    about = field.about.rstrip(".")
    kind = {
        Sort.TEXT: "",
        Sort.LINES: "",
        Sort.CHOICE: "/".join(str(choice) for choice in field.choices),
        Sort.LIST: "one a line",
        Sort.PAIRS: "name = value, one a line",
    }.get(field.sort, field.sort.value)
    notes = [note for note in (about, kind, *field.limits) if note]
    if not stands and (not field.required or field.nullable or field.above):
        notes.append("may be left empty")
    shown = "•••" if _secret(field) else stands.replace("\n", ", ")
    label = field.name or "answer"
    if notes:
        label += f" ({', '.join(notes)})"
    return f"{label} [{shown}]" if stands else label


def _secret(field: FormField) -> bool:
    return field.sort is Sort.SECRET


@contextmanager
def _hushed() -> Iterator[None]:
    """The terminal does not show what is typed."""
    import termios

    try:
        handle = sys.stdin.fileno()
        before = termios.tcgetattr(handle)
    except (OSError, ValueError, termios.error):  # no terminal of the system
        yield
        return
    after = before[:]
    after[3] &= ~termios.ECHO
    termios.tcsetattr(handle, termios.TCSADRAIN, after)
    try:
        yield
    finally:
        termios.tcsetattr(handle, termios.TCSADRAIN, before)
