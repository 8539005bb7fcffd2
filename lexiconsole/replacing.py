"""Replacing: a file that gets another content as a whole, or stays as it is, whoever else writes it in the same moment."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

__all__ = ["in_turn", "replace_file"]


@contextmanager
def in_turn(folder: Path) -> Iterator[None]:
    """One process at a time, for who reads a file of the folder, changes a part of it and replaces it.

    Where the file system has no locks, the later of two that do so in one moment wins.
    """
    handle = os.open(folder, os.O_RDONLY | os.O_CLOEXEC)
    try:
        with suppress(OSError):
            fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def replace_file(path: Path, content: str | bytes, *, private: bool = False, lasting: bool = False) -> None:
    """Puts `content` (text as UTF-8) in place of the file. Behind a link it is the file that the link leads to.

    The file keeps its permissions; a new one is readable by its owner only when `private`. `lasting` waits for the disk, so
    that a power cut leaves either content and not an empty file. Raises OSError, and leaves nothing behind.
    """
    target = Path(os.path.realpath(path))
    fresh = target.with_name(f".{target.name}.{os.urandom(6).hex()}")
    handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600 if private else 0o666)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content.encode("utf-8") if isinstance(content, str) else content)
            with suppress(OSError):  # there is none yet, or it is somebody else's
                if not private:
                    os.fchmod(file.fileno(), target.stat().st_mode & 0o7777)
            if lasting:
                file.flush()
                os.fsync(file.fileno())
        fresh.replace(target)
    except BaseException:
        with suppress(OSError):
            fresh.unlink()
        raise
