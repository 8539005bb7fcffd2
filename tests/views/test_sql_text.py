"""SQL as it is typed: what its parts are, and how the word at the cursor goes on."""

from __future__ import annotations

import pytest

from lexiconsole.views.sql_text import parts_of, word_at

TABLES = {"runs": ("id", "name", "status"), "entries": ("run", "seq", "key"), "requests": ("id", "kind")}


def test_columns_are_names_and_not_words_of_the_language() -> None:
    """`name`, `key`, `status` are words of other databases; a text or remark that is not closed goes on to the end."""
    sql = "SELECT name, count(*) -- all\nFROM runs WHERE key = 'it''s' AND n > 1.5 /* SELECT"
    assert [f"{part.kind}:{sql[part.start : part.end]}" for part in parts_of(sql)] == [
        *(
            "word:SELECT",
            "name:name",
            "call:count",
            "remark:-- all",
            "word:FROM",
            "name:runs",
            "word:WHERE",
            "name:key",
        ),
        *("text:'it''s'", "word:AND", "name:n", "number:1.5", "remark:/* SELECT"),
    ]


@pytest.mark.parametrize(
    ("sql", "offers"),
    [
        ("sel|", ["select"]),
        ("SEL|", ["SELECT"]),
        ("select * from r|", ["runs", "requests"]),
        ("select na| from runs", ["name", "natural"]),
        ("select s|eq from entries", ["seq", "select", "strftime", "substr", "sum"]),
        ("select e.| from entries as e", ["run", "seq", "key"]),
        ("select e.k| from entries e", ["key"]),
        ("select requests.| from requests", ["id", "kind"]),
        ("select id from runs wh|", ["where", "when"]),
    ],
)
def test_a_word_goes_on_as_its_place_allows(sql: str, offers: list[str]) -> None:
    word = word_at(sql.replace("|", ""), sql.index("|"), TABLES)
    assert word is not None
    assert list(word.offers) == offers


@pytest.mark.parametrize("sql", ["|", "select |", "select 'sel|", "-- sel|", "select 3a|", "x.|"])
def test_where_no_word_is_typed_there_is_nothing_to_offer(sql: str) -> None:
    word = word_at(sql.replace("|", ""), sql.index("|"), TABLES)
    assert word is None or not word.offers
