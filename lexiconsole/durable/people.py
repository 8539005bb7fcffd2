"""People: the port behind which operators are known, and the one for a machine where nobody said who they are."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

__all__ = ["ROLE", "Nobody", "People", "goes_by_role"]

ROLE = "role:"
"""What the name of a role begins with where names of persons may stand too."""


def goes_by_role(who: str) -> str:
    """The role that is meant, "" when a person is named."""
    return who.removeprefix(ROLE) if who.startswith(ROLE) else ""


class People(Protocol):
    """Who may decide what, now. A model asks it only inside `ctx.choose`, so that a replay remembers who had a seat."""

    @property
    def enforced(self) -> bool:
        """False when no operators are configured: one person is everybody, and rules about persons are not enforced."""
        ...

    def members(self, who: Sequence[str]) -> tuple[str, ...]:
        """The operators meant by names and `role:NAME`, in the order given, each once; names nobody bears are left out.

        Somebody absent is still a member: a stand-in acts in their place, and does not become a second person.
        """
        ...

    def roles(self, name: str) -> frozenset[str]: ...

    def stand_in(self, name: str) -> str:
        """The operator who acts in that person's place now; "" while they are there, or nobody was named."""
        ...

    def may_act_for(self, os_user: str, name: str) -> bool:
        """Whether the person logged in as `os_user` may act under that operator's name."""
        ...


class Nobody:
    """No operators: whoever sits at the machine may do everything."""

    enforced = False

    def members(self, who: Sequence[str]) -> tuple[str, ...]:
        return ()

    def roles(self, name: str) -> frozenset[str]:
        return frozenset()

    def stand_in(self, name: str) -> str:
        return ""

    def may_act_for(self, os_user: str, name: str) -> bool:
        return True
