"""What a runtime needs from whoever makes it, beside the journal."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Protocol, TypeAlias

from lexiconsole.durable.context import Progress
from lexiconsole.durable.definition import Definition
from lexiconsole.durable.journal import Request

__all__ = ["Definitions", "Seals", "Told"]

Seals: TypeAlias = Callable[[Request], Awaitable[str]]
"""Says why a request is not signed as it must be; "" when it is."""


class Definitions(Protocol):
    """Where the runtime finds code: the catalogue."""

    def find(self, name: str) -> Definition | None: ...

    def names(self) -> frozenset[str]: ...

    def fingerprint(self, name: str) -> str: ...


class Told(Protocol):
    """Who watches: entries after they are on disk, progress as it happens, and bugs."""

    def progress(self, run_id: str, event: Progress) -> None: ...

    def bug(self, run_id: str, fault: BaseException) -> None: ...
