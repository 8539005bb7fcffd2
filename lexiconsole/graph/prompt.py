"""Prompts: a text with `{fields}` of the state, or a function of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

__all__ = ["Prompt", "rendered"]

Prompt: TypeAlias = str | Callable[[Any], str]


def rendered(prompt: Prompt, state: Mapping[str, Any], value: Any = None) -> str:
    """The prompt for this state; `{input}` is `value`. Raises LookupError for a field that the state does not have."""
    if not isinstance(prompt, str):
        return str(prompt(state))
    fields = state if value is None else {**state, "input": value}
    try:
        return prompt.format_map(fields)
    except KeyError as missing:
        raise LookupError(
            f"the prompt names {{{missing.args[0]}}}, which the state does not have; it has {', '.join(state) or 'nothing'}"
        ) from None
