"""The filter of a list of runs: `state:failed name:order* key:charge age<1h 402`, the same in the console and on the command line."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase

from lexiconsole.errors import UsageError, nearest
from lexiconsole.store.run_query import Field, RunQuery, Term
from lexiconsole.types import Instant, ModelKind, RunStatus

__all__ = ["FIELDS", "NEEDS_ME", "Filter", "read_filter", "values_of"]

NEEDS_ME = (
    RunStatus.DOUBTFUL,
    RunStatus.FAILED,
    RunStatus.WAITING,
    RunStatus.COMPENSATING,
    RunStatus.RUNNING,
    RunStatus.PENDING,
    RunStatus.SLEEPING,
    RunStatus.PAUSED,
    RunStatus.COMPENSATED,
    RunStatus.CANCELLED,
    RunStatus.COMPLETED,
)
"""Every status, those first whose runs need a person; within one the newest run is first."""

FIELDS = {
    "state:": "how it stands: failed, waiting, active, ended, me; several with commas",
    "name:": "its definition, * for anything",
    "kind:": "workflow, pipeline, saga, graph, machine, chain or bulk",
    "key:": "a part of the step it stands at",
    "err~": "a part of its error",
    "age<": "made within 90s, 20m, 1h, 2d, 1w",
    "age>": "made longer ago than that",
    "id:": "how its id begins",
}
"""What a term may begin with, and what stands behind it. A word without a field is looked for in name, id, key and error."""

_WORDS = {
    "ok": (RunStatus.COMPLETED,),
    "done": (RunStatus.COMPLETED,),
    "undone": (RunStatus.COMPENSATED,),
    "rolled-back": (RunStatus.COMPENSATED,),
    "active": (RunStatus.RUNNING, RunStatus.PENDING, RunStatus.COMPENSATING),
    "ended": (RunStatus.COMPLETED, RunStatus.FAILED, RunStatus.COMPENSATED, RunStatus.CANCELLED),
    "me": (RunStatus.DOUBTFUL, RunStatus.FAILED, RunStatus.WAITING),
}
_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 604_800}
_OTHER_WORDS = {"wf": "name", "error": "err", "status": "state", "where": "key", "text": "any"}
_TEXTS = {"id": Field.ID, "err": Field.ERROR, "key": Field.KEY, "any": Field.ANY}
_TERM = re.compile(r"(?P<field>[a-z]+)(?P<how>[:~<>])(?P<value>.*)")


@dataclass(frozen=True, slots=True)
class Filter:
    """What was typed, understood. `pills` are its terms as they were typed; `younger` and `older` are seconds."""

    pills: tuple[str, ...] = ()
    statuses: tuple[RunStatus, ...] = NEEDS_ME
    names: tuple[tuple[str, bool], ...] = ()
    kinds: tuple[str, ...] | None = None
    younger: float | None = None
    older: float | None = None
    terms: tuple[Term, ...] = ()

    def query(self, known: Sequence[str], now: Instant, *, by_status: bool = True) -> RunQuery:
        """What to ask a store whose runs have the names `known`."""
        chosen = None if not self.names else tuple(name for name in known if self._named(name))
        return RunQuery(
            statuses=self.statuses,
            names=chosen,
            kinds=self.kinds,
            since=None if self.younger is None else now - self.younger,
            until=None if self.older is None else now - self.older,
            terms=self.terms,
            by_status=by_status,
        )

    def _named(self, name: str) -> bool:
        wanted = [pattern for pattern, against in self.names if not against]
        unwanted = [pattern for pattern, against in self.names if against]
        return (not wanted or any(fnmatchcase(name, pattern) for pattern in wanted)) and not any(
            fnmatchcase(name, pattern) for pattern in unwanted
        )


class _Reading:
    """The terms so far."""

    def __init__(self) -> None:
        self.statuses = list(NEEDS_ME)
        self.names: list[tuple[str, bool]] = []
        self.kinds: list[str] | None = None
        self.ages: dict[str, float] = {}
        self.terms: list[Term] = []

    def take(self, pill: str) -> None:
        """One term; UsageError when it is none."""
        found = _TERM.fullmatch(pill)
        if found is None and pill.startswith("!") and (meant := _TERM.fullmatch(pill[1:])):
            field = meant.group("field")
            raise UsageError(
                f"{pill}: the ! stands before the value: {field}{meant.group('how')}!{meant.group('value')}"
            )
        if found is None:
            self._text(Field.ANY, pill.removeprefix("!"), pill.startswith("!"))
            return
        name, how, value = found.group("field", "how", "value")
        name, against = _OTHER_WORDS.get(name, name), value.startswith("!")
        value = value.removeprefix("!")
        if name == "age":
            self._age(pill, how, value, against)
        elif how in "<>" or name not in {"state", "name", "kind", *_TEXTS}:
            raise UsageError(_no_term(pill, name))
        elif name == "state":
            chosen = _statuses(value)
            self.statuses = [status for status in self.statuses if (status in chosen) != against]
        elif name == "kind":
            kinds = _kinds(value)
            known = list(ModelKind) if self.kinds is None else self.kinds
            self.kinds = [str(kind) for kind in known if (kind in kinds) != against] if kinds else self.kinds
        elif name == "name":
            self.names += [(f"*{each}*" if how == "~" else each, against) for each in value.split(",") if each]
        else:
            self._text(_TEXTS[name], value, against)

    def _text(self, field: Field, text: str, against: bool) -> None:
        if text:
            self.terms.append(Term(field, text if field is Field.ID else text.lower(), against))

    def _age(self, pill: str, how: str, value: str, against: bool) -> None:
        if how == ":":
            how, value = (value[0], value[1:]) if value[:1] in {"<", ">"} else ("<", value)
        if how not in "<>":
            raise UsageError(_no_term(pill, "age"))
        side = how if not against else {"<": ">", ">": "<"}[how]
        stricter = min if side == "<" else max
        age = _seconds(value, pill)
        self.ages[side] = stricter(age, self.ages.get(side, age))


def read_filter(text: str) -> Filter:
    """Terms with spaces between them, all of which hold; `!` before a value for the contrary; a bare word for any text of a run.

    Raises UsageError that names the term and what is known.
    """
    pills = tuple(text.split())
    reading = _Reading()
    for pill in pills:
        reading.take(pill)
    return Filter(
        pills,
        tuple(reading.statuses),
        tuple(reading.names),
        None if reading.kinds is None else tuple(reading.kinds),
        reading.ages.get("<"),
        reading.ages.get(">"),
        tuple(reading.terms),
    )


def values_of(field: str, names: Iterable[str]) -> list[str]:
    """What can stand behind a field, as far as that is a list; `names` are those of definitions."""
    match _OTHER_WORDS.get(field, field):
        case "state":
            return [*(status.value for status in NEEDS_ME), *_WORDS]
        case "kind":
            return [kind.value for kind in ModelKind]
        case "name":
            return list(names)
        case _:
            return []


def _no_term(pill: str, name: str) -> str:
    fields = [field[:-1] for field in FIELDS]
    close = nearest(name, fields) if name not in fields else None
    known = "there are state:, name:, kind:, key:, id:, err~, age< and age>, and bare words"
    return f"{pill}: did you mean {close}{':' if close != 'age' else '<'}?" if close else f"{pill}: {known}"


def _statuses(value: str) -> set[RunStatus]:
    found: set[RunStatus] = set()
    for word in filter(None, value.split(",")):
        matches = _WORDS.get(word) or tuple(status for status in RunStatus if status.value.startswith(word))
        if not matches:
            known = [*(status.value for status in RunStatus), *_WORDS]
            close = nearest(word, known)
            raise UsageError(f"state:{word} is no state{f'; did you mean {close}?' if close else ''}")
        found |= set(matches)
    return found


def _kinds(value: str) -> set[ModelKind]:
    found: set[ModelKind] = set()
    for word in filter(None, value.split(",")):
        matches = {kind for kind in ModelKind if kind.value.startswith(word)}
        if not matches:
            close = nearest(word, ModelKind)
            raise UsageError(f"kind:{word} is no kind of run{f'; did you mean {close}?' if close else ''}")
        found |= matches
    return found


def _seconds(value: str, pill: str) -> float:
    match = re.fullmatch(r"(\d+(?:\.\d+)?)([smhdw])", value)
    if match is None:
        raise UsageError(f"{pill}: an age is a number and s, m, h, d or w, like age<90m")
    return float(match.group(1)) * _UNITS[match.group(2)]
