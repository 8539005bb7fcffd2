"""Nothing is invented where one steers either: a doubt, a bulk operation, a state machine. Their figures are reckoned again here."""

from __future__ import annotations

import asyncio
import re
from collections import Counter
from collections.abc import Sequence
from itertools import combinations, pairwise
from pathlib import Path
from statistics import median
from typing import Any

import pytest

from lexiconsole.app.workspace import Workspace
from lexiconsole.durable.entry import Entry, EntryKind
from lexiconsole.durable.journal import RunFilter
from lexiconsole.tui.keymap import Place
from lexiconsole.views.durations import span
from tests.tui.articles import articles
from tests.tui.doubts import transfers
from tests.tui.making import NOW, console, settled, shown
from tests.tui.refunds import refunds
from tests.tui.test_nothing_invented import VITALS, Passing, ran
from tests.tui.tracing import Known, Truth, recounted, untraced


async def seen(folder: Path, place: Place, subject: str) -> str:
    async with console(folder) as (app, pilot):
        app.go(place, subject)
        await settled(pilot)
        return shown(app)


def stories(folder: Path) -> dict[str, Sequence[Entry]]:
    with Workspace.find(folder) as workspace:
        return {row.id: workspace.entries(row) for row in workspace.runs(RunFilter())}


async def check(folder: Path, screen: str, truth: Truth, made_up: Sequence[str], *reckoned: str) -> None:
    """All of it is true, `reckoned` too; and a figure that is another one is found, each of `made_up` by its label."""
    rest, wrong = recounted(screen, truth)
    known = await asyncio.to_thread(lambda: Known(folder, NOW, counts=False))
    known.add(*reckoned)
    assert wrong == [] and untraced(rest, known, VITALS) == [], screen
    for label in made_up:
        more = re.sub(label, lambda found: found[0].replace(found[1], "9" + found[1], 1), screen)
        assert more != screen, f"{label} is not on the screen\n{screen}"
        assert recounted(more, truth)[1] != [], label


async def test_of_a_doubt(root: Path) -> None:
    await asyncio.to_thread(ran(transfers, "transfer"), root)
    screen = await seen(root, Place.DOUBT, "zephyr-81")
    assert "send_money may or may not have happened" in screen
    (doubted,) = [e for e in stories(root)["zephyr-81"] if e.kind is EntryKind.DOUBTED]
    await check(
        root, screen, {r"attempt +(\d+)": {doubted.attempt}, r"try (\d+)": {doubted.attempt + 1}}, [r"try (\d+)"]
    )


def figures(story: Sequence[Entry]) -> Truth:
    """Of a bulk operation that waits for a word about its failures, from its entries."""
    (terms,) = [e for e in story if e.kind is EntryKind.DECIDED and e.key == "terms"]
    total, size = terms.data["value"]["total"], terms.data["value"]["batch_size"]
    ends = [(e.at, e.data["result"]) for e in story if e.kind is EntryKind.DONE and e.key.startswith("batch/")]
    done, failures = sum(r["done"] for _, r in ends), [each for _, r in ends for each in r["failures"]]
    causes = Counter(each["message"].split()[0] for each in failures)
    items = [(terms.at, 0), *((at, r["done"] + len(r["failures"])) for at, r in ends)]
    speeds = {
        sum(count for _, count in items[first + 1 : last + 1]) / (items[last][0] - items[first][0])
        for first, last in combinations(range(len(items)), 2)
    }
    took = [round(r["seconds"] * 1000) for _, r in ends]
    return {
        r"(\d+) items": {total},
        r"✓ (\d+) done": {done},
        r"✗ (\d+) failed": {len(failures)},
        r"(?:◐|↻|·|○) (\d+) (?:running|retrying|excluded|queued)": {0},
        r"stop-loss (\d+)%": {round(100 * terms.data["value"]["stop_loss"])},
        r"now ([\d.]+)%": {f"{100 * len(failures) / total:.1f}"},
        r"([\d.]+)%  *│": {"100.0"},
        r"([\d.]+/(?:s|min)) on average": {rate(total / (ends[-1][0] - terms.at))},
        r"peak ([\d.]+/(?:s|min))": {rate(speed) for speed in speeds},
        r"p\d\d (\d+) ms": range(int(min(took) * 0.97), int(max(took) * 1.03) + 2),  # a histogram's buckets
        r"(\d+) in all": {len(failures)},
        r"(\d+) batches of": {len(ends)},
        r" of (\d+) ended": {size},
        r"Causes +(\d+) failed": {len(failures)},
        r"Items +(\d+) of": {len(failures)},
        rf" of ({total})\b": {total},
        r" (\d+) [▁▂▃▄▅▆▇█]+ +402": {causes["402"]},
        r" (\d+) [▁▂▃▄▅▆▇█]+ +TimeoutError": {causes["no"]},
        r"#(\d+)\b": {each["index"] for each in failures},
        r"batch/(\d+)\b": {each["index"] // size for each in failures},
        r"batch took (\d+) ms": set(took),
    }


def rate(speed: float) -> str:
    return f"{speed:.0f}/s" if speed >= 10 else f"{speed:.1f}/s" if speed >= 0.1 else f"{60 * speed:.1f}/min"


async def test_of_a_bulk_operation(root: Path) -> None:
    await asyncio.to_thread(ran(refunds, "refunds", 0.37, items=130, delay=0.005), root)
    screen = await seen(root, Place.BULK, "zephyr-81")
    assert "402 card closed" in screen
    truth = figures(stories(root)["zephyr-81"])
    told = [
        r"✓ (\d+) done",
        r"peak ([\d.]+/(?:s|min))",
        r"p\d\d (\d+) ms",
        r" (\d+) [▁▂▃▄▅▆▇█]+ +402",
        r"batch took (\d+) ms",
    ]
    await check(root, screen, truth, told)


def ways_of(folder: Path) -> dict[str, list[tuple[str, float]]]:
    """For each run of a state machine the states it came to, and when."""
    return {
        name: [
            (e.key.split("#")[0], e.at)
            for e in story
            if e.kind is EntryKind.DECIDED and isinstance(e.data["value"], dict)
        ]
        for name, story in stories(folder).items()
    }


def medians(folder: Path) -> list[str]:
    """Of the stays that ended, a state each."""
    stays: dict[str, list[float]] = {}
    for way in ways_of(folder).values():
        for (state, since), (_, until) in pairwise(way):
            stays.setdefault(state, []).append(until - since)
    return [span(median(each)) for each in stays.values()]


def standing(folder: Path, run: str) -> dict[str, Any]:
    """Of a state machine, from the entries of its runs."""
    ways = {name: [state for state, _ in way] for name, way in ways_of(folder).items()}
    here, own = Counter(way[-1] for way in ways.values()), Counter(ways[run])
    truth: dict[str, Any] = {
        r"(\d+) transitions, here since": {len(ways[run]) - 1},
        r"(\d+) states ": {len({state for way in ways.values() for state in way})},
        r" (\d+) runs ─": {len(ways)},
        r"◆(\d+)(?= )": {len(ways) - here["archived"]},
    }
    for state in ("draft", "review", "published", "archived"):
        truth[rf"(?<=[│▌ ]){state} +(\d+)(?= +(?:[\d-]))"] = {here[state]}
        truth[rf"[✓◆○] {state} +[│┃][^\n]*\n[^\n]*?(\d+) here"] = {here[state]}
        truth[rf"[✓◆○] {state} +[│┃][^\n]*\n[^\n]*\n[^\n]*?×(\d+)[─━]"] = {own[state]}
    return truth


@pytest.mark.parametrize("run", ["kettles", "saucers"])
async def test_of_a_state_machine(root: Path, run: str) -> None:
    (root / "definitions" / "order.py").unlink()
    await asyncio.to_thread(articles, root, Passing())
    screen = await seen(root, Place.MACHINE, run)
    assert "draft → review" in screen
    told = [
        r"[✓◆○] review +[│┃][^\n]*\n[^\n]*?(\d+) here",
        r"(\d+) transitions",
        r"(?<=[│▌ ])review +(\d+)(?= +(?:[\d-]))",
    ]
    await check(root, screen, standing(root, run), told, *medians(root))
