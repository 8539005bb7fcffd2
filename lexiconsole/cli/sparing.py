"""Sparing: what was not given, and text, is what it should be already; Typer would load pydantic, a fifth of a second, to say so."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, get_args

__all__ = ["spared"]


def spared(command: Any, hints: Mapping[str, Any]) -> Any:
    """The command, which converts only what needs it. `hints` are the annotations of its function."""
    every = command.get_params

    def get_params(ctx: Any) -> list[Any]:
        found: list[Any] = every(ctx)
        for parameter in found:
            if "process_value" not in vars(parameter):
                _spare(parameter, text=(get_args(hints.get(parameter.name)) or (None,))[0] is str)
        return found

    command.get_params = get_params
    return command


def _spare(parameter: Any, *, text: bool) -> None:
    convert = parameter.process_value

    def processed(ctx: Any, value: Any) -> Any:
        absent = value is None and not parameter.required
        ready = (text and isinstance(value, str)) or (isinstance(value, bool | int) and value == parameter.default)
        if not absent and not ready:
            return convert(ctx, value)
        if absent and (parameter.multiple or parameter.nargs == -1):
            value = ()
        return value if parameter.callback is None else parameter.callback(ctx, parameter, value)

    parameter.process_value = processed
