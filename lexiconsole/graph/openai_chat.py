"""OpenAIChat: a language model behind an OpenAI-compatible endpoint. Needs `pip install lexiconsole[models]`."""

from __future__ import annotations

import importlib
import os
from collections.abc import Sequence
from typing import Any

from pydantic import SecretStr

from lexiconsole.contracts.model import ChatMessage, ChatReply
from lexiconsole.durable.scrubbing import scrubbed
from lexiconsole.errors import ConfigurationError
from lexiconsole.graph.llm import CUT_SHORT, ModelError
from lexiconsole.types import JsonObject

__all__ = ["OpenAIChat", "configured_chat"]


class OpenAIChat:
    """Asks `model` at `base_url`, by default OpenAI's own. Every other endpoint that speaks its chat completions will do.

    The key is read when a question is sent, from `api_key` or the environment variable OPENAI_API_KEY; it is in no message,
    no error and no journal. One question is one request: how often it is tried is the node's to say.
    """

    def __init__(
        self, model: str, *, base_url: str | None = None, api_key: SecretStr | str | None = None, timeout: float = 60.0
    ) -> None:
        self.model, self.base_url, self.timeout = model, base_url, timeout
        self._api_key = SecretStr(api_key) if isinstance(api_key, str) else api_key

    async def complete(
        self,
        messages: Sequence[ChatMessage],
        *,
        schema: JsonObject | None = None,
        temperature: float | None = None,
        max_tokens: int | None = None,
    ) -> ChatReply:
        """Raises ModelError when there is no answer, ConfigurationError when the package is missing."""
        openai = _package()
        key = self._key()
        wanted: dict[str, Any] = {"temperature": temperature, "max_tokens": max_tokens}
        if schema is not None:
            form = {"name": "answer", "schema": schema, "strict": False}
            wanted["response_format"] = {"type": "json_schema", "json_schema": form}
        try:
            async with openai.AsyncOpenAI(
                api_key=key,
                base_url=self.base_url or _environment("OPENAI_BASE_URL"),
                timeout=self.timeout,
                max_retries=0,
            ) as client:
                got = await client.chat.completions.create(
                    model=self.model,
                    messages=[{"role": message.role, "content": message.content} for message in messages],
                    **{name: value for name, value in wanted.items() if value is not None},
                )
        except openai.OpenAIError as fault:
            raise ModelError(scrubbed(f"{self.model}: {fault}", key)) from None
        except ValueError as fault:  # an answer that is no JSON, a key that no header can carry
            raise ModelError(scrubbed(f"{self.model}: {type(fault).__name__}: {fault}", key)) from None
        return self._reply(got)

    def _reply(self, got: Any) -> ChatReply:
        """Nobody checks what an endpoint sends: whatever has no text at its place is no answer."""
        try:
            choice = got.choices[0] if got.choices else None
            message, ended = choice and choice.message, getattr(choice, "finish_reason", None)
            text, refusal = getattr(message, "content", None), getattr(message, "refusal", None)
        except (AttributeError, TypeError, LookupError):
            raise ModelError(f"{self.model} gave an answer that is no chat completion") from None
        if isinstance(ended, str) and ended in CUT_SHORT:
            raise ModelError(f"{self.model} {CUT_SHORT[ended]} (finish_reason {ended})")
        if not isinstance(text, str) or not text:
            why = f"refused: {refusal}" if refusal else "gave no text"
            raise ModelError(f"{self.model} {why}")
        used = [getattr(got.usage, name, 0) for name in ("prompt_tokens", "completion_tokens")]
        return ChatReply(text, str(got.model), *(count if isinstance(count, int) else 0 for count in used))

    def _key(self) -> str:
        if self._api_key is not None:
            return self._api_key.get_secret_value()
        return _environment("OPENAI_API_KEY") or "none"  # endpoints on one's own machine ask for no key

    def __repr__(self) -> str:
        return f"OpenAIChat({self.model!r})"


def configured_chat() -> OpenAIChat | None:
    """The model that the environment names with OPENAI_MODEL (and OPENAI_BASE_URL, OPENAI_API_KEY); None without."""
    name = _environment("OPENAI_MODEL")
    return OpenAIChat(name) if name else None


def _environment(name: str) -> str | None:
    return os.environ.get(name) or None


def _package() -> Any:
    try:
        return importlib.import_module("openai")
    except ModuleNotFoundError:
        raise ConfigurationError("language models need the openai package: pip install 'lexiconsole[models]'") from None
