"""The sections of the settings: every name, its default and its bounds."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, Self, TypeAlias

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, field_validator, model_validator

from lexiconsole.app.operators import WHOEVER, time_between
from lexiconsole.bulk.config import BulkOperationConfig
from lexiconsole.errors import nearest
from lexiconsole.graph.config import GraphConfig

__all__ = [
    "Absence",
    "AuditSettings",
    "CommandChannel",
    "ConsoleChannel",
    "ConsoleSettings",
    "Durability",
    "EngineSettings",
    "Names",
    "NoticeEvent",
    "NotificationSettings",
    "Operator",
    "Operators",
    "StoreLimits",
    "StoreSettings",
    "WebhookChannel",
    "WorkflowSettings",
]


def _several(value: Any) -> Any:
    """`a, b` for the list of both."""
    return [part.strip() for part in value.split(",") if part.strip()] if isinstance(value, str) else value


def _named(value: Any) -> Any:
    """A list of mappings with a `name` each, as the mapping from name to the rest."""
    if isinstance(value, list) and all(isinstance(item, dict) and "name" in item for item in value):
        names = [item["name"] for item in value]
        odd = next((name for name in names if isinstance(name, list | dict)), None)
        if odd is not None:
            raise ValueError(f"the name {odd!r} is no text; a name like that needs quotes")
        twice = next((name for name in names if names.count(name) > 1), None)
        if twice is not None:
            raise ValueError(f"{twice} is listed twice")
        return {item["name"]: {key: part for key, part in item.items() if key != "name"} for item in value}
    return value


Names: TypeAlias = Annotated[tuple[str, ...], BeforeValidator(_several)]


class _Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class WorkflowSettings(BulkOperationConfig):
    """`workflow:`, flat fields for bulk operations and pipelines, `graph:` inside."""

    graph: GraphConfig = Field(default_factory=GraphConfig, description="the limits of graphs")


class Durability(StrEnum):
    """What an acknowledged entry survives. `power`: the machine losing power. `process`: this program dying."""

    POWER = "power"
    PROCESS = "process"


class StoreLimits(_Section):
    """`store.limits:`."""

    max_value_bytes: int = Field(
        default=1_000_000, ge=1_000, description="the largest input or result, in bytes of JSON"
    )


class StoreSettings(_Section):
    """`store:`."""

    path: Path = Field(
        default=Path(".lexiconsole/store.db"), description="the database file, relative to the workspace"
    )
    durability: Durability = Field(
        default=Durability.POWER, description="what is acknowledged survives: power or process"
    )
    limits: StoreLimits = Field(default_factory=StoreLimits, description="what is refused for its size")


class EngineSettings(_Section):
    """`engine:`, all times in seconds."""

    park_after: float = Field(default=30.0, ge=0, description="a run that only waits leaves memory after this time")
    cancel_deadline: float = Field(
        default=10.0, ge=0, description="how long a cancelled run's open steps may take to end"
    )
    beat: float = Field(default=1.0, gt=0, description="how often a process says that it is alive")
    stall_after: float = Field(
        default=30.0, gt=0, description="a living process that is silent for so long counts as stalled"
    )
    poll: float = Field(default=0.1, gt=0, description="how often other processes' requests and entries are looked for")
    threads: int = Field(default=32, ge=1, description="worker threads for steps that are not async")

    @model_validator(mode="after")
    def _beats_before_it_stalls(self) -> Self:
        if self.stall_after < 2 * self.beat:
            raise ValueError(f"stall_after ({self.stall_after}) must be at least two beats ({2 * self.beat})")
        return self


class AuditSettings(_Section):
    """`audit:`."""

    require_signatures: bool = Field(
        default=False, description="a decision without a good signature of its operator does not count"
    )
    allowed_signers: Path | None = Field(
        default=None, description="ssh's file of names and public keys, relative to the workspace"
    )
    signing_key: Path | None = Field(
        default=None, description="the SSH key decisions are signed with here, for operators who name none"
    )
    head_command: tuple[str, ...] = Field(
        default=(), description="a program that takes each new head, as JSON on its input, to a place outside"
    )

    @model_validator(mode="after")
    def _knows_whose_signature_is_good(self) -> Self:
        if self.require_signatures and self.allowed_signers is None:
            raise ValueError("require_signatures needs allowed_signers, or no signature can be good")
        return self


class NoticeEvent(StrEnum):
    """What somebody may be told of. `doubtful`: a step's outcome is unknown and a person must say what came of it."""

    QUESTION = "question"
    DUE_SOON = "due_soon"
    ESCALATED = "escalated"
    DOUBTFUL = "doubtful"
    FAILED = "failed"


Events: TypeAlias = Annotated[tuple[NoticeEvent, ...], BeforeValidator(_several)]


class CommandChannel(_Section):
    """`notifications.command:`, a program that gets each event as JSON on its input."""

    run: tuple[str, ...] = Field(min_length=1, description="the program and its arguments")
    on: Events = Field(default=tuple(NoticeEvent), description="the events it is told of")
    timeout: float = Field(default=30.0, gt=0, description="seconds it may take")


class WebhookChannel(_Section):
    """`notifications.webhook:`, a URL to which each event is posted as JSON."""

    url: str = Field(pattern="^https?://", description="where to post")
    on: Events = Field(default=tuple(NoticeEvent), description="the events it is told of")
    timeout: float = Field(default=10.0, gt=0, description="seconds to wait for the answer")
    key_variable: str = Field(
        default="", description="the environment variable with the key that signs the body (HMAC-SHA256)"
    )


class ConsoleChannel(_Section):
    """`notifications.console:`, the terminal that the console runs in."""

    bell: bool = Field(default=True, description="ring the terminal's bell")
    title: bool = Field(default=True, description="say in the terminal's title how much needs you")
    on: Events = Field(default=tuple(NoticeEvent), description="the events it rings for")


class ThemeName(StrEnum):
    """Colours of the console; in each of them states stay apart for eyes that see red, green or blue less."""

    DARK = "dark"
    LIGHT = "light"
    CONTRAST = "contrast"


class GlyphSet(StrEnum):
    """`AUTO`: ASCII letters where the locale or the terminal shows nothing else."""

    AUTO = "auto"
    UNICODE = "unicode"
    ASCII = "ascii"


class MotionWish(StrEnum):
    """`AUTO`: calm over SSH, else full."""

    AUTO = "auto"
    FULL = "full"
    CALM = "calm"
    OFF = "off"


class ConsoleSettings(_Section):
    """`console:`, how the console looks."""

    theme: ThemeName = Field(default=ThemeName.DARK, description="its colours; `T` goes to the next ones")
    glyphs: GlyphSet = Field(default=GlyphSet.AUTO, description="what it draws with; auto looks at the locale")
    keys: Path | None = Field(
        default=None, description="a keymap, relative to the workspace; without one ~/.config/lexiconsole/keys.toml"
    )
    motion: MotionWish = Field(default=MotionWish.AUTO, description="how much moves; auto is calm over SSH")
    tabs: int = Field(
        default=8, ge=1, description="how many tabs of a browser `serve` shows; each is a process of its own"
    )
    idle: float = Field(
        default=14_400.0, ge=0, description="seconds without a key after which `serve` ends a tab; 0 lets it stay"
    )


class NotificationSettings(_Section):
    """`notifications:`, whom to tell what, and how."""

    console: ConsoleChannel = Field(default_factory=ConsoleChannel, description="the terminal that the console runs in")
    command: CommandChannel | None = Field(default=None, description="tells a program")
    webhook: WebhookChannel | None = Field(default=None, description="tells a URL")
    due_soon: float = Field(
        default=3600.0, gt=0, description="how many seconds before it is due a question is due soon"
    )
    tries: int = Field(default=8, ge=1, description="how often one event is tried to be told")
    backoff: float = Field(
        default=2.0, gt=0, description="seconds before the second try; each next one waits twice as long"
    )


class Absence(_Section):
    """A time away, `from` and `to` included, as dates or moments, local unless they name a zone."""

    model_config = ConfigDict(populate_by_name=True)

    since: datetime | date = Field(alias="from", description="the first day, or a moment")
    until: datetime | date = Field(alias="to", description="the last day, or a moment")
    stand_in: str = Field(description="the operator who acts in their place")

    @field_validator("since", "until", mode="before")
    @classmethod
    def _day_or_moment(cls, value: Any) -> Any:
        """`2026-12-24` is the whole day, not its midnight."""
        return date.fromisoformat(value) if isinstance(value, str) and len(value) == len("2026-12-24") else value

    @model_validator(mode="after")
    def _ends_after_it_begins(self) -> Self:
        begin, end = time_between(self.since, self.until)
        if end <= begin:
            raise ValueError(f"to ({self.until}) does not come after from ({self.since})")
        return self


class Operator(_Section):
    """A person under `operators:`; the key there is the name. `*` is whoever is logged in and not named otherwise."""

    users: Names = Field(default=(), description="names of operating-system users this person works as")
    roles: Names = Field(default=(), description="roles held")
    act_for: Names = Field(default=(), description="names this person may act for with --as")
    absences: tuple[Absence, ...] = Field(default=(), description="times away, and who stands in")
    signing_key: Path | None = Field(default=None, description="the SSH key this person's decisions are signed with")


def _that_know_each_other(operators: dict[str, Operator] | None) -> dict[str, Operator] | None:
    for name, operator in (operators or {}).items():
        named = [("act_for", other) for other in operator.act_for]
        named += [("absences.stand_in", absence.stand_in) for absence in operator.absences]
        for field, other in named:
            if other not in (operators or {}):
                close = nearest(other, operators or {})
                raise ValueError(
                    f"{name}.{field} names {other!r}, who is no operator"
                    + (f"; did you mean {close}?" if close else "")
                )
        if name == WHOEVER and (operator.roles or operator.users or operator.absences):
            raise ValueError("* is whoever is logged in: it can have act_for, but no users, roles or absences")
    return operators


Operators: TypeAlias = Annotated[
    dict[str, Operator] | None, BeforeValidator(_named), AfterValidator(_that_know_each_other)
]
"""People by name; None when the section is missing, which is not the same as nobody."""
