"""Asking the person at the terminal: yes or no, and the fields of a question's form one by one."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Any

from lexiconsole.errors import UsageError
from lexiconsole.types import Json, JsonObject
from lexiconsole.views.safe import harmless

if TYPE_CHECKING:
    from lexiconsole.app.workspace import Workspace
    from lexiconsole.cli.diagnostics import Diagnostics
    from lexiconsole.cli.face import Face
    from lexiconsole.durable.journal import RunRow, TaskRow

__all__ = ["Declined", "answer_in_place", "ask_form", "confirm"]


class Declined(Exception):  # noqa: N818 - a wish, not a fault
    """Nothing was typed, or the input ended: the person does not want to answer now."""


def confirm(err: Diagnostics, question: str) -> bool:
    """Yes only for a typed `y` or `yes`."""
    err.write(f"{harmless(question)} [y/N] ")
    return sys.stdin.readline().strip().lower() in ("y", "yes")


def answer_in_place(face: Face, workspace: Workspace, row: RunRow) -> bool:
    """Offers the run's open questions; True when one was answered, so that the run goes on."""
    from lexiconsole.durable.journal import Request, RequestKind

    for task in workspace.tasks(row):
        while True:
            face.err.line()
            try:
                value = ask_form(face.err, task)
            except Declined:
                face.err.hint("not answered; the question stays open")
                break
            request = Request(
                row.id, RequestKind.ANSWER, task.key, {"value": value}, by=face.shared.by, expects=task.seq
            )
            try:
                outcome = workspace.act(request)
            except UsageError as fault:  # the form says no: the question is still open
                face.err.error(str(fault))
                continue
            if not outcome.refused:
                return True
            face.err.error(outcome.refused)
    return False


def ask_form(err: Diagnostics, task: TaskRow) -> Json:
    """The answer typed field by field as the question's form wants it; raises when the person would rather not."""
    err.say(f"{task.key} asks: {task.data.get('prompt', '')}")
    form = task.data.get("form")
    if not isinstance(form, dict):
        return _needed(err, "answer (JSON or text)", {})
    if form.get("type") != "object" or not isinstance(form.get("properties"), dict):
        return _needed(err, "answer", _resolved(form, form))
    answer: JsonObject = {}
    needed = form.get("required", [])
    fields: dict[str, Any] = form["properties"]  # type: ignore[assignment]
    for name, field in fields.items():
        schema = _resolved(field, form)
        optional = not isinstance(needed, list) or name not in needed
        value = _typed(err, name, schema, optional=optional)
        if value is not _LEFT_OUT:
            answer[name] = value
    return answer


_LEFT_OUT: Any = object()


def _needed(err: Diagnostics, name: str, schema: dict[str, Any]) -> Json:
    value: Json = _typed(err, name, schema)
    return value


def _typed(err: Diagnostics, name: str, schema: dict[str, Any], *, optional: bool = False) -> Any:
    """One value. Empty input leaves an optional field out and declines at one that is needed."""
    while True:
        err.write(f"  {harmless(_label(name, schema, optional=optional))}: ")
        line = sys.stdin.readline()
        text = line.rstrip("\r\n")
        if not line or (not text and not optional):
            raise Declined
        if not text:
            return _LEFT_OUT
        try:
            return _value(text, schema)
        except ValueError as fault:
            err.error(str(fault))


def _label(name: str, schema: dict[str, Any], *, optional: bool) -> str:
    kind = "/".join(str(each) for each in schema["enum"]) if "enum" in schema else schema.get("type", "")
    kind = {"boolean": "yes/no", "string": "", "integer": "whole number", "object": "JSON", "array": "JSON"}.get(
        kind, kind
    )
    about = schema.get("description") or ""
    notes = [note for note in (about, kind) if note]
    if optional:
        default = schema.get("default")
        notes.append(f"empty for {json.dumps(default)}" if default is not None else "may be left empty")
    return f"{name} ({', '.join(notes)})" if notes else name


def _value(text: str, schema: dict[str, Any]) -> Json:
    if "enum" in schema:
        return _one_of(text, schema["enum"])
    match schema.get("type"):
        case "boolean":
            return _yes_or_no(text)
        case "integer":
            return int(text)
        case "number":
            return float(text) if "." in text or "e" in text.lower() else int(text)
        case "string":
            return text
        case "array" | "object":
            value: Json = json.loads(text)
            return value
        case _:
            return _json_or_text(text)


def _one_of(text: str, choices: list[Any]) -> Json:
    for choice in choices:
        if text == str(choice):
            return choice  # type: ignore[no-any-return]
    raise ValueError(f"{text!r} is none of {', '.join(str(choice) for choice in choices)}")


def _yes_or_no(text: str) -> bool:
    word = text.strip().lower()
    if word in ("y", "yes", "true", "1"):
        return True
    if word in ("n", "no", "false", "0"):
        return False
    raise ValueError(f"{text!r} is neither yes nor no")


def _json_or_text(text: str) -> Json:
    try:
        value: Json = json.loads(text)
    except ValueError:
        return text
    return value


def _resolved(schema: Any, form: dict[str, Any]) -> dict[str, Any]:
    """The schema behind a reference; of `X or nothing`, the X."""
    if not isinstance(schema, dict):
        return {}
    if "$ref" in schema:
        found = form.get("$defs", {}).get(str(schema["$ref"]).rpartition("/")[2], {})
        return {**_resolved(found, form), **{name: part for name, part in schema.items() if name != "$ref"}}
    choices = [choice for choice in schema.get("anyOf", []) if choice.get("type") != "null"]
    if len(choices) == 1:
        return {**_resolved(choices[0], form), **{name: part for name, part in schema.items() if name != "anyOf"}}
    return schema
