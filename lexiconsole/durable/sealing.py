"""Sealing: the text that an operator signs for a decision, the same in every process."""

from __future__ import annotations

import json

from lexiconsole.durable.journal import Request
from lexiconsole.types import JsonObject

__all__ = ["sealed_text"]


def sealed_text(request: Request) -> str:
    """Everything that makes the decision, as JSON with sorted names; the signature itself is left out."""
    data: JsonObject = {name: value for name, value in request.data.items() if name != "signature"}
    told = {"run": request.run_id, "kind": request.kind.value, "target": request.target, "by": request.by, "data": data}
    return json.dumps(told, sort_keys=True, separators=(",", ":"))
