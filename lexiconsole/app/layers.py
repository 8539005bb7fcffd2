"""Where settings come from. Each layer knows what it says and can name the place where it says so."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from typing import Any, TypeAlias

from pydantic import BaseModel
from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings, EnvSettingsSource, PydanticBaseSettingsSource

from lexiconsole.app.yaml_file import YamlFile
from lexiconsole.errors import ConfigurationError, nearest

__all__ = ["PREFIX", "PROFILE", "Address", "ArgumentLayer", "EnvironmentLayer", "FileLayer", "Layer", "fields_at"]

Address: TypeAlias = tuple[str, ...]
"""A setting's address: ("workflow", "graph", "max_iterations")."""

PREFIX = "LEX_"
PROFILE = "LEX_PROFILE"
"""The variable that chooses a profile; every other LEX_ variable is a setting."""


class _Given(PydanticBaseSettingsSource):
    """A layer whose data is known from the beginning."""

    def __init__(self, settings: type[BaseSettings], data: dict[str, Any]) -> None:
        super().__init__(settings)
        self.data = data

    def get_field_value(self, field: FieldInfo, field_name: str) -> tuple[Any, str, bool]:
        return self.data.get(field_name), field_name, False

    def __call__(self) -> dict[str, Any]:
        return self.data


class FileLayer(_Given):
    """A YAML file. Raises ConfigurationError when a section is no section."""

    def __init__(self, settings: type[BaseSettings], file: YamlFile) -> None:
        self.file = file
        super().__init__(settings, self._sections(settings, file.data, ()))

    def origin(self, path: Address) -> str | None:
        return self._place(path) if _says(self.data, path) else None

    def _place(self, path: Address) -> str:
        while path and path not in self.file.lines:
            path = path[:-1]
        return f"{self.file.file}:{self.file.lines[path]}" if path else str(self.file.file)

    def _sections(self, model: type[BaseModel], data: Mapping[str, Any], at: Address) -> dict[str, Any]:
        """The data without sections that say nothing because all their lines are commented out."""
        kept: dict[str, Any] = {}
        for name, value in data.items():
            inner = _section(model.model_fields.get(name))
            if inner is None:
                kept[name] = value
            elif isinstance(value, dict):
                kept[name] = self._sections(inner, value, (*at, name))
            elif value is not None:
                place = self._place((*at, name))
                raise ConfigurationError(f"{place}: {name} is a section; expected `name: value` lines below it")
        return kept


class ArgumentLayer(_Given):
    """What the program was called with."""

    def origin(self, path: Address) -> str | None:
        return "argument" if _says(self.data, path) else None


class EnvironmentLayer(EnvSettingsSource):
    """Variables named LEX_SECTION__NAME; an empty one says nothing, `null` means none, lists are JSON or `a, b`."""

    def __init__(self, settings: type[BaseSettings]) -> None:
        super().__init__(settings)
        self.names: dict[Address, str] = {
            tuple(name.lower().removeprefix(PREFIX.lower()).split("__")): name
            for name, value in os.environ.items()
            if name.upper().startswith(PREFIX) and name.upper() != PROFILE and value
        }

    def origin(self, path: Address) -> str | None:
        above = (path[:end] for end in range(len(path), 0, -1))
        return next((self.names[part] for part in above if part in self.names), None)

    def unknown(self) -> Iterator[str]:
        """A sentence for each variable that is no setting; what is wrong further inside, validation finds."""
        known = list(_variables(self.settings_cls, PREFIX))
        for path, name in self.names.items():
            if path[0] not in self.settings_cls.model_fields:
                close = nearest(name.upper(), known)
                yield f"{name} is not a setting" + (f"; did you mean {close}?" if close else "")

    def decode_complex_value(self, field_name: str, field: FieldInfo, value: Any) -> Any:
        try:
            return json.loads(value)
        except ValueError:
            return value  # validation takes `a, b` for a list and names the variable for anything else


Layer: TypeAlias = ArgumentLayer | EnvironmentLayer | FileLayer
"""One source of settings. `origin(address)` is where it speaks of that setting, None when it does not."""


def fields_at(model: type[BaseModel], path: Address) -> list[str]:
    """The settings known in a section, [] when there is no such section."""
    for name in path:
        inner = _section(model.model_fields.get(name))
        if inner is None:
            return []
        model = inner
    return list(model.model_fields)


def _section(field: FieldInfo | None) -> type[BaseModel] | None:
    kind = field.annotation if field else None
    return kind if isinstance(kind, type) and issubclass(kind, BaseModel) else None


def _variables(model: type[BaseModel], prefix: str) -> Iterator[str]:
    for name, field in model.model_fields.items():
        yield prefix + name.upper()
        inner = _section(field)
        if inner is not None:
            yield from _variables(inner, f"{prefix}{name.upper()}__")


def _says(data: Any, path: Address) -> bool:
    for name in path:
        if not isinstance(data, dict):
            return True  # a list, or a whole value: it speaks of everything in it
        if name not in data:
            return False
        data = data[name]
    return True
