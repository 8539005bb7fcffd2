"""`export`: runs out of a real store, in each format, and a bundle that is shown before it is written."""

from __future__ import annotations

import csv
import io
import json
import zipfile

import pytest

from lexiconsole.app.exporting import Draft, free_name
from lexiconsole.cli.main import main
from lexiconsole.errors import StoreError, UsageError
from tests.tui.making import BUSY_DAY, fill


@pytest.fixture
def export(tmp_path, monkeypatch, capsys):
    (tmp_path / "definitions").mkdir()
    (tmp_path / ".lexiconsole").mkdir()
    fill(tmp_path / ".lexiconsole" / "store.db", *BUSY_DAY)
    monkeypatch.chdir(tmp_path)

    def call(*words, code=0):
        assert main(("export", *words)) == code
        return capsys.readouterr()

    return call


def test_one_run_in_each_format(export):
    assert json.loads(export("cccc").out)["id"] == "cccc3333", "json is what is meant when nothing is said"
    assert len(list(csv.DictReader(io.StringIO(export("cccc", "--to", "csv").out)))) == 4
    assert export("cccc", "--to", "mermaid").out.startswith("flowchart TD")
    assert export("cccc", "-t", "svg").out.startswith("<svg")


def test_runs_that_a_filter_finds_are_a_line_each_in_the_order_of_the_list(export):
    found = [json.loads(line)["id"] for line in export("--where", "state:failed").out.splitlines()]
    assert found == ["eeee5555", "dddd4444", "cccc3333"]
    everything = list(csv.DictReader(io.StringIO(export("--to", "csv").out)))
    assert len(everything) == len(BUSY_DAY) and {row["status"] for row in everything} >= {
        "failed",
        "waiting",
        "doubtful",
    }


def test_a_file_is_private_and_nothing_is_written_over(export, tmp_path):
    said = export("cccc", "aaaa", "--output", "two.jsonl")
    assert said.out == "" and "are in two.jsonl" in said.err
    assert (tmp_path / "two.jsonl").stat().st_mode & 0o777 == 0o600
    before = (tmp_path / "two.jsonl").read_text()
    assert "nothing was written over it" in export("cccc", "--output", "two.jsonl", code=2).err
    assert (tmp_path / "two.jsonl").read_text() == before and len(before.splitlines()) == 2


def test_a_bundle_is_shown_then_written(export, tmp_path):
    said = export("--where", "state:failed", "--to", "bundle", "--dry-run")
    assert "3 runs into" in said.err and "versions.json" in said.err and "so it reads:" in said.err
    assert list(tmp_path.glob("*.zip")) == []
    export("--where", "state:failed", "--to", "bundle")
    with zipfile.ZipFile(tmp_path / "runs-bundle.zip") as archive:
        assert sum(name.endswith("entries.jsonl") for name in archive.namelist()) == 3
        assert not any("card closed" in archive.read(name).decode() for name in archive.namelist())
    export("cccc", "--to", "bundle")
    assert (tmp_path / "run-1-bundle.zip").exists()


def test_a_second_file_of_a_name_gets_a_number(tmp_path):
    (tmp_path / "a.csv").touch()
    (tmp_path / "a-2.csv").touch()
    assert free_name(tmp_path, "a.csv").name == "a-3.csv" and free_name(tmp_path, "b.csv").name == "b.csv"


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["--to", "xml"], 2, "write json, csv, mermaid, svg or bundle"),
        (["--to", "svg"], 2, "svg shows one run"),
        (["zzzz"], 2, "zzzz"),
        (["cccc", "--where", "state:failed"], 2, "not both"),
        (["--where", "state:faild"], 2, "did you mean failed"),
        (["--where", "name:nothing", "--to", "bundle"], 2, "there is no run"),
        (["jjjj", "--to", "csv", "--output", "no/such/folder.csv"], 2, "can not be written"),
    ],
)
def test_what_is_wrong_is_named(export, words, code, said):
    assert said in export(*words, code=code).err


def test_for_a_program_there_is_one_object(export):
    told = json.loads(export("cccc", "--to", "mermaid", "--json").out)
    assert (told["format"], told["name"]) == ("mermaid", "cccc3333.mmd") and told["text"].startswith("flowchart")


@pytest.mark.parametrize(
    ("fault", "told"), [(OSError(28, "No space left on device"), UsageError), (StoreError("torn"), StoreError)]
)
def test_what_could_not_be_written_whole_leaves_no_file_that_seems_whole(tmp_path, fault, told):
    def pieces():
        yield b"the first half"
        raise fault

    with pytest.raises(told):
        Draft("runs.csv", pieces()).write(tmp_path / "runs.csv")
    assert list(tmp_path.iterdir()) == []
