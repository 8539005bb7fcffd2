"""The settings: what can be set, with which default, and where each value came from.

application.yaml < application.{profile}.yaml < environment LEX_SECTION__NAME < arguments; the last one that speaks wins.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from contextvars import ContextVar
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from pydantic import BaseModel, Field, PrivateAttr, ValidationError
from pydantic_core import ErrorDetails
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from lexiconsole.app import layers
from lexiconsole.app.sections import (
    AuditSettings,
    ConsoleSettings,
    Durability,
    EngineSettings,
    Names,
    NotificationSettings,
    Operator,
    Operators,
    StoreLimits,
    StoreSettings,
    WorkflowSettings,
)
from lexiconsole.app.yaml_file import read_yaml
from lexiconsole.errors import ConfigurationError, nearest

__all__ = [
    "AuditSettings",
    "Durability",
    "EngineSettings",
    "Operator",
    "Setting",
    "Settings",
    "StoreLimits",
    "StoreSettings",
    "WorkflowSettings",
]


@dataclass(frozen=True, slots=True)
class Setting:
    """One value and where it came from: `file:line`, a variable's name, `argument` or `default`."""

    name: str
    value: Any
    origin: str
    about: str = ""


_LAYERS: ContextVar[tuple[PydanticBaseSettingsSource, ...]] = ContextVar("settings_layers", default=())
"""The layers of the `Settings.load` that is under way; pydantic-settings asks the class for them, not the call."""

_HIDDEN = ("password", "secret", "token")


class Settings(BaseSettings):
    """All settings of a workspace. `Settings()` are the defaults; `Settings.load` reads files and environment."""

    model_config = SettingsConfigDict(
        env_prefix=layers.PREFIX,
        env_nested_delimiter="__",
        env_ignore_empty=True,
        env_parse_none_str="null",
        extra="forbid",
        frozen=True,
    )

    workflow: WorkflowSettings = Field(default_factory=WorkflowSettings, description="the models' defaults")
    store: StoreSettings = Field(default_factory=StoreSettings, description="where runs are kept")
    engine: EngineSettings = Field(default_factory=EngineSettings, description="how runs are driven")
    operators: Operators = Field(
        default=None, description="who may do what; none means that whoever uses this machine may do everything"
    )
    audit: AuditSettings = Field(default_factory=AuditSettings, description="how decisions are kept and proved")
    console: ConsoleSettings = Field(default_factory=ConsoleSettings, description="how the console looks")
    notifications: NotificationSettings = Field(
        default_factory=NotificationSettings, description="whom to tell what, and how"
    )
    definitions: Names = Field(
        default=("definitions",), description="folders with definitions, relative to the workspace"
    )
    secrets: Names = Field(default=(), description="names of fields whose values are never shown or stored")

    _layers: Sequence[layers.Layer] = PrivateAttr(())

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        return (init_settings, *_LAYERS.get())

    @classmethod
    def load(cls, root: Path, *, profile: str = "", arguments: Mapping[str, Any] | None = None) -> Self:
        """Reads the settings of the workspace in folder `root`; a workspace without files has the defaults.

        `profile` is LEX_PROFILE when empty. `arguments` are nested like the file: {"store": {"path": …}}.
        Raises ConfigurationError that lists every unknown name and every value without sense, with its place.
        """
        environment = layers.EnvironmentLayer(cls)
        files = [layers.FileLayer(cls, read_yaml(file)) for file in _files(root, profile)]
        given = layers.ArgumentLayer(cls, dict(arguments or {}))
        stack: tuple[layers.Layer, ...] = (given, environment, *reversed(files))
        faults = list(environment.unknown())
        settings = None
        token = _LAYERS.set(stack)
        try:
            settings = cls()
        except ValidationError as fault:
            faults += [_sentence(cls, error, stack) for error in fault.errors(include_url=False)]
        finally:
            _LAYERS.reset(token)
        if faults or settings is None:
            raise ConfigurationError("\n".join(dict.fromkeys(faults)))
        settings._layers = stack
        return settings

    def listing(self) -> list[Setting]:
        """Every value with its origin, in the order of the sections; secrets are masked."""
        return [
            Setting(".".join(path), self._shown(path[-1], value), self._origin(path), about)
            for path, value, about in _leaves(self, ())
        ]

    def _origin(self, path: layers.Address) -> str:
        places = (layer.origin(path) for layer in self._layers)
        return next((place for place in places if place), "default")

    def _shown(self, name: str, value: Any) -> Any:
        if value is not None and (name in self.secrets or name.lower().endswith(_HIDDEN)):
            return "***"
        if isinstance(value, BaseModel):
            value = value.model_dump(mode="json")
        if isinstance(value, dict):
            return {key: self._shown(str(key), part) for key, part in value.items()}
        if isinstance(value, list | tuple):
            return [self._shown(name, part) for part in value]
        return value


def _files(root: Path, profile: str) -> list[Path]:
    """The files that exist, the general one first."""
    profile = profile or os.environ.get(layers.PROFILE, "")
    general = root / "application.yaml"
    if not general.exists() and (root / "application.yml").exists():
        raise ConfigurationError(f"{root / 'application.yml'} is not read; rename it to application.yaml")
    found = [general] if general.exists() or general.is_symlink() else []
    if profile:
        special = root / f"application.{profile}.yaml"
        if "/" in profile or not special.exists():
            known = [
                file.name.removeprefix("application.").removesuffix(".yaml") for file in root.glob("application.*.yaml")
            ]
            close = nearest(profile, known)
            hint = f"; did you mean {close!r}?" if close else f"; it would be {special}"
            raise ConfigurationError(f"there is no profile {profile!r}{hint}")
        found.append(special)
    return found


def _sentence(model: type[BaseModel], error: ErrorDetails, stack: Sequence[layers.Layer]) -> str:
    """What is wrong with one setting: place, name, reason, and the nearest known name."""
    path = tuple(str(part) for part in error["loc"])
    name = ".".join(path)
    place = next((found for found in (layer.origin(path) for layer in stack) if found), "default")
    if error["type"] == "extra_forbidden":
        close = nearest(path[-1], layers.fields_at(model, path[:-1]))
        return f"{place}: there is no setting {name}" + (f"; did you mean {close}?" if close else "")
    if error["type"] == "model_type":
        return f"{place}: {name} is a section with settings of its own, not {error['input']!r}"
    reason = error["msg"].removeprefix("Value error, ").replace("Input should", "should")
    given = error["input"]
    seen = f", not {given!r}" if isinstance(given, str | int | float) or given is None else ""
    return f"{place}: {name}: {reason}{seen}"


def _leaves(section: BaseModel, above: layers.Address) -> Iterator[tuple[layers.Address, Any, str]]:
    for name, field in type(section).model_fields.items():
        value = getattr(section, name)
        path = (*above, name)
        if isinstance(value, BaseModel):
            yield from _leaves(value, path)
        else:
            yield path, value, field.description or ""
