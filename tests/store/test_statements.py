"""Every statement is a file that somebody uses, and every name that is used is a file."""

from __future__ import annotations

import re
import sqlite3
from pathlib import Path

import pytest

import lexiconsole.store
from lexiconsole.durable.audit import chained, fact
from lexiconsole.store.migrations import MIGRATIONS
from lexiconsole.store.statements import script, statement

STORE = Path(lexiconsole.store.__file__).parent
FILES = sorted(path.stem for path in (STORE / "sql").glob("*.sql"))
PARTS = sorted(path.stem for path in (STORE / "sql" / "parts").glob("*.sql"))
SOURCES = "\n".join(path.read_text() for path in STORE.glob("*.py"))


@pytest.fixture(scope="module")
def db():
    with sqlite3.connect(":memory:") as db:
        db.create_function("audit_fact", 8, fact, deterministic=True)
        db.create_function("audit_hash", 2, chained, deterministic=True)
        for step in MIGRATIONS:
            for sql in script(step.sql):
                db.execute(sql)
        db.execute(statement("saga_table"))  # of a file of its own
        yield db
    db.close()


def test_every_name_in_the_code_is_a_file():
    used = set(re.findall(r'statement\("(\w+)"\)', SOURCES))
    used |= set(re.findall(r'(?:_readers\.one|_readers\.all|_write|_read)\("(\w+)"', SOURCES))
    assert used
    assert used <= set(FILES)


@pytest.mark.parametrize("name", FILES)
def test_every_file_is_used(name):
    pattern = name.replace("_newest", "_{order}").replace("_oldest", "_{order}")
    assert f'"{name}"' in SOURCES or f'f"{pattern}"' in SOURCES


@pytest.mark.parametrize("name", FILES)
def test_every_statement_fits_the_schema_and_begins_with_its_verb(db, name):
    sql = statement(name)
    assert re.match(r"(SELECT|INSERT|UPDATE|DELETE|WITH|CREATE)\b", sql)
    numbered = [int(n) for n in re.findall(r"\?(\d+)", sql)]
    plain = len(re.findall(r"\?(?!\d)", sql))
    db.execute(f"EXPLAIN {sql}", [None] * (max(numbered, default=0) + plain)).fetchall()


@pytest.mark.parametrize("part", PARTS)
def test_a_part_is_put_into_several_statements_and_means_the_same_values_in_each(db, part):
    """So whoever asks gives its values once, in one order."""
    text = statement(f"parts/{part}")
    assert not text.startswith("--")
    users = [name for name in FILES if f"/* parts/{part} */" in (STORE / "sql" / f"{name}.sql").read_text()]
    assert len(users) > 1
    for name in users:
        assert text in statement(name)
        assert "/*" not in statement(name)


def test_a_part_that_does_not_exist_is_no_statement():
    with pytest.raises(FileNotFoundError):
        statement("parts/nothing")
