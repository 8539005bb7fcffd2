"""Quiet while files are imported: what is written later finds its way out, whoever put a stream over it meanwhile."""

from __future__ import annotations

import io
import sys
import threading

import pytest

from lexiconsole.catalog.capture import quiet
from lexiconsole.runtime.output import capture_steps


def put(monkeypatch: pytest.MonkeyPatch) -> io.StringIO:
    """Standard streams of this test's own, put in place inside it: pytest has others for its set-up."""
    monkeypatch.setattr(sys, "stderr", io.StringIO())
    monkeypatch.setattr(sys, "stdout", kept := io.StringIO())
    return kept


def test_an_engine_that_begins_meanwhile_keeps_its_way_out(monkeypatch):
    """The console checks definitions on one thread while its engine begins on another."""
    out = put(monkeypatch)
    with quiet() as printed:
        print("inside")
        capture_steps()
    print("later")
    assert (printed.getvalue(), out.getvalue()) == ("inside\n", "later\n")
    with quiet() as again:
        print("inside again")
    print("and later")
    assert (again.getvalue(), out.getvalue()) == ("inside again\n", "later\nand later\n")


def test_two_threads_take_turns_and_leave_the_streams_as_they_were(monkeypatch):
    out = put(monkeypatch)
    before = sys.stdin, sys.stdout, sys.stderr
    seen: dict[str, str] = {}

    def one(name: str) -> None:
        for _ in range(50):
            with quiet() as printed:
                print(name)
            seen[name] = seen.get(name, "") + printed.getvalue()

    threads = [threading.Thread(target=one, args=(name,)) for name in "abc"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert seen == {name: f"{name}\n" * 50 for name in "abc"}
    assert (sys.stdin, sys.stdout, sys.stderr) == before
    assert out.getvalue() == ""


def test_a_stream_that_somebody_kept_writes_where_stdout_leads_now(monkeypatch):
    out = put(monkeypatch)
    with quiet():
        kept = sys.stdout
    print("a", file=kept)
    other = io.StringIO()
    monkeypatch.setattr(sys, "stdout", other)
    print("b", file=kept)
    assert (out.getvalue(), other.getvalue()) == ("a\n", "b\n")
