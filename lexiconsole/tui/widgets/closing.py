"""Closing a panel once: a second key may be on its way while the first one closes it, and must not confirm or close again."""

from __future__ import annotations

from typing import TypeVar

from textual.screen import ModalScreen

__all__ = ["close"]

T = TypeVar("T")


def close(panel: ModalScreen[T], result: T) -> None:
    """Gives the result to whoever opened the panel; nothing when it is closed already."""
    if panel.is_current:
        panel.dismiss(result)
