"""Nothing on a screen of runs is invented: each word and figure comes from an entry, the outline, the definition or is a label.

The last tests hold the tracing to account: what is made up, or comes from later than what is shown, is found.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from lexiconsole.app.workspace import Workspace
from lexiconsole.durable.entry import EntryKind
from lexiconsole.durable.journal import RunFilter
from lexiconsole.durable.outline import Outline, OutlineEdge, OutlineNode
from lexiconsole.tui.keymap import Place
from lexiconsole.tui.screens import run
from lexiconsole.views.inspecting import Fact
from tests.tui.chains import approvals
from tests.tui.loans import loans
from tests.tui.making import NOW, Story, console, fill, settled, shown
from tests.tui.placed import Told, of_run, of_saga
from tests.tui.sagas import trips
from tests.tui.tracing import Known, counted, own_words, recounted, untraced

VITALS = ("quiet", "live", "f1")
"""Of the console itself, in the header and in the footer of a form."""


class Passing:
    """A clock of a run on which every look is some seconds later: each time in the journal is another one."""

    def __init__(self, step: float = 7.3) -> None:
        self.at, self.step = NOW - 4_000, step

    def now(self) -> float:
        self.at += self.step
        return self.at

    def monotonic(self) -> float:
        return asyncio.get_running_loop().time()

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(min(seconds, 0.01))


def ran(furnish: Callable[[Path], object], name: str, step: float = 7.3, **given: object) -> Callable[[Path], None]:
    def run(folder: Path) -> None:
        furnish(folder)
        workspace = Workspace.find(folder)
        workspace.clock = Passing(step)
        with workspace:
            workspace.settle(workspace.start(name, given, id="zephyr-81")[0], 90)

    return run


FAILED, WAITS = ran(loans, "loan", fails="fraud score"), ran(loans, "loan", score=612)
STUCK, DONE = ran(trips, "book_trip"), ran(trips, "book_trip", fail="none")

TWICE = Outline(
    tuple(OutlineNode(key) for key in ("draft", "links", "style", "clean")),
    tuple(OutlineEdge(*each.split(">")) for each in ("draft>links", "draft>style", "links>clean", "style>clean")),
)


def meets(folder: Path) -> None:
    """A run that came to a node twice, and of which one of two branches has come to where they meet."""
    loans(folder)
    done = [(EntryKind.DONE, key, {"result": "fine"}) for key in ("draft", "draft#2", "links")]
    story = Story("zephyr-81", [*done, (EntryKind.STARTED, "style", {})], name="zephyr", outline=TWICE)
    fill(folder / ".lexiconsole" / "store.db", story)


def migrated(folder: Path) -> None:
    """A run that began under version 1 and is at 2, which has other nodes."""
    loans(folder)
    moved = (EntryKind.MIGRATED, "", {"from": 1, "to": 2, "keys": {}, "voids": [], "added": []})
    done = (EntryKind.DONE, "draft", {"result": "fine"})
    fill(folder / ".lexiconsole" / "store.db", Story("zephyr-81", [done, moved], name="zephyr", outline=TWICE))


asked = ran(lambda folder: approvals(folder, operators=True), "credit_limit")

SHOWN = [
    pytest.param(FAILED, Place.RUN, (), id="failed"),
    pytest.param(WAITS, Place.RUN, (), id="map"),
    pytest.param(WAITS, Place.RUN, ("v",), id="rail"),
    pytest.param(WAITS, Place.RUN, ("v", "v"), id="gantt"),
    pytest.param(WAITS, Place.RUN, ("g",), id="first-node"),
    pytest.param(meets, Place.RUN, ("j",), id="meets"),
    pytest.param(meets, Place.RUN, ("v", "g"), id="twice"),
    pytest.param(WAITS, Place.RUN, ("3", "j", "j", "j"), id="timeline"),
    pytest.param(STUCK, Place.SAGA, (), id="saga-stuck"),
    pytest.param(DONE, Place.SAGA, ("g", "j"), id="saga-done"),
]


ELSEWHERE = [
    pytest.param(FAILED, Place.DASHBOARD, "", id="dashboard-failed"),
    pytest.param(WAITS, Place.DASHBOARD, "", id="dashboard-waits"),
    pytest.param(WAITS, Place.INBOX, "", id="inbox"),
    pytest.param(WAITS, Place.TASK, "zephyr-81:manual review", id="task"),
    pytest.param(WAITS, Place.DEFINITIONS, "loan", id="definitions"),
    pytest.param(FAILED, Place.DIFF, "zephyr-81@3\nzephyr-81@", id="diff"),
    pytest.param(asked, Place.INBOX, "", id="inbox-chain"),
]


@pytest.fixture
def folder(root: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("LOGNAME", "quentin")
    (root / "definitions" / "order.py").unlink()
    return root


async def seen(folder: Path, place: Place, keys: tuple[str, ...] = ()) -> str:
    async with console(folder) as (app, pilot):
        app.go(place, "zephyr-81")
        await settled(pilot)
        for key in keys:
            await pilot.press(key)
            await settled(pilot)
        return shown(app)


async def check(folder: Path, place: Place, screen: str, upto: int | None = None) -> None:
    """Each word comes from somewhere, each figure is right at its place."""
    told, known = await asyncio.to_thread(gathered, folder, upto)
    chosen = re.search(r"[2 ]Inspector  (.+?) [─━]" if place is Place.RUN else r"[╭┏][─━] 3 (.+?) [─━]", screen)
    assert chosen is not None, screen
    rest, wrong = recounted(screen, (of_run if place is Place.RUN else of_saga)(told, chosen[1]))
    assert wrong == [] and untraced(rest, known, VITALS) == [], screen


def gathered(folder: Path, upto: int | None) -> tuple[Told, Known]:
    with Workspace.find(folder) as workspace:
        (row,) = workspace.runs(RunFilter())
        told = Told.of(workspace.entries(row), workspace.outline(row), NOW, upto)
    return told, Known(folder, told.now, upto or 1_000_000, placed=True)


@pytest.mark.parametrize(("make", "place", "keys"), SHOWN)
async def test_every_value_is_traced_to_an_entry(
    folder: Path, make: Callable[[Path], None], place: Place, keys: tuple[str, ...]
) -> None:
    await asyncio.to_thread(make, folder)
    screen = await seen(folder, place, keys)
    assert "zephyr" in screen
    await check(folder, place, screen)


@pytest.mark.parametrize(("make", "place", "subject"), ELSEWHERE)
async def test_what_stands_elsewhere_is_traced_too(
    folder: Path, make: Callable[[Path], None], place: Place, subject: str
) -> None:
    await asyncio.to_thread(make, folder)
    async with console(folder) as (app, pilot):
        if place is not Place.DASHBOARD:
            app.go(place, subject)
        await settled(pilot)
        screen = shown(app)
    known = await asyncio.to_thread(lambda: Known(folder, NOW, counts=False))
    rest, wrong = await asyncio.to_thread(counted, screen, folder)
    if place is Place.DEFINITIONS:
        source = (folder / "definitions" / "loan.py").read_text().splitlines()
        for number, line in re.findall(r"[│▌] *(\d+) │ (.{0,20})", screen):
            assert source[int(number) - 1].startswith(line.rstrip()), "each line stands at its number"
        rest = re.sub(r"[│▌] *\d+ (?=│)", "", rest)
    assert wrong == [] and untraced(rest, known, VITALS) == [], screen
    for label in ("1 Catalogue  ", "2 Runs  ", "Tasks  all ", "◆", "✗"):  # one more, and it is found
        more = re.sub(rf"{label}(\d+)", lambda found: f"{found[0][: -len(found[1])]}{int(found[1]) + 1}", screen)
        assert more == screen or (await asyncio.to_thread(counted, more, folder))[1] != [], label
    assert untraced(rest + " 17 Rosalind 12:04:31 ", known, VITALS) != []


async def test_the_past_holds_nothing_that_came_later(folder: Path) -> None:
    """In each of the three pictures; nor does any of them reckon until the time when somebody looks."""
    await asyncio.to_thread(WAITS, folder)
    async with console(folder) as (app, pilot):
        app.go(Place.RUN, "zephyr-81")
        await settled(pilot)
        now = shown(app)
        for keys, seq in (("{{{{", 5), ("v", 5), ("v", 5), ("]]]]", 9)):
            await pilot.press(*keys)
            await settled(pilot)
            assert f"PAST seq {seq}" in shown(app) and " now " not in shown(app).partition("Time")[0]
            await check(folder, Place.RUN, shown(app), seq)
    with pytest.raises(AssertionError):
        await check(folder, Place.RUN, now, 5)


async def test_a_picture_says_of_which_version_it_is_once_the_run_is_at_another(folder: Path) -> None:
    await asyncio.to_thread(migrated, folder)
    async with console(folder) as (app, pilot):
        app.go(Place.RUN, "zephyr-81")
        await settled(pilot)
        assert "following · drawn as version 1 was" in shown(app)
        await pilot.press("[")
        await settled(pilot)
        assert "PAST seq 2" in shown(app) and "drawn as" not in shown(app)


async def test_a_figure_or_a_name_that_is_made_up_is_found(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    await asyncio.to_thread(FAILED, folder)
    known = await asyncio.to_thread(lambda: Known(folder, NOW, placed=True))
    told, made_up = run.inspected, ("41.7 s", "12:04:31", "0.18271", "93%", "Rosalind", "1,204")
    monkeypatch.setattr(run, "inspected", lambda *given: [*(Fact("p95", said) for said in made_up), *told(*given)])
    screen = await seen(folder, Place.RUN)
    found = untraced(screen, known, VITALS)
    for invented in made_up:
        assert invented in screen and any(invented.startswith(word) for word in found), invented


def test_the_words_of_these_runs_are_not_the_programs_own() -> None:
    """Else a label that happens to read so would hide that a value is made up."""
    values = {"zephyr", "kyc", "fraud", "bureau", "underwriter", "lovelace", "relay", "desk", "quentin"}
    assert values & own_words() == set()
