"""The path under which the reference documents import modules; they live in `app/`."""

from lexiconsole.app.module import Module, module

__all__ = ["Module", "module"]
