"""Forms and answers: what is wrong with either is said in words, and before it is too late."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import BaseModel, field_validator

from lexiconsole.durable.answers import accepted
from lexiconsole.durable.question import Question
from lexiconsole.durable.vault import NO_VAULT
from lexiconsole.errors import DefinitionError, InvalidInputError
from lexiconsole.graph import HumanNode

WEIGHT = {"type": "object", "properties": {"kg": {"type": "integer"}}, "required": ["kg"]}


class Even(BaseModel):
    n: int

    @field_validator("n")
    @classmethod
    def _is_even(cls, n: int) -> int:
        if n % 2:
            raise ValueError("must be even")
        return n


def test_a_rule_of_the_form_speaks_in_its_own_words() -> None:
    with pytest.raises(InvalidInputError) as refused:
        accepted(Even, {"n": 3}, NO_VAULT, "even")
    assert refused.value.fields == {"n": "must be even"}


@pytest.mark.parametrize(
    ("form", "words"),
    [
        ({"properties": {"kg": {"type": "intger"}}}, r"properties\.kg\.type: 'intger' is not valid"),
        ({"properties": {"kg": {"pattern": "["}}}, r"properties\.kg\.pattern: '\[' is not a 'regex'"),
    ],
)
def test_a_form_that_is_no_json_schema_is_refused_before_anybody_is_asked(form: Any, words: str) -> None:
    with pytest.raises(DefinitionError, match=f"'how much\\?': the form is no JSON schema: {words}"):
        Question("how much?", form=form)


def test_a_form_that_refers_to_nowhere_says_so_to_whoever_answers() -> None:
    with pytest.raises(InvalidInputError, match="the form itself can not be read"):
        accepted({"$ref": "#/nowhere"}, "x", NO_VAULT, "how much")


def test_a_node_takes_an_answer_by_its_json_schema_without_a_console_too() -> None:
    node = HumanNode("weigh", "how much?", form=WEIGHT)
    assert node.accepts({"kg": 3}) == {"kg": 3}
    with pytest.raises(InvalidInputError, match="kg: 'x' is not of type 'integer'"):
        node.accepts({"kg": "x"})
