"""FileVault: secrets that people typed, each in a file of its own beside the store that only its owner may read.

Where the store can be written by a group, people of several logins drive its runs, and the same group may read them.
"""

from __future__ import annotations

import os
import stat
from contextlib import suppress
from pathlib import Path
from secrets import token_urlsafe

from lexiconsole.errors import StoreError

__all__ = ["FileVault"]


_RUN = ".run"  # no reference holds a dot


class FileVault:
    """The folder is made when the first secret is put into it. `store` is the file whose group may read them too."""

    def __init__(self, folder: Path, store: Path | None = None) -> None:
        self._folder, self._store = folder, store

    @classmethod
    def beside(cls, store: Path) -> FileVault:
        """The one in the folder of that store."""
        return cls(store.parent / "vault", store)

    def put(self, text: str, run: str = "") -> str:
        """Written and flushed before the reference is given, so that no journal knows of a secret that a crash took.

        The run's id stands in a file beside it, so that a secret which outlived its run can be found.
        """
        reference = token_urlsafe(16)
        try:
            if not self._folder.is_dir():
                self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
                self._share(self._folder, 0o070)
            if run:
                self._write(f"{reference}{_RUN}", run)
            self._write(reference, text)
            _flush(self._folder)
        except OSError as fault:
            raise StoreError(
                f"the secret can not be kept in {self._folder}: {fault.strerror}; nothing was answered"
            ) from None
        return reference

    def _write(self, name: str, text: str) -> None:
        handle = os.open(self._folder / name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w", encoding="utf-8", errors="surrogatepass", newline="") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        self._share(self._folder / name, 0o040)

    def _share(self, path: Path, rights: int) -> None:
        """Gives the store's group these rights, if that group may write the store and the path belongs to it as well."""
        if self._store is None or not self._store.exists():
            return
        store, own = self._store.stat(), path.stat()
        if store.st_mode & stat.S_IWGRP and store.st_gid == own.st_gid:
            path.chmod(stat.S_IMODE(own.st_mode) | rights)

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


def _is_name(reference: str) -> bool:
    """A reference comes from a journal, which others may have written: it never leads out of the folder."""
    return bool(reference) and all(sign.isalnum() or sign in "-_" for sign in reference)


def _flush(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
