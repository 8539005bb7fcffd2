"""Operators for tests, as the port for people sees them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from lexiconsole.durable.people import goes_by_role

__all__ = ["Staff"]


@dataclass
class Staff:
    """`of` maps names to their roles; `away` maps the absent to who stands in for them. Anybody may act for themselves."""

    of: Mapping[str, Sequence[str]]
    away: dict[str, str] = field(default_factory=dict)
    acts_for: Mapping[str, Sequence[str]] = field(default_factory=dict)

    enforced = True

    def members(self, who: Sequence[str]) -> tuple[str, ...]:
        found: list[str] = []
        for one in who:
            role = goes_by_role(one)
            found += [name for name, roles in self.of.items() if role in roles] if role else [one] * (one in self.of)
        return tuple(dict.fromkeys(found))

    def roles(self, name: str) -> frozenset[str]:
        return frozenset(self.of.get(name, ()))

    def stand_in(self, name: str) -> str:
        return self.away.get(name, "")

    def may_act_for(self, os_user: str, name: str) -> bool:
        return name in self.of and (not os_user or os_user == name or name in self.acts_for.get(os_user, ()))
