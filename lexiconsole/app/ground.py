"""Ground: the folder of a workspace with its settings and its people. Whoever only looks does not wait for the settings."""

from __future__ import annotations

import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING

from lexiconsole.app.identity import Identity
from lexiconsole.app.known import Known, keep, known_of, recall
from lexiconsole.app.operators import Operators
from lexiconsole.durable.people import Nobody, People

if TYPE_CHECKING:
    from lexiconsole.app.config import Settings
    from lexiconsole.durable.clock import Clock
    from lexiconsole.types import Instant

__all__ = ["Ground"]


class Ground:
    """Until something needs `settings`, what is known of them from the last time answers, if it still holds.

    `clock` is the machine's when None.
    """

    def __init__(
        self,
        root: Path,
        *,
        settings: Settings | None = None,
        store: Path | None = None,
        profile: str = "",
        readonly: bool = False,
    ) -> None:
        self.root, self._store, self._profile, self.readonly = root, store, profile, readonly
        self.clock: Clock | None = None
        self._turn = threading.RLock()
        self._settings, self._given = settings, settings is not None
        self._identity: Identity | None = None
        self._known = recall(root, profile) if settings is None else known_of(settings, root)
        if self._known is None:
            self.settle()

    @property
    def settings(self) -> Settings:
        """Raises ConfigurationError, see `Settings.load`."""
        self.settle()
        assert self._settings is not None
        return self._settings

    def now(self) -> Instant:
        return time.time() if self.clock is None else self.clock.now()

    def settle(self) -> None:
        """From here on nothing counts but what the settings say now: before anything is done."""
        with self._turn:
            if self._settings is not None:
                return
            from lexiconsole.app.config import Settings

            self._settings = Settings.load(self.root, profile=self._profile)
            self._known, self._identity = known_of(self._settings, self.root), None
            self.keep()

    def keep(self) -> None:
        """For who looks next, where there is a folder for it by now."""
        if not (self._given or self.readonly):
            keep(self.root, self._profile, self._told)

    @property
    def store_path(self) -> Path:
        return self._store or self.root / self._told.store

    @property
    def identity(self) -> Identity:
        """The person at this machine."""
        with self._turn:
            if self._identity is None:
                people = self._told.people
                self._identity = Identity(Nobody() if people is None else Operators(people, self.now))
            return self._identity

    @property
    def people(self) -> People:
        return self.identity.people

    @property
    def _told(self) -> Known:
        assert self._known is not None
        return self._known
