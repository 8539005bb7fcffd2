"""What can be copied of a run, a question and a definition."""

from __future__ import annotations

import json

from lexiconsole.durable.entry import EntryKind
from lexiconsole.views.copies import Copy, copies_of_definition, copies_of_run, copies_of_task
from tests.cli.fake import row_of
from tests.views.entries import T0, Script, asking, in_doubt


def failing() -> Script:
    error = {"type": "TimeoutError", "message": "no answer", "traceback": 'File "order.py", line 3\nTimeoutError'}
    script = Script(input={"card": {"$secret": "ref"}}).done("reserve", {"shelf": "B7"})
    script.add(EntryKind.STEP_FAILED, "charge", 1, error=error)
    return script.add(EntryKind.FAILED, error={"type": "TimeoutError", "message": "no answer", "key": "charge"})


def of(script: Script, step: str = "") -> dict[str, Copy]:
    found = copies_of_run(row_of(script.entries), script.entries, T0, step)
    assert len({copy.key for copy in found}) == len(found), "each has a key of its own"
    return {copy.key: copy for copy in found}


def test_a_failed_run_gives_its_id_its_whole_error_and_the_commands_that_lead_on():
    copies = of(failing())
    assert copies["i"].text == "r1"
    assert copies["e"].text == 'TimeoutError: no answer\nFile "order.py", line 3\nTimeoutError'
    assert copies["c"].text == "lexiconsole show-run r1"
    assert copies["1"].text == "lexiconsole retry r1"


def test_its_json_is_what_the_command_line_prints_and_holds_no_secret():
    copies = of(failing())
    assert json.loads(copies["s"].text)["steps"][0]["key"] == "reserve"
    lines = [json.loads(line) for line in copies["n"].text.splitlines()]
    assert [line["seq"] for line in lines] == [1, 2, 3, 4]
    assert "$secret" not in copies["s"].text + copies["n"].text


def test_a_step_gives_its_result_or_its_error():
    assert json.loads(of(failing(), "reserve")["r"].text) == {"shelf": "B7"}
    assert of(failing(), "charge")["t"].text.startswith("TimeoutError: no answer\nFile")
    assert not {"r", "t"} & of(failing(), "nothing").keys()


def test_a_run_that_is_well_has_no_error_to_copy():
    assert "e" not in of(asking())
    assert of(in_doubt())["1"].text.startswith("lexiconsole resolve r1 charge")


def test_a_question_gives_the_command_that_answers_it():
    copies = {copy.key: copy.text for copy in copies_of_task("r1:review", asking().entries[2].data)}
    assert copies["i"] == "r1:review" and copies["r"] == "r1" and copies["q"] == "approve 48,000?"
    assert copies["1"] == "lexiconsole answer r1:review -i approve=… -i note=…"


def test_a_definition_gives_the_command_that_starts_it():
    copies = {copy.key: copy.text for copy in copies_of_definition("my flow")}
    assert copies["i"] == "my flow" and copies["1"] == "lexiconsole run 'my flow'"
