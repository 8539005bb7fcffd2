"""`X`: a run, the marked runs or the list as a file; a bundle is shown before it is written."""

from __future__ import annotations

import csv
import io
import json
import zipfile

import pytest

from lexiconsole.tui.keymap import Place
from lexiconsole.tui.widgets.confirm import ConfirmPanel
from lexiconsole.tui.widgets.copy_panel import CopyPanel
from tests.tui.making import BUSY_DAY, check, console, settled, shown, until, write
from tests.tui.test_diff import BAD
from tests.tui.test_terminal import terminal  # noqa: F401 - a fixture


@pytest.fixture
def folder(root, tmp_path, monkeypatch):
    """Where the files go."""
    out = tmp_path / "out"
    out.mkdir()
    monkeypatch.chdir(out)
    return out


def told(app) -> str:
    return "\n".join(one.message for one in app._notifications)


async def opened(app, pilot) -> dict[str, str]:
    await pilot.press("X")
    await until(pilot, lambda: isinstance(app.screen, CopyPanel))
    await settled(pilot)
    return {copy.key: copy.name for copy in app.screen.copies}


@pytest.mark.parametrize("size", [(120, 36), (80, 24)])
async def test_the_menu_on_a_run_and_a_bundle_as_it_is_shown(root, store, folder, size):
    await write(store, [BAD])
    async with console(root, size) as (app, pilot):
        app.go(Place.RUN, "bad-1042")
        await until(pilot, lambda: "✗ FAILED" in shown(app))
        await settled(pilot)
        assert list(await opened(app, pilot)) == ["n", "c", "m", "s", "b"]
        check(f"export-{size[0]}x{size[1]}", panel(shown(app), "Export of", "a letter or enter writes it"))
        await pilot.press("b")
        await until(pilot, lambda: "so it reads:" in shown(app))
        assert list(folder.iterdir()) == [], "nothing is written before y"
        assert "runs/run-1/entries.jsonl" in shown(app) and "masked:" in shown(app)
        await pilot.press("escape")
        await settled(pilot)
        assert list(folder.iterdir()) == []


def panel(text: str, top: str, bottom: str) -> str:
    """The panel alone, where it stands."""
    lines = text.splitlines()
    first, last = (next(n for n, line in enumerate(lines) if word in line) for word in (top, bottom))
    left, right = lines[first].index("┏"), lines[first].rindex("┓")
    return "\n".join(line[left : right + 1] for line in lines[first : last + 1])


async def test_a_run_is_written_in_each_format_and_never_over_a_file(root, store, folder):
    await write(store, [BAD])
    async with console(root) as (app, pilot):
        app.go(Place.RUN, "bad-1042")
        await until(pilot, lambda: "✗ FAILED" in shown(app))
        for key, name in (("n", "bad-1042.json"), ("c", "bad-1042.csv"), ("m", "bad-1042.mmd"), ("s", "bad-1042.svg")):
            await opened(app, pilot)
            await pilot.press(key)
            await until(pilot, lambda name=name: f"bytes are in {folder / name}" in told(app))
        assert json.loads((folder / "bad-1042.json").read_text())["id"] == "bad-1042"
        assert (folder / "bad-1042.svg").read_text().startswith("<svg")
        await opened(app, pilot)
        await pilot.press("n")
        await until(pilot, lambda: f"bytes are in {folder / 'bad-1042-2.json'}" in told(app))


async def test_marked_runs_and_the_list_as_it_is_filtered(root, store, folder):
    await write(store, BUSY_DAY)
    async with console(root) as (app, pilot):
        await settled(pilot)
        app.screen.show_runs("state:failed")
        await settled(pilot)
        assert (await opened(app, pilot))["C"] == "3 listed runs as CSV"
        await pilot.press("C")
        await until(pilot, lambda: "bytes are in" in told(app))
        rows = list(csv.DictReader(io.StringIO((folder / "runs.csv").read_text())))
        assert [row["id"] for row in rows] == ["eeee5555", "dddd4444", "cccc3333"]
        await pilot.press("space", "space")
        assert (await opened(app, pilot))["B"] == "2 marked runs as a bundle"
        await pilot.press("B")
        await until(pilot, lambda: isinstance(app.screen, ConfirmPanel) and app.screen.can_be_done)
        await pilot.press("y")
        await until(pilot, lambda: "runs-bundle.zip" in told(app))
        with zipfile.ZipFile(folder / "runs-bundle.zip") as archive:
            assert sum(name.endswith("run.json") for name in archive.namelist()) == 2


async def test_what_can_not_be_written_is_said(root, store, folder, monkeypatch):
    monkeypatch.setattr("lexiconsole.tui.exporting.free_name", lambda folder, name: folder / "gone" / name)
    await write(store, [BAD])
    async with console(root) as (app, pilot):
        await settled(pilot)
        await opened(app, pilot)
        await pilot.press("n")
        await until(pilot, lambda: "bad-1042.json can not be written: No such file or directory" in told(app))


async def test_a_console_that_only_looks_writes_files_and_asks_questions_and_leaves_nothing_beside_the_store(
    root, store, folder
):
    await write(store, [BAD])
    async with console(root, readonly=True) as (app, pilot):
        await settled(pilot)
        await opened(app, pilot)
        await pilot.press("b")
        await until(pilot, lambda: isinstance(app.screen, ConfirmPanel) and app.screen.can_be_done)
        await pilot.press("y")
        await until(pilot, lambda: "bytes are in" in told(app))
        assert len(list(folder.glob("*-bundle.zip"))) == 1
        await pilot.press("semicolon")
        await until(pilot, lambda: "Ready and asked" in shown(app))
        await pilot.press(*"select 7 as q", "enter")
        await until(pilot, lambda: "3 Answer  1 row" in shown(app))
        assert not (store.parent / "queries.jsonl").exists()


async def test_without_a_run_there_is_nothing_to_write(root, folder):
    async with console(root) as (app, pilot):
        await settled(pilot)
        await pilot.press("X")
        await settled(pilot)
        assert "export: there is no run to write" in shown(app) and not isinstance(app.screen, CopyPanel)


def test_in_a_real_terminal_a_run_becomes_a_picture(terminal, root):  # noqa: F811 - the fixture
    console = terminal()
    console.complete_an_order()
    console.keys("X")
    console.until("run as SVG")
    console.keys("s")
    console.until("bytes are in")
    (drawn,) = root.glob("*.svg")
    assert "reserve" in drawn.read_text()
    console.keys("\x11")
    assert console.ended() == 0
