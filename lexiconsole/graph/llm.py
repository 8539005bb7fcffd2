"""LLMNode: asks a language model, and falls back to a rule where none is configured."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from pydantic import ValidationError

from lexiconsole.contracts.model import ChatCompletionProtocol, ChatMessage
from lexiconsole.durable.calling import check_call
from lexiconsole.durable.codec import adapter_of
from lexiconsole.durable.context import INFER
from lexiconsole.durable.scrubbing import scrub, secrets_in
from lexiconsole.errors import DefinitionError
from lexiconsole.graph.node import AbstractWorkflowNode, NodeType
from lexiconsole.graph.prompt import Prompt, rendered

__all__ = ["LLMNode", "ModelError"]


class ModelError(Exception):
    """A language model that did not answer, or not as it was asked to."""


CUT_SHORT = {
    "length": "stopped before the end of its answer; raise max_tokens, or ask for less",
    "content_filter": "gave no whole answer, for its provider's content filter held it back; put the question differently",
}
"""What it means when a model ends for one of these reasons: what there is of its text is no answer."""


class LLMNode(AbstractWorkflowNode):
    """Sends `system` and `prompt` (texts with `{fields}` of the state, or functions of it) to `model`; gives its text.

    With an `output_type` (a pydantic model, or any type pydantic knows) the model is asked for JSON of that type, and an
    answer that does not fit is a failed try. `model` may be a function that gives one, or None when none is configured: then
    `fallback` is called with the state and gives the output instead. A model that fails fails the node.
    """

    node_type = NodeType.LLM
    model: ChatCompletionProtocol | Callable[[], ChatCompletionProtocol | None] | None = None
    prompt: Prompt = ""
    system: Prompt = ""
    output_type: Any = str
    fallback: Callable[[Any], Any] | None = None
    temperature: float | None = None
    max_tokens: int | None = None

    def __init__(
        self,
        name: str = "",
        model: ChatCompletionProtocol | Callable[[], ChatCompletionProtocol | None] | None = None,
        prompt: Prompt = "",
        *,
        system: Prompt = "",
        output_type: Any = None,
        fallback: Callable[[Any], Any] | None = None,
        temperature: float | None = None,
        max_tokens: int | None = None,
        **terms: Any,
    ) -> None:
        super().__init__(name, **terms)
        self.model = model if model is not None else self.model
        self.prompt, self.system = prompt or self.prompt, system or self.system
        self.output_type = self.output_type if output_type is None else output_type
        self.fallback = fallback or self.fallback
        self.temperature = self.temperature if temperature is None else temperature
        self.max_tokens = self.max_tokens if max_tokens is None else max_tokens

    async def execute(self, state: Any) -> Any:
        model = self._model()
        if model is None:
            return await self._without(state)
        wanted = None if self.output_type is str else adapter_of(self.output_type)
        schema = None if wanted is None else wanted.json_schema()
        try:
            reply: Any = model.complete(
                self.messages(state), schema=schema, temperature=self.temperature, max_tokens=self.max_tokens
            )
            reply = await reply if hasattr(reply, "__await__") else reply
        except Exception as fault:
            if told := scrub(fault, *secrets_in(state)):
                raise ModelError(f"{type(fault).__name__}: {told}") from None
            raise
        text = getattr(reply, "text", None)
        if not isinstance(text, str):
            raise ModelError(
                f"{type(model).__name__}.complete gave {type(reply).__name__} without text; it gives a ChatReply"
            )
        if wanted is None:
            return text
        try:
            return wanted.validate_json(text)
        except ValidationError as fault:
            reasons = "; ".join(
                f"{'.'.join(map(str, e['loc'])) or 'answer'}: {e['msg']}" for e in fault.errors(include_url=False)
            )
            raise ModelError(f"the model's answer does not fit: {reasons}") from None

    def messages(self, state: Any) -> list[ChatMessage]:
        """What is sent."""
        value = self.taken_from(state) if self.input_key is not None else None
        asked = [ChatMessage("user", rendered(self.prompt or "{input}", state, value))]
        return [ChatMessage("system", rendered(self.system, state, value)), *asked] if self.system else asked

    @property
    def returns(self) -> Any:
        return INFER if self.output_type is str and self.fallback is not None else self.output_type

    def _model(self) -> ChatCompletionProtocol | None:
        if self.model is None or isinstance(self.model, ChatCompletionProtocol):
            return self.model
        found = self.model()
        if found is None or isinstance(found, ChatCompletionProtocol):
            return found
        raise ModelError(
            f"{self.name}: the function for its model gave {type(found).__name__}, which has no complete()"
        )

    async def _without(self, state: Any) -> Any:
        if self.fallback is None:
            raise ModelError(f"{self.name} has no model; configure one, or give the node a fallback")
        value = self.fallback(state)
        return await value if hasattr(value, "__await__") else value

    def check(self) -> None:
        super().check()
        if self.model is not None and not isinstance(self.model, ChatCompletionProtocol):
            check_call(self.name, "the model, if it has no complete(),", self.model, most=0)
        if not self.prompt and self.input_key is None:
            raise DefinitionError(f"{self.name}: give it a prompt, or say with input_key where it stands")
