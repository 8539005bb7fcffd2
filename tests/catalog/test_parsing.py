"""Files are read on several threads: by the catalogue, by checks, by whoever looks at a definition."""

from __future__ import annotations

import gc
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from lexiconsole.catalog.parsing import parsed

TEXT = "x = [f(a, [b, {c: (d, e)}]) for a in g if h]\n" * 40


@contextmanager
def threads_that_take_turns() -> Iterator[None]:
    """Whatever is made gives another thread its turn: the garbage collector runs Python code in the middle of anything."""
    before = gc.get_threshold()

    def turn(*_: object) -> None:
        time.sleep(0)

    gc.callbacks.append(turn)
    gc.set_threshold(20)
    try:
        yield
    finally:
        gc.set_threshold(*before)
        gc.callbacks.remove(turn)


def test_texts_are_parsed_on_several_threads() -> None:
    faults: list[BaseException] = []

    def parse() -> None:
        try:
            for _ in range(3):
                parsed(TEXT)
        except BaseException as fault:
            faults.append(fault)

    threads = [threading.Thread(target=parse) for _ in range(3)]
    with threads_that_take_turns():
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert faults == []
