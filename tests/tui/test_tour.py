"""The tour: how far one came is told by the runs, every key it names is there, and an empty folder stays as it is."""

from __future__ import annotations

import dataclasses
import itertools
from pathlib import Path
from types import SimpleNamespace

import pytest

from lexiconsole.app.first_start import Scaffold, is_bare, is_empty, tour_folder
from lexiconsole.app.look import first_look
from lexiconsole.app.workspace import Workspace
from lexiconsole.durable.entry import EntryKind
from lexiconsole.durable.rows import RunRow
from lexiconsole.tui import open as open_console
from lexiconsole.tui.app import ConsoleApp
from lexiconsole.tui.beginning import welcome
from lexiconsole.tui.glyphs import ASCII
from lexiconsole.tui.keymap import Place, keys_at, shown_key
from lexiconsole.tui.tour import CLAIM, ORDER, Stage, Tour, stage_of
from lexiconsole.tui.widgets.welcome import WelcomePanel
from lexiconsole.types import RunStatus
from lexiconsole.views.words import StepState
from tests.tui.making import Story, check, console, fill, settled, shown, until
from tests.tui.test_exporting import panel


@pytest.fixture
def row(root, store):
    store.parent.mkdir(exist_ok=True)
    fill(store, Story("any"))
    with Workspace.find(root) as workspace:
        made = workspace.run("any")
    return lambda id, status=RunStatus.RUNNING, origin="": dataclasses.replace(
        made, id=id, status=status, origin=origin
    )


def test_how_far_one_came_is_told_by_the_runs(row: RunRow):
    undone, decided = row(ORDER, RunStatus.COMPENSATED), row(CLAIM, RunStatus.COMPLETED)
    assert stage_of([]) is Stage.UNDOING
    assert stage_of([row(ORDER)]) is Stage.UNDOING
    assert stage_of([undone]) is Stage.ANSWER
    assert stage_of([undone, row(CLAIM, RunStatus.WAITING)]) is Stage.ANSWER
    assert stage_of([undone, decided]) is Stage.BRANCH
    assert stage_of([undone, decided, row("new", origin=CLAIM)]) is Stage.BEGIN


_BAND = 7
"""Lines of the band, the sentence below it and the footer."""


class _Seen:
    """As much of a screen as the tour looks at."""

    snapshot = None

    def __init__(self, place, run):
        self.place, self._run = place, run

    def subject_run(self):
        return self._run


def test_every_key_that_the_tour_names_is_a_key_of_that_screen(tmp_path, row):
    tour = Tour(tmp_path, tmp_path)
    for place, tour.stage, tour.waits in itertools.product(Place, Stage, (True, False)):
        known = {shown_key(name) for key in keys_at(place) for name in key.keys} | {"^s", "^r"}
        for run in (None, row(CLAIM), row(ORDER)):
            named = {text for text, is_key in tour.said(_Seen(place, run)) if is_key}
            assert named <= known, (place, tour.stage)
            assert named or tour.stage is Stage.UNDOING or not tour.waits, (place, tour.stage)


def test_the_claim_waits_for_nobody_before_it_asks(tmp_path, row):
    """Whoever pressed the key that goes to what waits was told that nothing does."""
    tour, console = Tour(tmp_path, tmp_path), SimpleNamespace(seen_screen=lambda: None)
    tour._begun.add(CLAIM)
    for status, key in ((RunStatus.RUNNING, ""), (RunStatus.WAITING, "w"), (RunStatus.RUNNING, "")):
        tour._come(console, [row(ORDER, RunStatus.COMPENSATED), row(CLAIM, status)])
        assert "".join(text for text, is_key in tour.said(_Seen(Place.DASHBOARD, None)) if is_key) == key


@pytest.mark.parametrize(
    ("state", "entries", "key", "says"),
    [
        (StepState.PENDING, [], "]", "did not wait yet"),
        (StepState.WAITING, [EntryKind.ASKED], "b", "Here it still waited"),
        (StepState.DONE, [EntryKind.ASKED, EntryKind.ANSWERED], "[", "goes on back"),
    ],
)
def test_who_looks_at_the_past_is_led_to_where_it_waited_from_either_side(tmp_path, row, state, entries, key, says):
    """Whoever holds the key down goes past it."""
    screen, tour = _Seen(Place.RUN, row(CLAIM)), Tour(tmp_path, tmp_path)
    picture = SimpleNamespace(nodes={"manager": SimpleNamespace(state=state)})
    screen.snapshot = SimpleNamespace(
        past=True, picture=picture, entries=[SimpleNamespace(kind=kind) for kind in entries]
    )
    tour.stage = Stage.BRANCH
    said = tour.said(screen)
    assert key in {text for text, is_key in said if is_key}
    assert says in "".join(text for text, _ in said)


def test_a_folder_is_empty_while_it_holds_nothing_but_hidden_files(tmp_path):
    (tmp_path / ".git").mkdir()
    assert is_empty(tmp_path)
    (tmp_path / "notes.txt").touch()
    assert is_bare(tmp_path) and not is_empty(tmp_path)
    (tmp_path / "definitions").mkdir()
    assert not is_bare(tmp_path)


def test_runs_were_begun_in_it_is_not_empty(tmp_path):
    (tmp_path / ".lexiconsole").mkdir()
    (tmp_path / ".lexiconsole" / "store.db").touch()
    assert not is_empty(tmp_path)


def test_the_tours_folder_has_its_people_and_the_definitions_of_the_program_and_goes(tmp_path):
    with tour_folder() as folder, Workspace.find(folder) as workspace:
        assert workspace.root == folder
        assert {"order_fulfilment", "expense_claim"} <= {each.name for each in workspace.definitions()}
        assert workspace.as_whom("ana") == "ana"
    assert not folder.exists()


def test_what_exists_is_kept_by_the_scaffold(tmp_path):
    (tmp_path / "application.yaml").write_text("mine")
    written, kept = Scaffold(tmp_path).write()
    assert [file.name for file in written] == ["holiday.py", "purchase.py"]
    assert [file.name for file in kept] == ["application.yaml"]
    assert (tmp_path / "application.yaml").read_text() == "mine"


@pytest.mark.parametrize("size", [(120, 36), (80, 24), (40, 10)])
async def test_the_welcome_writes_nothing_and_goes_with_escape(tmp_path, size):
    app = ConsoleApp(lambda: Workspace.find(tmp_path), first_look(tmp_path))
    app.home, app.greets = Path("/srv/flows"), welcome  # it is only named
    async with app.run_test(size=size) as pilot:
        await until(pilot, lambda: isinstance(app.screen, WelcomePanel) and bool(app.definitions))
        await settled(pilot)
        check(f"welcome-{size[0]}x{size[1]}", panel(shown(app), "/srv/flows", "enter takes the chosen one"))
        await pilot.press("escape")
        await until(pilot, lambda: not isinstance(app.screen, WelcomePanel))
        assert app.is_running
    app.shut()
    app.put_down()
    assert list(tmp_path.iterdir()) == []


async def test_the_files_are_shown_before_they_are_written(tmp_path):
    app = ConsoleApp(lambda: Workspace.find(tmp_path), first_look(tmp_path))
    app.home, app.greets = tmp_path, welcome
    async with app.run_test(size=(120, 36)) as pilot:
        await until(pilot, lambda: isinstance(app.screen, WelcomePanel) and bool(app.definitions))
        await pilot.press("B")
        await until(pilot, lambda: "definitions/holiday.py" in shown(app))
        assert list(tmp_path.iterdir()) == []
        await pilot.press("y")
        await until(pilot, lambda: app.reopens == "own")
    app.shut()
    app.put_down()
    assert sorted(file.name for file in tmp_path.iterdir()) == ["application.yaml", "definitions"]
    assert "definitions/holiday.py" in app.parts_with, "the console that comes next says what was written"


async def test_a_workspace_that_has_begun_has_no_key_to_begin(root):
    async with console(root) as (app, pilot):
        await pilot.press("B")
        await settled(pilot)
        assert "begin here is not possible here" in shown(app)
        await pilot.press("?")
        await settled(pilot)
        assert "begin here" not in shown(app).replace("begin here is not possible here", "")


@pytest.mark.parametrize("size", [(120, 36), (80, 24)])
async def test_the_band_says_what_to_press(root, size, monkeypatch):
    monkeypatch.setattr(Tour, "begin", lambda self, console: None)
    tour = Tour(root, root)
    tour.stage = Stage.BRANCH
    async with console(root, size, tour=tour) as (app, pilot):
        await settled(pilot)
        check(f"tour-{size[0]}x{size[1]}", "\n".join(shown(app).split("\n")[-_BAND:]))


async def test_the_tour_can_be_asked_for_anywhere_and_the_first_screens_way_back_leads_home(root, monkeypatch):
    monkeypatch.setattr(Tour, "begin", lambda self, console: None)
    async with console(root) as (app, pilot):
        await pilot.press("colon", *"tour", "enter")
        await until(pilot, lambda: "runs that are driven here rest meanwhile" in shown(app))
        await pilot.press("y")
        await until(pilot, lambda: app.reopens == "tour")
    tour = Tour(root, None)
    tour.stage = Stage.BEGIN
    async with console(root, tour=tour) as (app, pilot):
        await until(pilot, lambda: "q goes back to your own runs" in shown(app))
        await pilot.press("colon", *"tour", "enter")
        await until(pilot, lambda: "this is it; q on the first screen leaves it" in shown(app))
        await pilot.press("q")
        await until(pilot, lambda: app.reopens == "own")


def test_after_the_tour_the_console_is_opened_as_it_was(tmp_path, monkeypatch):
    """With its store, profile and signs, on the folder one stood in; the tour's own is gone by then."""
    opened, store, ways = [], tmp_path / "mine.db", iter(["tour", "own", ""])

    def run(app):
        if app.tour is not None:
            assert app.tour.folder.is_dir()
        opened.append(app)
        app.reopens = next(ways)
        return 0

    monkeypatch.setattr(open_console, "_run", run)
    assert open_console.run_console(tmp_path, store=store, ascii_only=True) == 0
    first, toured, last = opened
    assert (first.tour, toured.tour.home, last.tour) == (None, None, None)
    assert [app.glyphs for app in opened] == [ASCII] * 3
    assert [each._open_workspace().store_path for each in (first, last)] == [store, store]
    assert not toured.tour.folder.exists()
