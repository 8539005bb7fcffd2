"""What a step prints or logs is kept with the step, and never breaks a screen or a line of JSON."""

from __future__ import annotations

import io
import logging
import sys
from typing import Any

from lexiconsole.durable.step import in_step

__all__ = ["capture_steps"]


class _StepStream(io.TextIOBase):
    """Stands in for a standard stream: text from inside a step goes to the step, all other text goes on."""

    def __init__(self, behind: Any) -> None:
        self.behind = behind

    def write(self, text: str) -> int:
        step = in_step.get()
        if step is None:
            return int(self.behind.write(text) or 0)
        step.write(text)
        return len(text)

    def flush(self) -> None:
        if in_step.get() is None:
            self.behind.flush()

    def isatty(self) -> bool:
        return in_step.get() is None and bool(self.behind.isatty())

    def fileno(self) -> int:
        return int(self.behind.fileno())

    @property
    def encoding(self) -> str:  # type: ignore[override]
        return str(getattr(self.behind, "encoding", "utf-8"))

    @property
    def buffer(self) -> Any:
        return self.behind.buffer


class _StepHandler(logging.Handler):
    def emit(self, record: logging.LogRecord) -> None:
        step = in_step.get()
        if step is not None:
            step.write(self.format(record) + "\n")


def capture_steps() -> None:
    """Puts the stand-ins in place, once per process."""
    if not isinstance(sys.stdout, _StepStream):
        sys.stdout = _StepStream(sys.stdout)
    if not isinstance(sys.stderr, _StepStream):
        sys.stderr = _StepStream(sys.stderr)
    root = logging.getLogger()
    if not any(isinstance(handler, _StepHandler) for handler in root.handlers):
        handler = _StepHandler()
        handler.setFormatter(logging.Formatter("%(levelname)s %(name)s: %(message)s"))
        root.addHandler(handler)
