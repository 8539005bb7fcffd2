"""What the settings mean to an engine."""

from __future__ import annotations

from lexiconsole.app.config import Settings
from lexiconsole.runtime.settings import EngineSettings

__all__ = ["engine_terms"]


def engine_terms(settings: Settings) -> EngineSettings:
    given = settings.engine
    return EngineSettings(
        park_after=given.park_after,
        cancel_deadline=given.cancel_deadline,
        poll=given.poll,
        beat=given.beat,
        stall_after=given.stall_after,
        threads=given.threads,
        max_value_bytes=settings.store.limits.max_value_bytes,
        secrets=tuple(settings.secrets),
    )
