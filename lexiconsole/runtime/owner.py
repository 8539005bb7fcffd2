"""Who drives a run: a runtime that holds a lock the kernel lets go at its death.

`flock`, not `fcntl.lockf`: it belongs to the open file, so two runtimes of one process do not share it. A forked child
would keep the lock alive, so it closes its copy at once; programs it starts never see it. Where the file system has no
locks, a heartbeat that is silent for too long counts as death.
"""

from __future__ import annotations

import errno
import fcntl
import os
import secrets
import socket
import weakref
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from lexiconsole.durable.clock import Clock
from lexiconsole.durable.journal import Journal, OwnerRow
from lexiconsole.errors import StoreError

__all__ = ["Liveness", "Owner", "liveness"]

_NO_LOCKS = {errno.ENOLCK, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS}


class Liveness(StrEnum):
    """`stalled` lives, as its lock shows, but gave no sign for a while: a stopped process."""

    ALIVE = "alive"
    STALLED = "stalled"
    DEAD = "dead"


@dataclass(slots=True, weakref_slot=True, eq=False)
class Owner:
    """This runtime's place among the owners of a store."""

    row: OwnerRow
    journal: Journal
    clock: Clock
    fd: int = -1
    path: Path | None = None
    last_beat: float = 0.0

    @classmethod
    async def register(cls, journal: Journal, locks: Path | None, clock: Clock) -> Owner:
        """Locks a file of its own in `locks`, then becomes visible. Without a folder there is nobody to prove life to."""
        fd, path = _lock_new(locks) if locks is not None else (-1, None)
        row = await journal.register(socket.gethostname(), os.getpid(), str(path.name) if path else "", clock.now())
        owner = cls(row, journal, clock, fd, path, clock.monotonic())
        _owners.add(owner)
        return owner

    @property
    def number(self) -> int:
        return self.row.number

    async def beat(self) -> bool:
        """False when somebody took it for dead: from then on nobody would look after what it owns."""
        alive = await self.journal.beat(self.number, self.clock.now())
        self.last_beat = self.clock.monotonic()
        return alive

    async def retire(self) -> None:
        with suppress(StoreError):  # whoever wrote was told; the lock says by itself that nobody is there
            await self.journal.retire(self.number)
        self.let_go()

    def let_go(self) -> None:
        """Drops the lock, as a death would."""
        if self.fd >= 0:
            if self.path is not None:
                self.path.unlink(missing_ok=True)
            os.close(self.fd)
            self.fd = -1


def liveness(row: OwnerRow, locks: Path | None, now: float, stall_after: float) -> Liveness:
    """Whether an owner lives. Its lock decides on this machine; elsewhere, or without locks, its heartbeat."""
    silent = now - row.beat_at > stall_after
    if row.lock and locks is not None and row.host == socket.gethostname():
        held = _is_held(locks / row.lock)
        if held is not None:
            if not held:
                return Liveness.DEAD
            return Liveness.STALLED if silent else Liveness.ALIVE
    return Liveness.DEAD if silent else Liveness.ALIVE


def _lock_new(locks: Path) -> tuple[int, Path | None]:
    locks.mkdir(parents=True, exist_ok=True)
    path = locks / f"{secrets.token_hex(8)}.lock"
    fd = os.open(path, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o666)
    try:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as fault:
        os.close(fd)
        path.unlink(missing_ok=True)
        if fault.errno in _NO_LOCKS:
            return -1, None
        raise
    return fd, path


def _is_held(path: Path) -> bool | None:
    """None when the file system can not tell."""
    try:
        fd = os.open(path, os.O_RDWR | os.O_CLOEXEC)
    except FileNotFoundError:
        return False
    except OSError:
        return None
    try:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:
        return None
    finally:
        os.close(fd)
    path.unlink(missing_ok=True)  # its owner is dead and never comes back
    return False


_owners: weakref.WeakSet[Owner] = weakref.WeakSet()


def _close_in_child() -> None:
    for owner in list(_owners):
        if owner.fd >= 0:
            os.close(owner.fd)
            owner.fd = -1


os.register_at_fork(after_in_child=_close_in_child)
