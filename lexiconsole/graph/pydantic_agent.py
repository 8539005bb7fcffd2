"""PydanticAgent: an agent of pydantic-ai as the agent of an AgentNode. Needs `pip install lexiconsole[models]`."""

from __future__ import annotations

import importlib
import json
from typing import Any

from pydantic_core import to_jsonable_python

from lexiconsole.graph.llm import ModelError
from lexiconsole.graph.secrets import scrubbed

__all__ = ["PydanticAgent"]


class PydanticAgent:
    """Gives text to the agent as it is, anything else as JSON; its output comes back as the agent's `output_type`.

    `deps` are handed to the agent at each run. What the agent raises is a ModelError, without secrets.
    """

    def __init__(self, agent: Any, *, deps: Any = None) -> None:
        self.agent, self.deps = agent, deps
        found = getattr(agent, "output_type", None)
        self.output_type: Any = found if isinstance(found, type) else Any

    async def run(self, input: Any) -> Any:
        errors = importlib.import_module("pydantic_ai.exceptions")
        prompt = input if isinstance(input, str) else json.dumps(to_jsonable_python(input), ensure_ascii=False)
        try:
            done = await self.agent.run(prompt, deps=self.deps)
        except errors.AgentRunError as fault:
            raise ModelError(scrubbed(str(fault))) from None
        return done.output
