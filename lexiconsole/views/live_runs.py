"""Live runs and their definitions: per version how many go on, how many must be migrated, how many can not go on."""

from __future__ import annotations

from collections import Counter

from lexiconsole.runtime.live_runs import Fit, LiveRun, LiveRuns

__all__ = ["Fit", "LiveRun", "LiveRuns", "by_version"]


def by_version(live: LiveRuns) -> list[str]:
    """A sentence for each version in use, the newest first; which one is current is said where it is another one."""
    found: list[str] = []
    for version in sorted({run.version for run in live.tried}, reverse=True):
        counts = Counter(run.fit for run in live.tried if run.version == version)
        told = ", ".join(f"{counts[fit]} {_WORDS[fit][counts[fit] != 1]}" for fit in Fit if counts[fit])
        now = "" if version == live.version else f" (now v{live.version})" if live.version else " (gone)"
        found.append(f"v{version}{now}: {told}")
    return found


_WORDS = {
    Fit.GOES_ON: ("goes on", "go on"),
    Fit.MIGRATES: ("can be migrated", "can be migrated"),
    Fit.STUCK: ("can not go on", "can not go on"),
}
