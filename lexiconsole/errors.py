"""Every error of lexiconsole. Each builds its message from data: what happened, where, what to do next.

LexiconsoleError
├── UsageError                     what was asked for does not exist or does not fit (exit 2)
│   ├── NotFoundError              an unknown name, with the nearest known one
│   ├── AmbiguousError             an abbreviation that fits several
│   ├── InvalidInputError          input that the definition's model refuses, field by field
│   ├── DefinitionError            a definition that can not work
│   └── ConfigurationError         a setting that is unknown or has no sense
├── RefusedError                   asked for rightly, but not now or not by you (exit 8)
│   ├── MovedOnError               the target changed since it was looked at
│   ├── NotOwnedError              somebody else drives the run now
│   └── WorkflowVersionMismatchError
│       └── SagaVersionMismatchError
├── StoreError                     the database file can not be used, in a sentence
│   └── ReadOnlyStoreError         it can be read, but not written (exit 8)
├── ContextMisuseError             a definition breaks a rule of the durable context
├── ReplayMismatchError            the journal and the definition tell different stories
├── ValueNotStorableError          a value that JSON can not carry there and back
├── StepError                      how a step failed; the `Err` side of a step's result
├── UnknownOutcomeError            raise it in a step: "I can not tell whether it happened"
├── HumanInputRequiredError        a person is needed and nobody can be asked here
└── RunCancelled                   the run was cancelled; models may catch it and tidy up
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from typing import Any, ClassVar

from lexiconsole.types import Json, JsonObject

__all__ = [
    "REJECTION",
    "AmbiguousError",
    "ConfigurationError",
    "ContextMisuseError",
    "DefinitionError",
    "HumanInputRequiredError",
    "InvalidInputError",
    "LateError",
    "LexiconsoleError",
    "MovedOnError",
    "NotFoundError",
    "NotOwnedError",
    "ReadOnlyStoreError",
    "RefusedError",
    "ReplayMismatchError",
    "RunCancelled",
    "SagaVersionMismatchError",
    "StepError",
    "StoreError",
    "UnknownOutcomeError",
    "UsageError",
    "ValueNotStorableError",
    "WorkflowVersionMismatchError",
    "nearest",
    "words_of",
]


REJECTION = "RejectedError"
"""The type, as entries keep it, of the error with which people's rejection ends a run."""


class LexiconsoleError(Exception):
    """Anything that lexiconsole itself raises."""


class LateError(LexiconsoleError):
    """One whose words are put together when somebody reads them: where failures are many, most are only counted."""

    def __str__(self) -> str:
        return self.told()

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.told()!r})"

    def told(self) -> str:
        """What happened, where, what to do next."""
        raise NotImplementedError


class UsageError(LexiconsoleError):
    """What was asked for does not exist or does not fit; nothing was written."""


class NotFoundError(UsageError):
    """Nothing has that name. `known` feeds the suggestion; it may be empty."""

    def __init__(self, what: str, name: str, known: Iterable[str] = (), *, hint: str = "") -> None:
        close = nearest(name, known)
        self.what, self.name, self.nearest = what, name, close
        message = f"there is no {what} {name!r}"
        if close:
            message += f"; did you mean {close!r}?"
        super().__init__(f"{message}; {hint}" if hint else message)


class AmbiguousError(UsageError):
    """An abbreviated id that fits more than one."""

    def __init__(self, what: str, prefix: str, matches: Sequence[str]) -> None:
        self.what, self.prefix, self.matches = what, prefix, tuple(matches)
        some = ", ".join(self.matches[:5]) + (", …" if len(self.matches) > 5 else "")
        super().__init__(f"{prefix!r} fits several {what}s ({some}); give one or two more letters")


class InvalidInputError(UsageError):
    """Input that does not fit; `fields` maps each field's dotted path to the reason."""

    def __init__(self, subject: str, fields: Mapping[str, str]) -> None:
        self.subject, self.fields = subject, dict(fields)
        lines = "".join(f"\n  {field or '(input)'}: {reason}" for field, reason in self.fields.items())
        super().__init__(f"the input of {subject} does not fit:{lines}")


class DefinitionError(UsageError):
    """A definition that can not work, found when it is written down, not when it runs."""


class ConfigurationError(UsageError):
    """A setting that is unknown, or whose value has no sense."""


class RefusedError(LexiconsoleError):
    """Asked for rightly, but not possible now or not allowed; nothing was changed."""


class MovedOnError(RefusedError):
    """The target changed since it was looked at, so the act was not applied."""

    def __init__(self, target: str, expected: int, actual: int) -> None:
        self.target, self.expected, self.actual = target, expected, actual
        super().__init__(
            f"{target} moved on: you saw revision {expected}, it is at {actual} now; look again, then decide"
        )


class NotOwnedError(RefusedError):
    """This process no longer drives the run; what it tried to write was not written."""

    def __init__(self, run_id: str) -> None:
        self.run_id = run_id
        super().__init__(f"run {run_id} is driven by another process now; nothing was written here")


class WorkflowVersionMismatchError(RefusedError):
    """The run was started under another VERSION; `differences` says what changed."""

    def __init__(self, name: str, stored: int, current: int, differences: Sequence[str] = ()) -> None:
        self.name, self.stored, self.current, self.differences = name, stored, current, tuple(differences)
        detail = "".join(f"\n  {line}" for line in self.differences)
        super().__init__(
            f"{name} is at version {current}, the run was started under version {stored}; "
            f"migrate it where the definition says how (lexiconsole migrate), fork it, or cancel it{detail}"
        )


class SagaVersionMismatchError(WorkflowVersionMismatchError):
    """The same for a saga kept in a saga store."""


class StoreError(LexiconsoleError):
    """The database file can not be used; the message says why and what to do. The file was not changed."""


class ReadOnlyStoreError(StoreError):
    """The database file, or its folder, lets nobody write; nothing was changed."""


class ContextMisuseError(LexiconsoleError):
    """A definition broke a rule of the durable context; the message names the rule and the way to do it."""


class ReplayMismatchError(LexiconsoleError):
    """The journal holds something that the definition does not ask for, or asks for differently."""

    def __init__(self, run_id: str, key: str, recorded: str, asked: str) -> None:
        self.run_id, self.key, self.recorded, self.asked = run_id, key, recorded, asked
        super().__init__(
            f"run {run_id} can not go on at {key!r}: the journal has {recorded}, the definition asks for {asked}; "
            f"put the definition back, or fork the run before this point"
        )


class ValueNotStorableError(LexiconsoleError):
    """A value that would come back from JSON as something else, or that is too large."""

    def __init__(self, where: str, reason: str) -> None:
        self.where, self.reason = where, reason
        super().__init__(f"{where}: {reason}")


class StepError(LexiconsoleError):
    """How a step failed, as plain data: the same after a restart as when it happened.

    `type` is the exception's class name or `Err`; `value` the JSON of what the step put into `Err`;
    `attempts` how often it was tried; `unknown` that at least one attempt may have taken effect.
    """

    value: Json = None
    attempts: int = 1
    unknown: bool = False
    traceback: str = ""
    fault: BaseException  # what a raised one reads its words from, for `raise … from` changes its __cause__

    def __init__(
        self,
        key: str,
        message: str,
        *,
        type: str = "Err",
        value: Json = None,
        attempts: int = 1,
        unknown: bool = False,
        traceback: str = "",
    ) -> None:
        self.args = self.key, self.message = key, message
        self.type = type
        if attempts != 1:
            self.attempts = attempts
        if unknown:
            self.unknown = unknown
        if value is not None:
            self.value = value
        if traceback:
            self.traceback = traceback

    @classmethod
    def raised(cls, key: str, fault: BaseException, attempts: int, *, unknown: bool) -> StepError:
        """Of what the step raised, which is its `__cause__` and is asked for its words when somebody reads them."""
        error = cls.__new__(cls, key)
        error.key, error.fault, error.__cause__ = key, fault, fault
        if attempts != 1:
            error.attempts = attempts
        if unknown:
            error.unknown = True
        return error

    @cached_property
    def type(self) -> str:
        return type(self.fault).__name__

    @cached_property
    def message(self) -> str:
        return words_of(self.fault)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.key!r}, {self.message!r})"

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self).from_data, (self.key, self.to_data())

    def __str__(self) -> str:
        kind = "" if self.type == "Err" else f"{self.type}: "
        tries = f" (after {self.attempts} attempts)" if self.attempts > 1 else ""
        return f"{self.key}: {kind}{self.message}{tries}"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, StepError) and self.to_data() == other.to_data() and self.key == other.key

    def __hash__(self) -> int:
        return hash((self.key, self.message, self.type))

    def to_data(self) -> JsonObject:
        """The JSON that an entry keeps; what is at its default is left out."""
        data: JsonObject = {"type": self.type, "message": self.message}
        if self.value is not None:
            data["value"] = self.value
        if self.attempts != 1:
            data["attempts"] = self.attempts
        if self.unknown:
            data["unknown"] = True
        if self.traceback:
            data["traceback"] = self.traceback
        return data

    @classmethod
    def from_data(cls, key: str, data: Mapping[str, Any]) -> StepError:
        return cls(
            key,
            data.get("message", ""),
            type=data.get("type", "Err"),
            value=data.get("value"),
            attempts=data.get("attempts", 1),
            unknown=data.get("unknown", False),
            traceback=data.get("traceback", ""),
        )


class UnknownOutcomeError(LexiconsoleError):
    """Raise it inside a step when you can not tell whether the effect happened."""


class HumanInputRequiredError(LexiconsoleError):
    """A person must answer, and this run has nobody to ask; `checkpoint` is where to go on from, if there is one."""

    def __init__(self, key: str, prompt: str, checkpoint: Any = None) -> None:
        self.key, self.prompt, self.checkpoint = key, prompt, checkpoint
        super().__init__(f"{key} waits for a person: {prompt}")


class RunCancelled(LexiconsoleError):  # noqa: N818 - an event that models catch, not a fault
    """The run was cancelled. Every wait outside `shielded()` raises it from that point on."""

    TIMEOUT: ClassVar[str] = "timeout"

    def __init__(self, reason: str = "", *, by: str = "") -> None:
        self.reason, self.by = reason, by
        super().__init__(f"cancelled{f' by {by}' if by else ''}{f': {reason}' if reason else ''}")


_NAMED = 5
"""Exceptions of a group that are told."""


def words_of(fault: BaseException) -> str:
    """What it says of itself, its class's name where it says nothing; of a group, what those in it say. An exception of a user's
    may fail even at that.
    """
    kind = type(fault).__name__
    if isinstance(fault, BaseExceptionGroup):
        some = [f"{type(each).__name__}: {words_of(each)}" for each in fault.exceptions[:_NAMED]]
        more = len(fault.exceptions) - len(some)
        return f"{fault.message}: {'; '.join(some)}{f' and {more:,} more' if more else ''}"
    try:
        return str(fault) or kind
    except Exception as worse:
        return f"{kind}, which can not say what happened: its __str__ raises {type(worse).__name__}"


def nearest(name: str, known: Iterable[str]) -> str | None:
    """The known name most like `name`, or None when nothing is close."""
    matches = difflib.get_close_matches(name, list(known), n=1, cutoff=0.5)
    return matches[0] if matches else None
