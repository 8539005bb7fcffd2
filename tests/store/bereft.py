"""Bereft: where this process may make no file though it is the system's first user, as tests in a container are."""

from __future__ import annotations

import ctypes
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_OVERRIDES = 1 << 1  # CAP_DAC_OVERRIDE of linux/capability.h: rights of files do not count
_VERSION = 0x20080522


@contextmanager
def bereft(place: Path) -> Iterator[None]:
    """A file, or a folder and its files, are not to be written by this thread, and the threads that it begins."""
    files = [place, *(place.iterdir() if place.is_dir() else ())]
    rights = [(file, file.stat().st_mode) for file in files]
    given = _overriding(wanted=False)
    for file in reversed(files):
        file.chmod(0o555 if file.is_dir() else 0o444)
    try:
        yield
    finally:
        for file, mode in rights:
            if file.exists():
                file.chmod(mode)
        _overriding(wanted=given)


def _overriding(*, wanted: bool) -> bool:
    """Sets it; whether it was so before. Elsewhere than on Linux only the system's first user has such a right."""
    if sys.platform != "linux":
        return wanted
    libc = ctypes.CDLL(None, use_errno=True)
    head, sets = (ctypes.c_uint32 * 2)(_VERSION, 0), (ctypes.c_uint32 * 6)()
    assert libc.capget(head, sets) == 0, os.strerror(ctypes.get_errno())
    before = bool(sets[0] & _OVERRIDES)
    if before != wanted:
        sets[0] ^= _OVERRIDES
        assert libc.capset(head, sets) == 0, os.strerror(ctypes.get_errno())
    return before
