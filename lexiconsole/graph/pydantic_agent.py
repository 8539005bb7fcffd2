"""PydanticAgent: an agent of pydantic-ai as the agent of an AgentNode. Needs `pip install lexiconsole[models]`."""

from __future__ import annotations

import importlib
import json
import typing
from collections.abc import Sequence
from typing import Any

from pydantic_core import to_jsonable_python

from lexiconsole.durable.codec import returns_of
from lexiconsole.durable.context import INFER
from lexiconsole.durable.scrubbing import scrubbed
from lexiconsole.errors import DefinitionError
from lexiconsole.graph.llm import CUT_SHORT, ModelError

__all__ = ["PydanticAgent"]


class PydanticAgent:
    """Gives text to the agent as it is, anything else as JSON; its output comes back as the agent's `output_type`.

    `deps` and `usage_limits` are handed to the agent at each run. What the agent raises is a ModelError, without secrets; so
    is an answer that the model did not bring to its end.
    """

    def __init__(self, agent: Any, *, deps: Any = None, usage_limits: Any = None) -> None:
        if not callable(getattr(agent, "run", None)):
            raise DefinitionError(f"PydanticAgent takes an agent of pydantic-ai, not {agent!r}")
        self.agent, self.deps, self.usage_limits = agent, deps, usage_limits
        self.output_type: Any = _kept_as(getattr(agent, "output_type", Any))

    async def run(self, input: Any) -> Any:
        errors = importlib.import_module("pydantic_ai.exceptions")
        prompt = input if isinstance(input, str) else json.dumps(to_jsonable_python(input), ensure_ascii=False)
        try:
            done = await self.agent.run(prompt, deps=self.deps, usage_limits=self.usage_limits)
        except (errors.AgentRunError, errors.UserError) as fault:
            raise ModelError(scrubbed(str(fault))) from None
        ended = getattr(getattr(done, "response", None), "finish_reason", None)
        if ended in CUT_SHORT:
            raise ModelError(f"the agent's model {CUT_SHORT[ended]} (finish_reason {ended})")
        return done.output


def _kept_as(output: Any) -> Any:
    """The type of what comes out, from all that pydantic-ai takes for an output type: types, functions, several of them,
    and its markers around these.
    """
    if isinstance(output, Sequence) and not isinstance(output, str):
        return typing.Union[tuple(map(_kept_as, output))] if output else Any  # noqa: UP007 - of a tuple there is no `|`
    inside = [getattr(output, name) for name in ("output", "outputs", "output_function") if hasattr(output, name)]
    if inside and not isinstance(output, type):
        return _kept_as(inside[0])
    if callable(output) and not isinstance(output, type) and typing.get_origin(output) is None:
        gives = returns_of(output)
        return Any if gives is INFER else gives
    return output
