"""The definitions as the runtime asks for them; loaded when the first run needs one."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from lexiconsole.errors import LexiconsoleError

if TYPE_CHECKING:
    from lexiconsole.catalog import Catalog
    from lexiconsole.durable.definition import Definition

__all__ = ["Found"]


class Found:
    """A catalogue that is not loaded before it is asked. What can not be loaded is not there."""

    def __init__(self, catalog: Callable[[], Catalog]) -> None:
        self._catalog = catalog

    def find(self, name: str) -> Definition | None:
        try:
            return self._catalog().get(name)
        except LexiconsoleError:
            return None

    def names(self) -> frozenset[str]:
        return frozenset(definition.name for definition in self._catalog().definitions)

    def fingerprint(self, name: str) -> str:
        try:
            return self._catalog().fingerprint(name)
        except LexiconsoleError:
            return ""
