"""Operators: who the people are, from the section `operators:`, behind the port that engine and models ask."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import MAXYEAR, date, datetime, time, timedelta
from typing import TYPE_CHECKING

from lexiconsole.durable.people import goes_by_role
from lexiconsole.types import Instant

if TYPE_CHECKING:
    from lexiconsole.app.config import Settings
    from lexiconsole.app.sections import Operator

__all__ = ["WHOEVER", "Away", "Operators", "Person", "people_known", "persons", "time_between"]

WHOEVER = "*"
"""Whoever is logged in and not named otherwise."""


@dataclass(frozen=True, slots=True)
class Away:
    """A time away, from `begin` to before `end`."""

    begin: Instant
    end: Instant
    stand_in: str


@dataclass(frozen=True, slots=True)
class Person:
    """An operator as everybody but the settings knows them."""

    users: tuple[str, ...] = ()
    roles: tuple[str, ...] = ()
    act_for: tuple[str, ...] = ()
    absences: tuple[Away, ...] = ()


class Operators:
    """Implements `People`. `now` is asked at each look, because people come and go."""

    enforced = True

    def __init__(self, known: Mapping[str, Person], now: Callable[[], Instant]) -> None:
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
        absences = operator.absences if operator is not None else ()
        return next((away.stand_in for away in absences if away.begin <= self._now() < away.end), "")

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


def people_known(settings: Settings, *, bare: bool) -> dict[str, Person] | None:
    """The workspace's operators, None for none; in a `bare` folder, where only what comes with the program is, those for trying
    things out.
    """
    known = settings.operators
    if known is None and bare:
        known = _demonstration()
    return None if known is None else persons(known)


def persons(known: Mapping[str, Operator]) -> dict[str, Person]:
    return {name: _person(operator) for name, operator in known.items()}


def _person(operator: Operator) -> Person:
    absences = tuple(Away(*time_between(away.since, away.until), away.stand_in) for away in operator.absences)
    return Person(operator.users, operator.roles, operator.act_for, absences)


def _demonstration() -> dict[str, Operator] | None:
    from pydantic import TypeAdapter

    from lexiconsole.app.sections import Operators as Section
    from lexiconsole.app.yaml_file import read_yaml
    from lexiconsole.catalog import bundled_folder

    file = bundled_folder() / "_operators.yaml"
    return TypeAdapter(Section).validate_python(read_yaml(file).data.get("operators")) if file.exists() else None


def time_between(first: date | datetime, last: date | datetime) -> tuple[Instant, Instant]:
    """From when to before when. Days count whole, in local time, the last one too; the first and last year that there is
    reach back and on without end.
    """
    begin = first if isinstance(first, datetime) else datetime.combine(first, time())
    if isinstance(last, datetime):
        return _instant(begin), _instant(last)
    return _instant(begin), math.inf if last == date.max else _instant(
        datetime.combine(last, time()) + timedelta(days=1)
    )


def _instant(moment: datetime) -> Instant:
    try:
        return moment.timestamp()
    except (OverflowError, ValueError):  # at the ends of the calendar, where local time is outside of it
        return math.inf if moment.year == MAXYEAR else -math.inf
