"""What an operator does at the console, as steps that tests put together. Each ends when its effect stands on the screen."""

from __future__ import annotations

from tests.e2e.terminal import Terminal

__all__ = [
    "DEFINITIONS",
    "acting_as",
    "arrived",
    "back",
    "branched",
    "confirmed",
    "launched",
    "opened_run",
    "ready",
    "scrubbed",
]

DEFINITIONS = (
    "access_request",
    "article",
    "backup",
    "csv_import",
    "document_approval",
    "expense_claim",
    "onboarding",
    "order_fulfilment",
    "release",
    "triage",
)
"""Those that come with the program, in the order of the catalogue."""


def ready(terminal: Terminal) -> None:
    terminal.until("1 Catalogue  10", "s start")


def confirmed(terminal: Terminal) -> None:
    """Presses y as soon as the preview is there, and sees the panel go: what stands below it is read next."""
    terminal.until(lambda: "do it" in terminal.text and "looking what it would do" not in terminal.text)
    terminal.press("y")
    terminal.until_gone("y do it")


def launched(terminal: Terminal, name: str, *state: str) -> str:
    """s ctrl+s y at its line of the catalogue; gives the id of the run once its header shows one of the states."""
    terminal.press("1", "g", *("j" for _ in range(DEFINITIONS.index(name))), "s")
    terminal.until(f"Start ▸ {name}", "^s see what starts")
    terminal.press("ctrl+s")
    terminal.until(f"start a run of {name}")
    confirmed(terminal)
    return arrived(terminal, name, *state)


def arrived(terminal: Terminal, name: str, *state: str) -> str:
    """Waits until a run of that name is watched and stands so; gives its id."""

    def is_there() -> bool:
        return f"▸ {name} ▸ " in terminal.lines[0] and any(each in terminal.lines[0] for each in state)

    terminal.until(is_there, limit=200)  # some have work to do on the way
    return terminal.lines[0].split(f"▸ {name} ▸ ")[1].split()[0]


def opened_run(terminal: Terminal, run: str) -> None:
    """enter on the one run that the filter leaves; it is read once its name stands between Runs and its id."""
    terminal.press("2", "/")
    terminal.type(f"id:{run}")
    terminal.press("enter")
    terminal.until(f"2 Runs  1  / id:{run} ")  # counted once all of it was typed and read
    terminal.press("enter")
    terminal.until(lambda: f"▸ {run}" in terminal.lines[0] and f"Runs ▸ {run}" not in terminal.lines[0])


def scrubbed(terminal: Terminal) -> None:
    """[ and . : the whole screen is of then, and of now again."""
    terminal.count()
    terminal.press("[")
    terminal.until("PAST seq")
    terminal.press(".")
    terminal.until("LIVE")
    assert terminal.count() == 2


def branched(terminal: Terminal, name: str, run: str, *state: str, back: str = "[") -> str:
    """[ b y: a new run from an earlier moment, watched until it stands as told; gives its id."""
    terminal.count()
    terminal.press(back)
    terminal.until("PAST seq")
    terminal.press("b")
    terminal.until(f"a new run of {name} ")
    confirmed(terminal)
    assert terminal.count() == 3
    terminal.until(lambda: f"▸ {name} ▸ " in terminal.lines[0] and f"▸ {run} " not in terminal.lines[0])
    return arrived(terminal, name, *state)


def acting_as(terminal: Terminal, name: str) -> None:
    """I, O in the inbox, and one of the operators that come with the program."""
    terminal.press("I")
    terminal.until(lambda: "▸ Inbox" in terminal.lines[0] and "me: " in terminal.lines[0])
    terminal.press("O")
    terminal.until("Act as", "finn")
    terminal.press("home", *("j" for _ in range(1 + ["ana", "ben", "cleo", "dan", "eva", "finn"].index(name))), "enter")
    terminal.until(lambda: f"me: {name}" in terminal.lines[0])


def back(terminal: Terminal, *wanted: str) -> None:
    """q, and what stands there then."""
    terminal.press("q")
    terminal.until(*wanted)
