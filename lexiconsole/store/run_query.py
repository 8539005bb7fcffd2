"""Which runs the console's list is to show, as the statements of a look take it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from lexiconsole.types import Instant, RunStatus

if TYPE_CHECKING:
    from lexiconsole.durable.rows import RunRow

__all__ = ["Field", "RunQuery", "Term"]


class Field(StrEnum):
    """What of a run a term looks at. An id is compared from its beginning; of the others a part is enough."""

    ID = "id"
    ERROR = "error"
    KEY = "key"
    ANY = "any"


@dataclass(frozen=True, slots=True)
class Term:
    """A condition on text that has to hold, or with `against` must not. Case counts only for ids."""

    field: Field
    text: str
    against: bool = False

    def holds(self, row: RunRow) -> bool:
        if self.field is Field.ID:
            return row.id.startswith(self.text) != self.against
        texts = {Field.ERROR: (row.error,), Field.KEY: (row.where,)}.get(
            self.field, (row.name, row.id, row.error, row.where)
        )
        return (self.text in "\n".join(texts).lower()) != self.against


@dataclass(frozen=True, slots=True)
class RunQuery:
    """Which runs, in the order of `statuses` and the newest first within each; by age alone unless `by_status`.

    `names` and `kinds` None for any, `since` and `until` when the run was made; `terms` all hold.
    """

    statuses: tuple[RunStatus, ...] = tuple(RunStatus)
    names: tuple[str, ...] | None = None
    kinds: tuple[str, ...] | None = None
    since: Instant | None = None
    until: Instant | None = None
    terms: tuple[Term, ...] = ()
    by_status: bool = True

    @property
    def plain(self) -> bool:
        """Whether only the status decides, so that the store's own tally counts it."""
        return all(condition is None for condition in self.conditions())

    def conditions(self) -> tuple[Any, ...]:
        """As the statements take them, from ?3 to ?7; None for what does not matter."""
        names = None if self.names is None else json.dumps(self.names)
        kinds = None if self.kinds is None else json.dumps(self.kinds)
        terms = json.dumps([{"field": term.field, "text": term.text, "not": term.against} for term in self.terms])
        return names, kinds, self.since, self.until, terms if self.terms else None
