"""A bundle holds nothing that a person or a service put into a run, whatever it looks like and wherever it stands."""

from __future__ import annotations

import io
import json
import string
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lexiconsole.durable.entry import EntryKind
from lexiconsole.durable.outline import Outline, OutlineNode
from lexiconsole.durable.vault import MASK
from lexiconsole.views.bundle import BundledRun, make_bundle
from lexiconsole.views.masking import Masking
from tests.views.entries import Script

PERSONAL = (
    "Ana Smith", "ana@example.org", "DE89370400440532013000", "+49 151 2345678", "Hauptstr. 5", "hunter2", "ana-laptop", "hr-7781",
    "48211", "6121980",
)  # fmt: skip
TRACE = 'Traceback (most recent call last):\n  File "/srv/ana.smith/flows/pay.py", line 12, in charge\n    pay("Ana Smith")\nE: no'


def a_run_full_of_people() -> Script:
    script = Script("hr-7781", input={"name": "Ana Smith", "ana@example.org": 48211, "tags": ["hunter2"]})
    script.entries[0].data["from"] = {"os_user": "asmith", "host": "ana-laptop", "pid": 4, "acting_as": "Ana Smith"}
    script.done("check/DE89370400440532013000", {"iban": "DE89370400440532013000", "secret": {"$secret": "abc"}})
    error = {
        "type": "ValueError",
        "message": "no account of Ana Smith",
        "traceback": TRACE,
        "cause": {"message": "hunter2"},
    }
    script.add(EntryKind.ATTEMPT_FAILED, "charge", 1, error=error, retry_at=9.0)
    script.add(
        EntryKind.ASKED, "boss", prompt="Pay Ana Smith?", who=["role:boss", "asmith"], form={"default": "hunter2"}
    )
    script.add(
        EntryKind.DELEGATED, "boss", by="asmith", **{"from": "asmith", "to": "Ana Smith", "reason": "Hauptstr. 5"}
    )
    script.add(EntryKind.SIGNALLED, name="paid", payload={"phone": "+49 151 2345678"}, by="asmith")
    script.add(EntryKind.DONE, "say", 1, result=None, log="called +49 151 2345678\n")
    script.add(EntryKind.DECIDED, "born", value=6121980)
    return script.add(EntryKind.CANCELLED, reason="Ana Smith said so", undone=["charge"])


def files_of(script: Script) -> dict[str, str]:
    from tests.cli.fake import row_of

    bundle = make_bundle(
        [BundledRun(row_of(script.entries), script.entries, Outline((OutlineNode("charge"),)))], {"python": "3"}
    )
    with zipfile.ZipFile(io.BytesIO(bundle.packed())) as archive:
        return {name: archive.read(name).decode() for name in archive.namelist()}


def test_nothing_personal_is_in_any_file_or_in_its_name():
    files = files_of(a_run_full_of_people())
    everything = "\n".join([*files, *files.values()])
    assert [text for text in (*PERSONAL, "asmith", "/home", "abc") if text in everything] == []


def test_what_is_needed_to_look_into_a_fault_is_there():
    files = files_of(a_run_full_of_people())
    entries = [json.loads(line) for line in files["runs/run-1/entries.jsonl"].splitlines()]
    assert [entry["seq"] for entry in entries] == list(range(1, 10))
    failed = entries[2]
    assert (failed["kind"], failed["key"], failed["data"]["retry_at"]) == ("step.attempt_failed", "charge", 9.0)
    assert failed["data"]["error"]["type"] == "ValueError"
    assert failed["data"]["error"]["traceback"] == ["pay.py:12 in charge"]
    assert entries[3]["data"]["who"] == ["role:boss", "person-2"], "roles are no persons"
    assert entries[4]["by"] == "person-2", "the same person is the same number"
    assert entries[8]["data"]["undone"] == ["charge"]
    run = json.loads(files["runs/run-1/run.json"])
    assert (run["definition"], run["version"], run["status"]) == ("order", 1, "cancelled")


def test_a_bundle_of_the_same_runs_is_the_same_bytes():
    runs = [BundledRun(_row(), a_run_full_of_people().entries, Outline())]
    assert make_bundle(runs, {}).packed() == make_bundle(runs, {}).packed()


def _row():
    from tests.cli.fake import row_of

    return row_of(a_run_full_of_people().entries)


_TEXTS = st.text(string.ascii_letters + string.digits + " @.-", min_size=4, max_size=30).map(lambda text: f"q{text}q")
_VALUES = st.recursive(
    _TEXTS | st.integers(10_000, 10**9),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_TEXTS, inner, max_size=3),
)


def leaves(value):
    if isinstance(value, dict):
        for name, part in value.items():
            yield name
            yield from leaves(part)
    elif isinstance(value, list):
        for part in value:
            yield from leaves(part)
    else:
        yield str(value)


@given(
    value=_VALUES,
    field=st.sampled_from(
        ["input", "result", "value", "payload", "reason", "state", "text", "log", "error", "default"]
    ),
)
def test_no_value_survives_wherever_it_stands(value, field):
    told = json.dumps(Masking().data({field: value}))
    assert [leaf for leaf in leaves(value) if leaf in told] == []


@pytest.mark.parametrize("secret", [MASK, {"$secret": "ref-1"}])
def test_a_secret_is_counted_and_its_reference_is_gone(secret):
    masking = Masking()
    assert masking.value(secret) == MASK and masking.counts["secrets"] == 1


@pytest.mark.parametrize(("key", "shown"), [
    ("undo/charge#12", "undo/charge#12"), ("batch/7", "batch/7"), ("charge/7", "charge/k1"), ("charge/Smith", "charge/k1"),
    ("smith#2", "k1#2"), ("Ask the boss", "Ask the boss"), ("mail to Ana", "k1"), ("k1", "k1"), ("48211", "k1"), ("", ""),
])  # fmt: skip
def test_of_a_key_only_what_stands_in_the_outline_and_in_no_input_is_kept(key, shown):
    nodes = ("charge", "Ask the boss", "mail to Ana", "Smith", "k1", "48211")
    masking = Masking()
    masking.begin(Outline(tuple(OutlineNode(node) for node in nodes)), {"for": ["Ana", {"Dr. Smith": 1}]})
    assert masking.key(key) == shown


def test_what_stands_for_a_part_of_a_key_is_the_same_in_all_runs_of_a_bundle():
    masking = Masking()
    masking.begin(Outline((OutlineNode("send"),)), {})
    told = [masking.key("send/ana"), masking.key("send/bob"), masking.key("ana")]
    masking.begin(Outline(), None)
    assert [*told, masking.key("send/ana")] == ["send/k1", "send/k2", "k1", "k3/k1"]


def test_an_id_that_the_program_made_stays_and_one_that_somebody_gave_is_numbered():
    masking = Masking()
    assert masking.run("p43wc4q7ket3") == "p43wc4q7ket3"
    assert [masking.run(one) for one in ("ana-1", "bob-1", "ana-1")] == ["run-1", "run-2", "run-1"]


@pytest.mark.parametrize("given", ["491512345678", "hr4875512345", "abrahams1985", "1985abrahams"])
def test_a_given_id_that_has_the_letters_of_a_made_one_is_numbered(given):
    assert Masking().run(given) == "run-1"


def test_what_stands_before_a_colon_is_only_kept_when_it_is_the_type_of_an_error():
    """Of what a step returned, or a person gave as the reason, the text begins the line."""
    from dataclasses import replace

    row = _row()
    told = [
        Masking().row(replace(row, error=f"{word}: is ill"), {"ValueError"})["error"]
        for word in ("smith", "ValueError")
    ]
    assert told == ["<text of 13>", "ValueError: <text of 6>"]


def test_what_was_asked_for_and_refused_is_named_as_keys_are():
    masking = Masking()
    assert masking.data({"target": "send/48211001"}) == {"target": "k1/k2"}
    assert masking.data({"target": "48211001"}) == {"target": "k2"}
    assert masking.data({"target": 12}) == {"target": 12}


def test_a_bundle_is_not_called_after_an_id_that_somebody_gave():
    assert make_bundle([BundledRun(_row(), a_run_full_of_people().entries, Outline())], {}).run == "run-1"
