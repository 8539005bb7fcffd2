"""KeptRequests: the requests of the store in memory, each with its state."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from lexiconsole.durable.entry import Entry
from lexiconsole.durable.journal import TAKEN, Request, RequestState
from lexiconsole.store.projection import request_of, settle

__all__ = ["KeptRequests"]


class KeptRequests:
    def __init__(self) -> None:
        self._all: dict[int, Request] = {}

    def keep(self, request: Request) -> int:
        number = len(self._all) + 1
        self._all[number] = replace(request, id=number, state=RequestState.OPEN, reply="")
        return number

    def get(self, number: int) -> Request | None:
        return self._all.get(number)

    def open(self) -> Iterator[Request]:
        return (request for request in self._all.values() if request.state is RequestState.OPEN)

    def close(self, number: int, state: RequestState, reply: str) -> Request | None:
        """The request as it was; None when it was closed already, and nothing is changed."""
        request = self._all.get(number)
        if request is None or request.state is not RequestState.OPEN:
            return None
        self._all[number] = replace(request, state=state, reply=reply)
        return request

    def take(self, number: int) -> bool:
        return self.close(number, RequestState.OPEN, TAKEN) is not None

    def can_be_withdrawn(self, number: int) -> bool:
        request = self._all.get(number)
        return request is not None and request.state is RequestState.OPEN and not request.reply

    def settle(self, entry: Entry) -> None:
        """Closes the request that the entry came of."""
        asked = self._all.get(request_of(entry) or 0)
        if asked is not None and asked.run_id == entry.run_id:
            applied, reply = settle(entry)
            self.close(asked.id, RequestState.APPLIED if applied else RequestState.REFUSED, reply)
