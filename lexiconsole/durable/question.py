"""Question: what a person is asked, by whom it may be answered, and until when."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from pydantic import BaseModel, TypeAdapter

from lexiconsole.types import Instant, Json, JsonObject

__all__ = ["Question", "QuestionKind"]


class QuestionKind(StrEnum):
    """`input` asks for data, `approval` for a decision, `repair` for an operator after a rollback gave up."""

    INPUT = "input"
    APPROVAL = "approval"
    REPAIR = "repair"


@dataclass(frozen=True, slots=True)
class Question:
    """What to ask. `form` is a pydantic model (or any type pydantic knows) that the answer must fit; None takes any JSON.

    `who` are names or `role:NAME`; empty means anybody. `due` is the instant by which an answer is wanted.
    With `has_default` the question answers itself with `default` at `due`.
    """

    prompt: str
    form: Any = None
    kind: QuestionKind = QuestionKind.INPUT
    who: tuple[str, ...] = ()
    due: Instant | None = None
    default: Json = None
    has_default: bool = False

    def schema(self) -> Json:
        """The form as JSON schema, None when any JSON will do."""
        if self.form is None:
            return None
        if isinstance(self.form, type) and issubclass(self.form, BaseModel):
            return self.form.model_json_schema()
        return TypeAdapter(self.form).json_schema()

    def to_data(self) -> JsonObject:
        """What the `asked` entry keeps."""
        data: JsonObject = {"prompt": self.prompt, "kind": self.kind.value}
        if self.form is not None:
            data["form"] = self.schema()
        if self.who:
            data["who"] = list(self.who)
        if self.due is not None:
            data["due"] = self.due
        if self.has_default:
            data["default"] = self.default
        return data
