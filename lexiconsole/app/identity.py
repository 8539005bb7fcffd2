"""Identity: under whose name somebody acts, and from where. What they may not is refused with the reason, and recorded."""

from __future__ import annotations

import os
import pwd
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from lexiconsole.app.operators import Operators
from lexiconsole.durable.people import People
from lexiconsole.errors import NotFoundError, RefusedError
from lexiconsole.types import JsonObject

if TYPE_CHECKING:
    from lexiconsole.durable.journal import Request

__all__ = ["Identity"]


def os_user() -> str:
    """The name of the user this process runs as; their number where the system has no name for it, as in many containers.

    The system is asked, not the environment: anybody can set LOGNAME.
    """
    number = os.getuid()
    try:
        return pwd.getpwuid(number).pw_name
    except KeyError:
        return str(number)


class Identity:
    """The person at this machine. `me` is the operator they are, or the name they are logged in with."""

    def __init__(self, people: People) -> None:
        self.people = people
        self.user = os_user()
        self.me = people.name_of(self.user) if isinstance(people, Operators) else self.user

    @property
    def sender(self) -> JsonObject:
        """What is kept beside every act."""
        import socket

        return {"os_user": self.user, "host": socket.gethostname(), "pid": os.getpid()}

    def attributed(self, request: Request, by: str) -> Request:
        """The request under that name, with where it comes from."""
        return replace(request, by=by, data={**request.data, "from": self.sender})

    def known(self, name: str) -> str:
        """The name, or `me` for "". Raises NotFoundError, with the nearest, for a name nobody bears."""
        if name and isinstance(self.people, Operators) and name != self.user and name not in self.people.known:
            raise NotFoundError("operator", name, self.people.known, hint="`lexiconsole config` lists them")
        return name or self.me

    def allowed(self, name: str, record: Callable[[JsonObject], None]) -> str:
        """The name an act goes under. What is refused is recorded before RefusedError is raised."""
        known = self.known(name)
        if reason := self.refusal(known):
            record({"kind": "as", "as": known, "reason": reason, "from": self.sender})
            raise RefusedError(reason)
        return known

    def refusal(self, name: str) -> str:
        """Why they may not act under that name; "" when they may."""
        if not self.people.enforced or self.people.may_act_for(self.user, name):
            return ""
        if name == self.user:
            return f"{self.user} is none of the operators, who are the only ones that may act here"
        return f"{self.user} may not act for {name}; operators.*.act_for in application.yaml says who may"
