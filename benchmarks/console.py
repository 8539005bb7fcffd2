"""How the console feels: first paint, first key, memory, keys, idle, news of other processes. Each figure beside its limit.

    python benchmarks/console.py                 # a million runs; the file is made once, in the folder given with --folder
    python benchmarks/console.py --runs 10000

A real terminal (a pseudo-terminal read by an emulator), the real program, a real file. A time ends when the bytes arrive,
before the emulator reads them; it reads when nothing more comes, for on two cores it would take the console's. The first
paint is the frame that stands before the toolkit is loaded; a key that is typed at that moment is kept, and when it is
answered is told too. Beside it stands a bare Textual program: what it takes is not ours, and what it takes longer than on
another day is the machine's load. The engine is a process of its own: its share is told apart, and counts when nothing
moves. Takes four minutes.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from timed_terminal import ROOT, Terminal, cpu, resident

DEFINITIONS = '''
import asyncio
import time

from lexiconsole.flow import workflow


@workflow("steady")
async def steady(ctx):
    """Takes a short step every tenth of a second."""
    for n in range(100_000):
        await ctx.step(f"step {n}", lambda: asyncio.sleep(0.1))


@workflow("sleeper")
async def sleeper(ctx):
    """Holds the engine's loop for five seconds, asleep."""
    async def hold():
        time.sleep(5)
    await ctx.step("hold", hold)


@workflow("burner")
async def burner(ctx):
    """Holds the engine's loop for five seconds, busy."""
    async def hold():
        end = time.monotonic() + 5
        while time.monotonic() < end:
            sum(range(1000))
    await ctx.step("hold", hold)
'''


def make_store(folder: Path, runs: int) -> None:
    """A store with so many runs: one in a thousand failed, one in two thousand waits, the rest are done."""
    from lexiconsole.store import SqliteJournal

    (folder / "definitions").mkdir(parents=True, exist_ok=True)
    (folder / "definitions" / "load.py").write_text(DEFINITIONS)
    path = folder / ".lexiconsole" / "store.db"
    if path.exists():
        end_what_was_started(path)
        return

    async def make() -> None:
        journal = SqliteJournal(path, durability="process")
        await journal.open()
        await journal.close()

    asyncio.run(make())
    db = sqlite3.connect(path, isolation_level=None)
    for name, values in (("audit_fact", 8), ("audit_hash", 2)):  # decisions alone need them, and there are none
        db.create_function(name, values, lambda *_: None, deterministic=True)
    db.execute("PRAGMA synchronous = OFF")
    db.execute("BEGIN")
    db.execute(
        """
        INSERT INTO runs (id, name, kind, version, digest, fingerprint, created_at, by, parent, parent_key, origin,
            origin_seq, driven, data, epoch, status, stage, error)
        WITH RECURSIVE n(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < ?1)
        SELECT printf('run%09d', n), 'work_' || (n % 20), 'workflow', 1, '', '', ?2 - (?1 - n) * 0.5, 'somebody', '', '',
            '', 0, 0, '{"input":null}', 0,
            CASE WHEN n % 1000 = 0 THEN 'failed' WHEN n % 2000 = 1 THEN 'paused' ELSE 'completed' END, 'step',
            CASE WHEN n % 1000 = 0 THEN 'RefundError: 402 card closed for order ' || n ELSE '' END
        FROM n
        """,
        (runs, time.time()),
    )
    db.execute("COMMIT")
    db.close()


def end_what_was_started(path: Path) -> None:
    """The next measurement in the same folder begins with nothing at work."""
    db = sqlite3.connect(path, isolation_level=None, timeout=30)
    for name, values in (("audit_fact", 8), ("audit_hash", 2)):
        db.create_function(name, values, lambda *_: None, deterministic=True)
    db.execute(
        "UPDATE runs SET status = 'cancelled', wake_at = NULL, owner = NULL"
        " WHERE name IN ('steady', 'sleeper', 'burner') AND status NOT IN ('completed', 'cancelled')"
    )
    db.close()


BARE = """
from textual.app import App
from textual.widgets import OptionList

class Bare(App):
    BINDINGS = [("ctrl+q", "quit"), ("j", "go('down')"), ("k", "go('up')")]

    def compose(self):
        yield OptionList(*(f"row {n}" for n in range(30)))

    def action_go(self, way):
        getattr(self.query_one(OptionList), f"action_cursor_{way}")()

Bare().run()
"""


def report(what: str, figure: float, unit: str, limit: float) -> None:
    print(f"{what:<58} {figure:>9.1f} {unit:<4} limit {limit:g} {unit}   {'ok' if figure <= limit else 'OVER'}")


def first_paint(folder: Path) -> None:
    paints, rows, spent, answers = [], [], [], []
    for _ in range(5):
        console = Terminal(folder)
        console.until(lambda text: "Runs" in text and "Inbox" in text)
        paints.append((console.arrived - console.began) * 1000)
        spent.append(console.cpu * 1000)
        console.child.send("j")  # typed as soon as there is something to be seen
        console.until(lambda text: "RefundError" in text)
        rows.append((console.arrived - console.began) * 1000)
        first = marked(console.text)
        console.until(lambda text, first=first: marked(text) not in ("", first))
        answers.append((console.arrived - console.began) * 1000)
        console.until(lambda text: "s start" in text)
        console.drain(2.0)
        own, engine = console.resident, resident(console.engine)
        console.close()
    report("first paint, median of 5", statistics.median(paints), "ms", 400)
    report("CPU until the first paint, median of 5", statistics.median(spent), "ms", 400)
    report("first runs on it, median of 5", statistics.median(rows), "ms", 400)
    print(f"{'a key typed at the first paint is answered, median of 5':<58} {statistics.median(answers):>9.1f} ms")
    report("resident with everything loaded", own, "MB", 80)
    print(f"{'resident, its engine beside it':<58} {engine:>9.1f} MB")


def beside(folder: Path, presses: int) -> None:
    """A bare Textual program with a list, on the same machine at the same time."""
    bare = Terminal(folder, "-c", BARE)
    bare.until(lambda text: "row 3" in text)
    print(
        f"bare Textual: first paint {(bare.arrived - bare.began) * 1000:.0f} ms, CPU {bare.cpu * 1000:.0f} ms", end=""
    )
    bare.drain(2.0)
    idle, took = bare.cpu, []
    bare.drain(10.0)
    print(f", idle {(bare.cpu - idle) * 10:.1f} %, resident {bare.resident:.0f} MB", end="")
    for n in range(presses):
        start = time.perf_counter()
        bare.child.send("j" if n % 20 < 10 else "k")
        while not bare.read(1.0):
            pass
        took.append((bare.arrived - start) * 1000)
        bare.drain(0.02)
    print(f", key p50 {statistics.median(took):.0f} ms")
    bare.close()


def keys(console: Terminal, presses: int, within: float = 60.0) -> list[float]:
    """Moves the cursor down and up; the effect is the selected run's id in the status sentence. Stops after some seconds."""
    took: list[float] = []
    end = time.perf_counter() + within
    for n in range(presses):
        if took and time.perf_counter() > end:
            break
        before = chosen(console)
        took.append(console.key("j" if n % 20 < 10 else "k", lambda _, before=before: chosen(console) != before))
        console.drain(0.05)
    return sorted(second * 1000 for second in took)


def marked(text: str) -> str:
    """The line of the list that the cursor stands at."""
    return next((line for line in text.splitlines() if line[34:35] == "▌"), "")


def chosen(console: Terminal) -> str:
    """The selected run's id in the status sentence; the rest of it changes with the time as well."""
    return " ".join(console.screen.display[34].split()[:2])


def told(what: str, took: list[float], quiet: list[float] | None) -> None:
    p50, p99 = took[len(took) // 2], took[min(len(took) - 1, int(len(took) * 0.99))]
    report(f"key, p50, {what}", p50, "ms", 20)
    report(f"key, p99, {what}", p99, "ms", 100)
    if quiet is not None:
        report(f"key, p50 beside no engine at work, {what}", p50 / quiet[len(quiet) // 2], "x", 1.5)


def under_load(folder: Path, presses: int, runs: int) -> None:
    console = Terminal(folder)
    console.until(lambda text: "s start" in text and "RefundError" in text)
    console.drain(2.0)
    console.child.send("j")
    console.drain(0.5)
    quiet = keys(console, presses)
    told("nothing runs", quiet, None)
    engine = console.engine
    before = console.cpu, cpu(engine)
    console.drain(20.0)
    own, its = ((now - then) / 20 * 100 for now, then in zip((console.cpu, cpu(engine)), before, strict=True))
    report(f"CPU when nothing moves: {own:.2f} % and the engine's {its:.2f} %", own + its, "%", 0.5)
    console.child.send("g")  # at the top what comes in is shown; further down it is counted
    console.drain(0.5)
    latencies = [other_process(folder, console, n) * 1000 for n in range(10)]
    report("another process's commit on screen, worst of 10", max(latencies), "ms", 200)
    for name in ("sleeper", "burner"):
        start(folder, name, 1)
        console.drain(1.0)
        at_work(console, engine, f"a step holds its loop ({name})", presses, quiet, 3.5)
        console.drain(5.0)
    start(folder, "steady", runs)
    console.drain(10.0)
    at_work(console, engine, f"{runs:,} runs execute", presses, quiet, 30.0)
    console.close()
    end_what_was_started(folder / ".lexiconsole" / "store.db")


def at_work(console: Terminal, engine: int, what: str, presses: int, quiet: list[float], within: float) -> None:
    before, began = cpu(engine), time.perf_counter()
    took = keys(console, presses, within)
    share = (cpu(engine) - before) / (time.perf_counter() - began) * 100
    told(what, took, quiet)
    print(f"    meanwhile the engine had {share:.0f} % of a core; {len(took)} keys")


def start(folder: Path, name: str, runs: int) -> None:
    """Leaves runs for the console's engine to drive."""
    script = (
        "import sys; from lexiconsole.app.workspace import Workspace\n"
        "with Workspace.find() as w:\n"
        "    for _ in range(int(sys.argv[2])): w.start(sys.argv[1], None, record_only=True)\n"
    )
    subprocess.run([sys.executable, "-c", script, name, str(runs)], cwd=folder, check=True, env=environment())


def other_process(folder: Path, console: Terminal, n: int) -> float:
    """A process of its own writes an entry; seconds from its commit to the screen."""
    script = (
        "import sqlite3, sys, time\n"
        "db = sqlite3.connect('.lexiconsole/store.db', isolation_level=None, timeout=10)\n"
        "[db.create_function(*f, lambda *_: None, deterministic=True) for f in (('audit_fact', 8), ('audit_hash', 2))]\n"
        "db.execute(\"UPDATE runs SET status = 'doubtful', stage = ?, error = ? WHERE id = ?\","
        " ('here', sys.argv[1], 'run000000500'))\n"
        "db.execute(\"INSERT INTO journal (run, seq, at, kind, key, attempt) SELECT run, max(seq) + 1, ?, 'decided', 'x', 0"
        ' FROM journal WHERE run = 500", (time.time(),))\n'
        "print(time.time())\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, f"news {n}"], cwd=folder, check=True, env=environment(), capture_output=True
    )
    console.until(lambda text: f"news {n}" in text, 10.0)
    return time.time() - (time.perf_counter() - console.arrived) - float(done.stdout)


def environment() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(ROOT)}


def main() -> None:
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("--runs", type=int, default=1_000_000)
    words.add_argument("--busy", type=int, default=1_000, help="runs that execute while keys are pressed")
    words.add_argument("--presses", type=int, default=200)
    words.add_argument("--folder", type=Path, help="where the store is kept for the next time")
    given = words.parse_args()
    sys.path.insert(0, str(ROOT))  # this checkout, installed or not
    with tempfile.TemporaryDirectory() as there:
        folder = given.folder or Path(there)
        make_store(folder, given.runs)
        print(f"{given.runs:,} runs, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}")
        beside(folder, given.presses)
        first_paint(folder)
        under_load(folder, given.presses, given.busy)
        print("limits of the map: 30 frames/s, 25 % of a core")
        subprocess.run([sys.executable, str(ROOT / "benchmarks" / "live_map.py"), "20"], check=True, env=environment())


if __name__ == "__main__":
    main()
