"""Same file: a store that is deleted or replaced stays readable to whoever has it open, and what is read there is the past."""

from __future__ import annotations

from pathlib import Path

from lexiconsole.errors import StoreError

__all__ = ["SameFile"]


class SameFile:
    """Which file stood at a path when it was opened first."""

    def __init__(self, path: Path) -> None:
        self._path = path.absolute()  # a step may go to another folder
        self._opened: tuple[int, int] | None = None

    @property
    def known(self) -> bool:
        """Whether it was opened, so that there is one."""
        return self._opened is not None

    def opened(self) -> None:
        """It is read from now on; what is opened later has to be the same one."""
        self._opened = self._opened or self._there()

    def check(self) -> None:
        """Raises StoreError when the file that was opened is not at its path any more."""
        if self._opened is None or self._opened == (there := self._there()):
            return
        if there is None:
            raise StoreError(
                f"the store {self._path} was deleted or moved away while it was open, and nothing new can be kept in it; "
                f"put it back, or leave and start again"
            )
        raise StoreError(
            f"the store {self._path} was replaced by another file while it was open; leave and start again to see that one"
        )

    def _there(self) -> tuple[int, int] | None:
        try:
            found = self._path.stat()
        except OSError:
            return None
        return found.st_dev, found.st_ino
