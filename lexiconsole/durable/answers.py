"""Answers: whether one fits a question's form, field by field, and what a model gets of it."""

from __future__ import annotations

from typing import Any

from pydantic import ValidationError
from pydantic_core import to_json

from lexiconsole.durable.codec import adapter_of, misfits_of
from lexiconsole.durable.vault import Vault, is_secret, references, revealed
from lexiconsole.errors import InvalidInputError
from lexiconsole.types import Json

__all__ = ["accepted"]


def accepted(form: Any, value: Json, vault: Vault, subject: str) -> Any:
    """The answer as the form's type; raises InvalidInputError with every field that does not fit and why."""
    if form is None:
        plain = revealed(value, vault)
        _refuse_lost(plain, subject)
        return plain
    if isinstance(form, dict):
        return _by_schema(form, value, vault, subject)
    plain = revealed(value, vault)
    _refuse_lost(plain, subject)
    try:
        return adapter_of(form).validate_json(to_json(plain))
    except ValidationError as fault:
        raise InvalidInputError(subject, misfits_of(fault)) from None


def _by_schema(form: dict[str, Any], value: Json, vault: Vault, subject: str) -> Any:
    """A JSON schema checks, and changes nothing; secrets come as SecretStr."""
    from jsonschema import Draft202012Validator, FormatChecker

    plain = revealed(value, vault)
    _refuse_lost(plain, subject)
    checker = Draft202012Validator(form, format_checker=FormatChecker())
    hidden = [text for text in map(vault.get, references(value)) if text]
    found: dict[str, str] = {}
    try:
        errors = list(checker.iter_errors(plain))
    except Exception as fault:  # a reference to nowhere, of which only whoever follows it learns
        reason = f"the form itself can not be read ({str(fault).partition(chr(10))[0]}); mend it in the definition"
        raise InvalidInputError(subject, {"": reason}) from fault
    for error in errors:
        field = ".".join(str(part) for part in error.absolute_path)
        if error.validator == "required" and isinstance(error.instance, dict):
            missing = [name for name in error.validator_value if name not in error.instance]
            found |= {f"{field}.{name}".lstrip("."): "is needed" for name in missing}
        else:
            tells = any(text in error.message for text in hidden)
            found.setdefault(field, "does not fit" if tells else error.message)
    if found:
        raise InvalidInputError(subject, found)
    return revealed(value, vault, wrapped=True)


def _refuse_lost(value: Any, subject: str, path: str = "") -> None:
    """A reference that leads nowhere: the vault beside the store was lost, or belongs to another machine."""
    if is_secret(value):
        raise InvalidInputError(
            subject, {path: "the secret is not in the vault of this store, or this login may not read it"}
        )
    if isinstance(value, (dict, list)):
        for name, part in value.items() if isinstance(value, dict) else enumerate(value):
            _refuse_lost(part, subject, f"{path}.{name}".lstrip("."))
