"""JSON values for people: harmless, on one line, cut to a length."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from lexiconsole.durable.vault import hidden, sealed
from lexiconsole.types import Json, JsonObject
from lexiconsole.views.safe import harmless, harmless_sentence

__all__ = ["brief", "error_line", "in_words", "pairs", "process_of", "unspoken"]


def brief(value: Json, limit: int = 80) -> str:
    """The value as harmless compact JSON; text without quotes. What is longer than `limit` signs is cut."""
    text = value if isinstance(value, str) else json.dumps(hidden(value), ensure_ascii=False, separators=(", ", ": "))
    text = harmless(text if len(text) <= limit * 4 else text[: limit * 4])
    return text if len(text) <= limit else text[: max(0, limit - 1)] + "…"


def unspoken(schema: Json | Mapping[str, Any], value: Json) -> Json:
    """The value as it may be shown before anything is kept: what its schema calls a secret is masked."""
    return hidden(sealed(schema, value, lambda text: ""))


def in_words(value: Json, limit: int = 80) -> str:
    """The value at a glance: names and what they hold, the parts of a plain list; JSON is only what is inside of those."""
    match hidden(value):
        case dict() as fields if fields:
            return brief(", ".join(f"{name} {_word(part)}" for name, part in fields.items()), limit)
        case [only]:
            return in_words(only, limit)
        case list() as parts if parts:
            plain = not any(isinstance(part, dict | list) for part in parts)
            return brief(", ".join(_word(part) for part in parts), limit) if plain else f"{len(parts)} of them"
        case bool() as said:
            return _word(said)
        case other:
            return brief(other, limit)


def _word(value: Json) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return '""' if value == "" else "nothing" if value is None else brief(value, 400)


def pairs(value: Json, limit: int = 80) -> str:
    """An object as `name=value name=value`, anything else as `brief` shows it."""
    if not isinstance(value, dict):
        return brief(value, limit)
    return brief(" ".join(f"{name}={_quoted(item)}" for name, item in value.items()), limit)


def _quoted(value: Json) -> str:
    if isinstance(value, str) and value and not any(sign.isspace() or sign in "\"'=" for sign in value):
        return value
    return json.dumps(hidden(value), ensure_ascii=False, separators=(",", ":"))


def process_of(data: JsonObject) -> str:
    """`process 12 on here`, from what an entry keeps of who drives the run; "" when it does not say."""
    pid, host = data.get("pid"), data.get("host")
    return f"process {pid} on {host}" if pid and host else f"process {pid}" if pid else ""


def error_line(error: JsonObject | None, limit: int = 160) -> str:
    """An error as entries keep it (`type`, `message`, `unknown`) in one line, without a traceback."""
    if not error:
        return ""
    kind, message = str(error.get("type", "Err")), str(error.get("message", ""))
    text = message if kind in ("Err", "") else f"{kind}: {message}" if message else kind
    said = harmless_sentence(text)
    return brief(f"{said} (it may have taken effect)" if error.get("unknown") else said, limit)
