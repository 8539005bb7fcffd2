"""The definitions screen: what is wrong where, which live runs can not go on, files that change under it, and its keys."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from lexiconsole.tui.editing import at_line
from lexiconsole.tui.keymap import Place
from lexiconsole.tui.palettes import DARK_PALETTE
from tests.tui.flows import BROKEN, CHANGED, PARCEL, flows
from tests.tui.making import check, console, settled, shown, until


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Only looked at."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("lexiconsole.app.identity.os_user", lambda: "ana")
        return flows(tmp_path_factory.mktemp("flows"))


@asynccontextmanager
async def looking(
    folder: Path, subject: str = "", size: tuple[int, int] = (120, 36), **more: Any
) -> AsyncIterator[Any]:
    async with console(folder, size, **more) as (app, pilot):
        app.go(Place.DEFINITIONS, subject)
        await until(pilot, lambda: app.screen.place is Place.DEFINITIONS and app.screen.live is not None)
        await settled(pilot)
        yield app, pilot


async def seen(app: Any, pilot: Any, *texts: str) -> None:
    await until(pilot, lambda: all(text in shown(app) for text in texts))


@pytest.mark.parametrize("size", [(120, 36), (80, 24)])
async def test_it_looks_like_this(kept: Path, size: tuple[int, int]) -> None:
    async with looking(kept, size=size) as (app, _):
        check(f"definitions-{size[0]}x{size[1]}", shown(app))


@pytest.mark.parametrize("size", [(120, 36), (80, 24)])
async def test_a_remark_is_explained_like_this(kept: Path, size: tuple[int, int]) -> None:
    async with looking(kept, size=size) as (app, pilot):
        await pilot.press("4", "j", "K")
        await settled(pilot)
        check(f"definitions-explained-{size[0]}x{size[1]}", shown(app))
        await pilot.press("escape")
        assert app.screen.place is Place.DEFINITIONS


@pytest.mark.parametrize("size", [(60, 20), (40, 10), (200, 60)])
async def test_no_size_breaks_it(kept: Path, size: tuple[int, int]) -> None:
    async with looking(kept, size=size) as (app, pilot):
        for key in ("1", "2", "3", "4", "5", "tab", "shift+tab", "z", "z"):
            await pilot.press(key)
            await settled(pilot)
        assert "Findings" in shown(app)


async def test_in_ascii_there_are_no_other_signs(kept: Path) -> None:
    async with looking(kept, ascii_only=True) as (app, _):
        assert shown(app).isascii()


async def test_a_broken_file_is_shown_with_its_line_and_ends_nothing(kept: Path) -> None:
    async with looking(kept) as (app, pilot):
        await pilot.press("G")
        await seen(app, pilot, "✗ stamps.py  SyntaxError", "LX001 SyntaxError: expected ':'", "2 Source  stamps.py")
        assert "4 ✗ def stamps(sheet)" in shown(app)
        await pilot.press("K")
        await seen(app, pilot, "the file can not be loaded", "def stamps(sheet)")


async def test_a_definition_has_its_graph_and_a_function_that_of_its_newest_run(kept: Path) -> None:
    async with looking(kept, "returns") as (app, pilot):
        await seen(app, pilot, "3 Graph  returns", "usable?", "shelf", "none is on its way")
        assert " went " not in shown(app)
        await pilot.press("1", "k", "k")
        await seen(app, pilot, "3 Graph  parcel", "as oak went", "signature")


async def test_graph_and_findings_become_files(kept: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    async with looking(kept, "parcel") as (app, pilot):
        await until(pilot, lambda: bool(app.screen.shown_graph.picture.nodes))
        many = app.screen.findings.total
        for key, name in (("m", "parcel.mmd"), ("s", "parcel.svg"), ("n", "parcel.json"), ("C", "findings.csv")):
            await pilot.press("X")
            await seen(app, pilot, "writes it")
            await pilot.press(key)
            await until(pilot, lambda name=name: any(name in one.message for one in app._notifications))
    assert (tmp_path / "parcel.mmd").read_text().startswith("flowchart")
    assert json.loads((tmp_path / "parcel.json").read_text())["nodes"]
    assert (tmp_path / "parcel.svg").read_text().startswith("<svg")
    assert len(list(csv.DictReader(io.StringIO((tmp_path / "findings.csv").read_text())))) == many


async def test_enter_on_the_finding_of_live_runs_leads_to_them_with_the_reason_and_on_to_the_run(kept: Path) -> None:
    async with looking(kept, "returns") as (app, pilot):
        await pilot.press("4", "j")
        await seen(app, pilot, "LX050 live runs can not go on with it")
        await pilot.press("enter")
        await seen(
            app,
            pilot,
            "v1: 2 can not go on",
            "oak at 'weigh': the journal has an entry step.done, the definition asks for",
            "enter watch it",
        )
        await pilot.press("enter")
        await until(pilot, lambda: app.screen.place is Place.RUN)


async def test_a_name_is_found_and_w_goes_to_the_runs_that_can_not_go_on(kept: Path) -> None:
    async with looking(kept) as (app, pilot):
        await pilot.press("slash", *"ARC", "enter")
        await seen(app, pilot, "v1: 2 can not go on")
        assert app.screen.definition_name == "parcel"
        await pilot.press("w")
        await seen(app, pilot, "oak at 'weigh'")
        await until(pilot, lambda: app.screen.lives.has_focus)
        first = app.screen.lives.selected
        await pilot.press("w")
        await until(pilot, lambda: app.screen.lives.selected not in (None, first))
        await pilot.press("slash", *"nothing", "enter")
        await seen(app, pilot, "no file or definition has nothing in its name")


async def test_a_file_that_changes_on_the_disk_is_loaded_and_its_runs_are_tried_again(tmp_path: Path) -> None:
    folder = flows(tmp_path, changed=False)
    file = folder / "definitions" / "parcel.py"
    async with looking(folder, "parcel") as (app, pilot):
        assert "v1: 2 go on" in shown(app)
        file.write_text(CHANGED)
        await seen(app, pilot, "v1: 2 can not go on", "put on the scales", "LX050")
        file.write_text(PARCEL)
        await seen(app, pilot, "v1: 2 go on")
        file.write_text("x = \n")
        await seen(app, pilot, "✗ parcel.py  last kept", "parcel  v1", "v1: 2 go on")  # its last good version
        (folder / "definitions" / "new.py").write_text(BROKEN.replace("stamps(sheet)", "stamps(sheet):"))
        await seen(app, pilot, "new.py  no workflow")


async def test_a_quick_fix_shows_its_lines_and_is_written_with_y(tmp_path: Path) -> None:
    folder = flows(tmp_path)
    file = folder / "definitions" / "stamps.py"
    async with looking(folder) as (app, pilot):
        await pilot.press("4", "g", "f")
        await until(pilot, lambda: getattr(app.screen, "can_be_done", False))
        assert "add the missing colon, in stamps.py" in shown(app)
        assert "+def stamps(sheet):" in shown(app)
        assert file.read_text() == BROKEN
        await pilot.press("y")
        await until(pilot, lambda: file.read_text() != BROKEN)
        await seen(app, pilot, "stamps.py  no workflow")
        await until(pilot, lambda: "LX001" not in shown(app))  # also beside its line, which is read by itself


async def test_where_only_the_author_knows_the_key_says_so(kept: Path) -> None:
    async with looking(kept) as (app, pilot):
        await pilot.press("4", "j", "f")
        await settled(pilot)
        assert "quick fix: there is no one plain way out; K says what to do" in shown(app)


async def test_a_file_that_was_written_meanwhile_is_not_fixed(tmp_path: Path) -> None:
    folder = flows(tmp_path)
    file = folder / "definitions" / "stamps.py"
    async with looking(folder) as (app, pilot):
        await pilot.press("4", "g", "f")
        await until(pilot, lambda: getattr(app.screen, "can_be_done", False))
        file.write_text("# mine\n")
        await pilot.press("y")
        await seen(app, pilot, "stamps.py  no workflow")
        assert file.read_text() == "# mine\n"


async def test_the_key_leads_there_from_the_list_and_from_a_run_and_back(kept: Path) -> None:
    async with console(kept) as (app, pilot):
        await pilot.press("L")
        await until(pilot, lambda: app.screen.place is Place.DEFINITIONS)
        await seen(app, pilot, "LX050", "2 Source  parcel.py")
        await pilot.press("q", "enter")
        await until(pilot, lambda: app.screen.place is Place.RUN)
        await until(pilot, lambda: app.screen.snapshot is not None)
        await pilot.press("L")
        await until(pilot, lambda: app.screen.place is Place.DEFINITIONS)


async def test_a_run_is_started_from_there_with_the_form_of_the_changed_definition(tmp_path: Path) -> None:
    folder = flows(tmp_path, changed=False)
    async with looking(folder, "parcel") as (app, pilot):
        (folder / "definitions" / "parcel.py").write_text(
            PARCEL.replace("street: str", "avenue: str")
            .replace("street)", "avenue)")
            .replace("{street}", "{avenue}")
            .replace("return street", "return avenue")
        )
        await seen(app, pilot, "avenue: str")
        await pilot.press("1", "s")
        await until(pilot, lambda: app.screen.place is Place.START)
        await seen(app, pilot, "avenue")


async def test_while_nothing_changes_nothing_is_read_but_names_and_times(kept: Path) -> None:
    async with looking(kept) as (app, pilot):
        looks: list[object] = []
        workspace = app.workspace
        workspace.check = lambda: looks.append("check")
        workspace.live_runs = lambda: looks.append("runs")
        for _ in range(5):
            app.screen.tick(0.0)
            await settled(pilot)
        assert looks == []


@pytest.mark.parametrize(
    ("command", "called"),
    [
        (["vi"], ["vi", "+41", "/x.py"]),
        (["/usr/bin/nano", "-w"], ["/usr/bin/nano", "-w", "+41", "/x.py"]),
        (["hx"], ["hx", "/x.py:41"]),
        (["code", "--wait"], ["code", "--wait", "--goto", "/x.py:41"]),
        (["myeditor"], ["myeditor", "/x.py"]),
    ],
)
def test_an_editor_is_told_the_line_in_its_own_way(command: list[str], called: list[str]) -> None:
    assert at_line(command, Path("/x.py"), 41) == called
    assert at_line(["vi"], Path("/x.py"), 0) == ["vi", "/x.py"]


@pytest.mark.parametrize("place", [Place.DEFINITIONS, Place.RUN, Place.DASHBOARD])
async def test_another_theme_leaves_nothing_in_the_colours_of_the_one_before(kept: Path, place: Place) -> None:
    async with looking(kept) as (app, pilot):
        if place is Place.DASHBOARD:
            await pilot.press("q")
            await until(pilot, lambda: app.screen.place is Place.DASHBOARD)
            await settled(pilot)
        if place is Place.RUN:
            app.go(Place.RUN, "oak")
            await until(pilot, lambda: "Who signs for Oak" in shown(app))
        dark = grounds(app)
        app.choose_theme("light")
        await until(pilot, lambda: not grounds(app) & dark)
        await settled(pilot)
        assert not grounds(app) & dark
        assert DARK_PALETTE.text not in inks(app)


def inks(app: Any) -> set[str]:
    """What the signs of the screen are written in."""
    strips = app.screen._compositor.render_strips()
    styles = [segment.style for strip in strips for segment in strip if segment.style is not None]
    return {style.color.name for style in styles if style.color is not None}


def grounds(app: Any) -> set[str]:
    """What lies under the signs of the screen."""
    strips = app.screen._compositor.render_strips()
    styles = [segment.style for strip in strips for segment in strip if segment.style is not None]
    return {style.bgcolor.name for style in styles if style.bgcolor is not None}
