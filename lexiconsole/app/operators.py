"""Operators: who the people are, from the section `operators:`, behind the port that engine and models ask."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from pathlib import Path

from pydantic import TypeAdapter

from lexiconsole.app.config import Settings
from lexiconsole.app.sections import WHOEVER, Absence, Operator
from lexiconsole.app.sections import Operators as Section
from lexiconsole.durable.people import Nobody, People, goes_by_role
from lexiconsole.types import Instant

__all__ = ["Operators", "people_of"]


class Operators:
    """Implements `People`. `now` is asked at each look, because people come and go."""

    enforced = True

    def __init__(self, known: Mapping[str, Operator], now: Callable[[], Instant]) -> None:
        self.known = {name: operator for name, operator in known.items() if name != WHOEVER}
        self._whoever = known.get(WHOEVER)
        self._now = now

    def members(self, who: Sequence[str]) -> tuple[str, ...]:
        found: dict[str, None] = {}
        for one in who:
            if role := goes_by_role(one):
                found |= dict.fromkeys(name for name, operator in self.known.items() if role in operator.roles)
            elif one in self.known:
                found[one] = None
        return tuple(found)

    def roles(self, name: str) -> frozenset[str]:
        operator = self.known.get(name)
        return frozenset(operator.roles if operator is not None else ())

    def stand_in(self, name: str) -> str:
        operator = self.known.get(name)
        away = (absence for absence in operator.absences if _covers(absence, self._now())) if operator else iter(())
        return next((absence.stand_in for absence in away), "")

    def may_act_for(self, os_user: str, name: str) -> bool:
        if not os_user or not name:
            return False
        if name in self.known and os_user in self.known[name].users:
            return True
        if any(os_user in operator.users and name in operator.act_for for operator in self.known.values()):
            return True
        if self._whoever is None:
            return False
        return name in self._whoever.act_for or (name == os_user and name not in self.known)

    def name_of(self, os_user: str) -> str:
        """Under which name somebody works who does not say: their operator's, else the one they are logged in with."""
        return next((name for name, operator in self.known.items() if os_user in operator.users), os_user)


def people_of(settings: Settings, root: Path, now: Callable[[], Instant]) -> People:
    """The workspace's operators; those for trying things out where only the definitions that come with the program are."""
    known = settings.operators
    if known is None and not any((root / name).exists() for name in ("application.yaml", *settings.definitions)):
        known = _demonstration()
    return Nobody() if known is None else Operators(known, now)


def _demonstration() -> dict[str, Operator] | None:
    from lexiconsole.app.yaml_file import read_yaml
    from lexiconsole.catalog import bundled_folder

    file = bundled_folder() / "_operators.yaml"
    return TypeAdapter(Section).validate_python(read_yaml(file).data.get("operators")) if file.exists() else None


def _covers(absence: Absence, at: Instant) -> bool:
    """Days count whole, in local time; the last one too."""
    return _begin(absence.since) <= at < _end(absence.until)


def _begin(moment: date | datetime) -> Instant:
    return (moment if isinstance(moment, datetime) else datetime.combine(moment, time())).timestamp()


def _end(moment: date | datetime) -> Instant:
    return _begin(moment if isinstance(moment, datetime) else moment + timedelta(days=1))
