"""The words of language models, tools and agents: what graphs ask of them, whoever provides them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol, runtime_checkable

from lexiconsole.types import JsonObject

__all__ = ["AgentProtocol", "ChatCompletionProtocol", "ChatMessage", "ChatReply", "ToolProtocol"]


@dataclass(frozen=True, slots=True)
class ChatMessage:
    """One turn; `role` is system, user or assistant."""

    role: str
    content: str


@dataclass(frozen=True, slots=True)
class ChatReply:
    """What a model said, and what it took in tokens, as far as the provider tells."""

    text: str
    model: str = ""
    input_tokens: int = 0
    output_tokens: int = 0


@runtime_checkable
class ChatCompletionProtocol(Protocol):
    """A language model. Raises when it has no answer; an error text is never given as one."""

    async def complete(
        self,
        messages: Sequence[ChatMessage],
        *,
        schema: JsonObject | None = None,
        temperature: float | None = None,
        max_tokens: int | None = None,
    ) -> ChatReply:
        """With a `schema` the reply's text is JSON that fits it, as far as the model can."""
        ...


@runtime_checkable
class ToolProtocol(Protocol):
    """Something that does one thing with an input. Raises when it can not."""

    name: str

    async def execute(self, input: Any) -> Any: ...


@runtime_checkable
class AgentProtocol(Protocol):
    """Somebody who works on an input by themselves and gives what came of it."""

    async def run(self, input: Any) -> Any: ...
