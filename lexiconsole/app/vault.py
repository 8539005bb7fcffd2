"""FileVault: secrets that people typed, each in a file of its own beside the store that only its owner may read."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path
from secrets import token_urlsafe

from lexiconsole.errors import StoreError

__all__ = ["FileVault"]


_RUN = ".run"  # no reference holds a dot


class FileVault:
    """The folder is made, for its owner alone, when the first secret is put into it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    @classmethod
    def beside(cls, store: Path) -> FileVault:
        """The one in the folder of that store."""
        return cls(store.parent / "vault")

    def put(self, text: str, run: str = "") -> str:
        """Written and flushed before the reference is given, so that no journal knows of a secret that a crash took.

        The run's id stands in a file beside it, so that a secret which outlived its run can be found.
        """
        reference = token_urlsafe(16)
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            if run:
                _write(self._folder / f"{reference}{_RUN}", run)
            _write(self._folder / reference, text)
            _flush(self._folder)
        except OSError as fault:
            raise StoreError(
                f"the secret can not be kept in {self._folder}: {fault.strerror}; nothing was answered"
            ) from None
        return reference

    @property
    def used(self) -> bool:
        """Whether there is any secret in it."""
        try:
            return next(self._folder.iterdir(), None) is not None
        except OSError:
            return False

    def get(self, reference: str) -> str | None:
        if not _is_name(reference):
            return None
        try:
            return (self._folder / reference).read_bytes().decode("utf-8", "surrogatepass")
        except OSError:
            return None

    def forget(self, reference: str) -> None:
        if _is_name(reference):
            (self._folder / reference).unlink(missing_ok=True)
            (self._folder / f"{reference}{_RUN}").unlink(missing_ok=True)

    def runs(self) -> dict[str, set[str]]:
        """The references that are known to be of a run, by its id."""
        found: dict[str, set[str]] = {}
        with suppress(OSError):
            for note in self._folder.glob(f"*{_RUN}"):
                found.setdefault(note.read_text(encoding="utf-8"), set()).add(note.name.removesuffix(_RUN))
        return found


def _write(path: Path, text: str) -> None:
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8", errors="surrogatepass", newline="") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())


def _is_name(reference: str) -> bool:
    """A reference comes from a journal, which others may have written: it never leads out of the folder."""
    return bool(reference) and all(sign.isalnum() or sign in "-_" for sign in reference)


def _flush(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
