"""Steering: what an operator says to a recorded operation while it goes: how many at once, how fast, and about failed items.

It comes as the signal `steer`, so it is in the journal in its place among the batches, and a replay finds it there.
"""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from lexiconsole.durable.context import Context, Durable

__all__ = ["STEER", "Steer", "Steering"]

STEER = "steer"
"""The signal's name, and the key under which each is received: `steer`, `steer#2`."""

Items = Literal["all"] | list[int]
"""Places in the source, from 0."""


class Steer(BaseModel):
    """What the signal's payload may say. `retry` and `exclude` are of items that failed; `rate` 0 takes the limit away.

    `finish` ends an operation that holds at its failures, with what they are.
    """

    model_config = ConfigDict(extra="forbid", allow_inf_nan=False, strict=True)

    concurrency: int | None = Field(None, ge=1, le=10_000, description="Batches that run at once, from now on.")
    rate: float | None = Field(None, ge=0, description="Items a second, from now on; 0 for no limit.")
    retry: Items | None = Field(None, description="Failed items to try again, once more each.")
    exclude: Items | None = Field(None, description="Failed items that are let go and count as excluded.")
    finish: bool = Field(default=False, description="Ends it with the failures it has.")


class Steering:
    """Listens beside the batches of one generation."""

    def __init__(self, ctx: Context) -> None:
        self._ctx, self._times, self._held = ctx, 0, False
        self._open: Durable[Any] | None = None

    def listening(self, *, held: bool = False) -> Durable[Any]:
        """What to wait for beside the batches; `held`: there are none, it is all that is waited for."""
        if self._open is not None and held != self._held:
            self.stop()
        if self._open is None:
            self._times, self._held = self._times + 1, held
            self._open = self._ctx.receive(self._key, STEER, aside=not held)
        return self._open

    async def take(self) -> Steer | None:
        """What was said; None when it could not be understood, and the journal says why."""
        assert self._open is not None
        said = await self._open
        self._open = None
        try:
            return Steer.model_validate(said)
        except ValidationError as fault:
            wrong = "; ".join(f"{'.'.join(map(str, e['loc'])) or 'payload'}: {e['msg']}" for e in fault.errors())
            await self.ignore(wrong)
            return None

    async def ignore(self, reason: str) -> None:
        """Leaves in the journal why it changed nothing."""
        await self._ctx.choose(f"{self._key}/ignored", lambda: reason, returns=str)

    async def agreed(self, word: str, indices: list[int]) -> list[int]:
        """The items that it really is about, as the journal keeps them."""
        return await self._ctx.choose(f"{self._key}/{word}", lambda: indices, returns=list[int])  # type: ignore[no-any-return]

    def stop(self) -> None:
        if self._open is not None:
            self._ctx.drop(self._open, "nothing is left to steer")
            self._open = None

    @property
    def _key(self) -> str:
        return STEER if self._times == 1 else f"{STEER}#{self._times}"
