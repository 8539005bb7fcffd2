"""Motion: how much moves on the screen. Over a slow line every frame is sent, so there it is less by itself."""

from __future__ import annotations

from enum import StrEnum

__all__ = ["Motion", "chosen_motion"]


class Motion(StrEnum):
    """`CALM`: ten frames a second, tokens without a trail, spinners that turn slowly. `OFF`: what comes is there at once."""

    FULL = "full"
    CALM = "calm"
    OFF = "off"

    @property
    def frame(self) -> float:
        """Seconds between two frames while something moves."""
        return 1 / 30 if self is Motion.FULL else 1 / 10

    @property
    def turn(self) -> float:
        """Seconds between two frames while only spinners turn; 0 when they do not."""
        return {Motion.FULL: 1 / 6, Motion.CALM: 1 / 2, Motion.OFF: 0.0}[self]


def chosen_motion(wish: str, environment: dict[str, str]) -> tuple[Motion, str]:
    """What is meant by `auto`, `full`, `calm` or `off` in this environment, and why, where it is less than everything."""
    if wish != "auto":
        return Motion(wish), "" if wish == Motion.FULL else "as console.motion says"
    over_ssh = environment.get("SSH_CONNECTION") or environment.get("SSH_TTY")
    return (Motion.CALM, "over SSH; console.motion: full is everything") if over_ssh else (Motion.FULL, "")
