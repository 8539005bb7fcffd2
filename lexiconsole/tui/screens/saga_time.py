"""Time on the saga screen: the line of time and its keys, standing still and going on."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from lexiconsole.tui.widgets.scrubber import Scrubber

if TYPE_CHECKING:
    from lexiconsole.views.playback import Playback
    from lexiconsole.views.watched import Watched

__all__ = ["SagaTime"]


class SagaTime:
    """The playback says which moment is shown."""

    if TYPE_CHECKING:
        scrubber: Scrubber
        _playback: Playback
        _watched: Watched | None

        def _fold(self, *, force: bool = False) -> None: ...
        def show_past(self, past: bool) -> None: ...

    def _scrub(self, past: int | None) -> None:
        """The line of time, and the header that says when it is not now."""
        if self._watched is not None:
            now = self._watched.now()
            self.scrubber.show(now if past is None else replace(now, at=past))
        self.show_past(past is not None)

    def on_scrubber_went(self, event: Scrubber.Went) -> None:
        self._playback.go_to(event.seq)
        self._fold(force=True)

    def action_back_one(self) -> None:
        self._playback.scrub(-1)
        self._fold(force=True)

    def action_on_one(self) -> None:
        self._playback.scrub(1)
        self._fold(force=True)

    def action_back_far(self) -> None:
        self._playback.scrub_to_move(-1)
        self._fold(force=True)

    def action_on_far(self) -> None:
        self._playback.scrub_to_move(1)
        self._fold(force=True)

    def action_live(self) -> None:
        self._playback.live()
        self._fold(force=True)

    def action_play(self) -> None:
        """The picture stands still where it is, or goes on."""
        (self._playback.freeze if self._playback.past is None else self._playback.live)()
        self._fold(force=True)
