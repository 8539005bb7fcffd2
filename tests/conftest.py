"""What holds for every test.

The published conformance suite's assertions show their values, as if they stood here: said first of all, since any test may
import a part of it. A property has no deadline for one example: how long one takes tells how busy the machine is. A shell's background
job overlooks Ctrl-C, and so would every process that a test begins.

Two things that cost nothing but time are left out. Processes that share the tests each begin to collect with another folder, so that
each compiles a part of what none has compiled yet, not all of it. What was collected is here to stay: the garbage collector need not
look through thousands of tests and modules again and again.
"""

import gc
import os
import signal
from collections.abc import Generator
from pathlib import Path

import pytest
from hypothesis import settings

pytest.register_assert_rewrite("lexiconsole.store.conformance")

settings.register_profile("ours", deadline=None)
settings.load_profile("ours")

if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_configure(config: pytest.Config) -> None:
    number, processes = (os.environ.get(f"PYTEST_XDIST_{name}", "") for name in ("WORKER", "WORKER_COUNT"))
    if not number or config.args != config.getini("testpaths"):
        return
    parts = sorted(
        str(path) for path in Path(__file__).parent.iterdir() if any(path.rglob("test_*.py")) or path.match("test_*.py")
    )
    first = len(parts) * int(number.removeprefix("gw")) // int(processes)
    config.args[:] = parts[first:] + parts[:first]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    if "PYTEST_XDIST_WORKER" in os.environ:
        items.sort(key=lambda item: item.path)  # the same order in each


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    gc.disable()
    try:
        return (yield)
    finally:
        gc.collect()
        gc.freeze()
        gc.enable()
