"""HumanNode: asks a person and waits, for as long as it takes."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from lexiconsole.durable.answers import accepted
from lexiconsole.durable.codec import adapter_of, misfits_of
from lexiconsole.durable.context import INFER, Durable
from lexiconsole.durable.question import Question, QuestionKind
from lexiconsole.durable.vault import NO_VAULT
from lexiconsole.errors import DefinitionError, HumanInputRequiredError, InvalidInputError
from lexiconsole.graph.node import AbstractWorkflowNode, NodeType
from lexiconsole.graph.prompt import Prompt, rendered

if TYPE_CHECKING:
    from lexiconsole.graph.walk import Visit, Walk

__all__ = ["HumanNode"]

NOTHING: Any = object()


class HumanNode(AbstractWorkflowNode):
    """Asks `prompt`, a text with `{fields}` of the state or a function of it; without one, what stands at `input_key`.

    The answer must fit `form` (a pydantic model, or any type pydantic knows; None takes any JSON). `who` may answer: names
    or `role:NAME`, empty for anybody. `due` is seconds, or a timedelta, from when it is asked; with a `default` the
    question then answers itself. A graph that nobody drives for people, in a script, stops here with a checkpoint.
    """

    node_type = NodeType.HUMAN
    prompt: Prompt = ""
    form: Any = None
    who: Sequence[str] = ()
    kind: QuestionKind = QuestionKind.INPUT
    default: Any = NOTHING

    is_waiting = True
    is_let_go = True

    def __init__(
        self,
        name: str = "",
        prompt: str | Callable[[Any], str] = "",
        *,
        input_key: str | None = None,
        output_key: str | None = None,
        form: Any = None,
        who: Sequence[str] = (),
        due: float | timedelta | None = None,
        default: Any = NOTHING,
        kind: QuestionKind | None = None,
    ) -> None:
        super().__init__(name, input_key=input_key, output_key=output_key)
        if prompt:
            self.prompt = prompt
        self.form = form if form is not None else self.form
        self.who = tuple(who) or tuple(self.who)
        seconds = due.total_seconds() if isinstance(due, timedelta) else due
        self.due = seconds if seconds is not None else self.due
        self.default = default if default is not NOTHING else self.default
        self.kind = kind or self.kind

    def begin(self, walk: Walk, visit: Visit) -> Durable[Any] | None:
        question = self.question(visit.state, visit.asked_at)
        if not walk.ctx.journaled:
            walk.stand_at(visit, question.prompt)
            return None
        return walk.ctx.ask(visit.key, question)

    def question(self, state: Mapping[str, Any], asked_at: float = 0.0) -> Question:
        value = self.taken_from(state) if self.input_key is not None else None
        prompt = rendered(self.prompt, state, value)
        return Question(
            prompt or (str(value) if value is not None else f"{self.name}?"),
            form=self.form,
            kind=self.kind,
            who=tuple(self.who),
            due=None if self.due is None else asked_at + self.due,
            default=None if self.default is NOTHING else self.default,
            has_default=self.default is not NOTHING,
        )

    @property
    def returns(self) -> Any:
        return INFER if self.form is None or isinstance(self.form, dict) else self.form

    def accepts(self, answer: Any) -> Any:
        """The answer as the form's type; raises InvalidInputError with every field and reason."""
        subject = f"the answer to {self.name}"
        if self.form is None:
            return answer
        if isinstance(self.form, dict):
            return accepted(self.form, answer, NO_VAULT, subject)
        try:
            return adapter_of(self.form).validate_python(answer)
        except ValidationError as fault:
            raise InvalidInputError(subject, misfits_of(fault)) from None

    async def execute(self, state: Any) -> Any:
        """Outside of any graph nobody can be asked."""
        raise HumanInputRequiredError(self.name, self.question(state).prompt)

    def check(self) -> None:
        super().check()
        if self.due is not None and self.due <= 0:
            raise DefinitionError(f"{self.name}: due is seconds from when it is asked and must be more than 0")
        if self.default is not NOTHING and self.due is None:
            raise DefinitionError(f"{self.name}: a default is given when the question is due; say when, with due=")
