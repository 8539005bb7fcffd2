"""The reader of keys: whatever way a terminal cuts what it sends, no key is lost and the reader goes on."""

from __future__ import annotations

import io
import os
import queue
import threading
from typing import Any

import pytest

from lexiconsole.tui.terminal import LastingDriver, Told, _Lasting

_PATIENCE = 90.0
"""Seconds; nothing here takes any on a machine that has time."""


class Reader(LastingDriver):
    """Reads a pipe instead of a terminal."""

    def __init__(self) -> None:
        self.fileno, self._typed = os.pipe()
        self.exit_event, self._debug = Told(), False
        self.came: queue.Queue[str] = queue.Queue()

    def process_message(self, message) -> None:
        self.came.put(getattr(message, "character", None) or getattr(message, "text", None) or message.key)

    def run_input_thread(self) -> None:
        try:
            super().run_input_thread()
        except BaseException as fault:
            self.came.put(f"the reader ended: {fault!r}")

    def types(self, data: bytes) -> None:
        os.write(self._typed, data)

    def reads(self) -> str:
        return self.came.get(timeout=_PATIENCE)


@pytest.fixture
def reader():
    reader = Reader()
    thread = threading.Thread(target=reader.run_input_thread, daemon=True)
    thread.start()
    yield reader
    reader.exit_event.set()
    thread.join(_PATIENCE)
    assert not thread.is_alive()


def test_a_character_that_is_cut_in_the_middle_arrives_whole(reader, monkeypatch):
    """One byte is read at a time: no byte of it is the end of what is typed."""
    monkeypatch.setattr("lexiconsole.tui.terminal._AT_ONCE", 1)
    reader.types("é€a".encode())
    assert [reader.reads() for _ in range(3)] == ["é", "€", "a"]


def test_a_byte_that_is_no_character_does_not_end_the_reader(reader):
    reader.types(b"\xe9b")
    assert [reader.reads() for _ in range(2)] == ["�", "b"]


def test_a_sequence_and_a_paste_that_are_cut_are_one_key_and_one_text(reader, monkeypatch):
    monkeypatch.setattr("lexiconsole.tui.terminal._AT_ONCE", 1)
    reader.types(b"\x1b[A\x1b[200~past" + "é".encode() + b"ed\x1b[201~q")
    assert [reader.reads() for _ in range(3)] == ["up", "pastéed", "q"]


class Interrupted(io.RawIOBase):
    """Takes three bytes at once, as a terminal does from a process that is stopped meanwhile."""

    def __init__(self) -> None:
        self.got = b""

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        self.got += bytes(data[:3])
        return min(3, len(data))


def test_a_write_that_is_interrupted_goes_on_where_nothing_is_buffered() -> None:
    terminal = Interrupted()
    _Lasting(io.TextIOWrapper(terminal, "utf-8", write_through=True)).write("\x1b[38;5;188m┃ a frame\x1b[0m")  # type: ignore[arg-type]
    assert terminal.got.decode() == "\x1b[38;5;188m┃ a frame\x1b[0m"
