"""`python -m lexiconsole` and the installed command: where the two faces meet, the console behind the empty command."""

from __future__ import annotations

import gc
import sys
from typing import TYPE_CHECKING

from lexiconsole.cli.main import main as command_line

if TYPE_CHECKING:
    from lexiconsole.cli.before import Shared

__all__ = ["main"]


def main() -> int:
    """The exit code. A Ctrl-C that comes after everything was put down changes nothing any more."""
    code = command_line(bare=_console if _on_terminal() else None)
    import signal

    signal.signal(signal.SIGINT, signal.SIG_IGN)
    return code


def _on_terminal() -> bool:
    """Whether somebody sits there; a pipe gets the help."""
    return all(stream is not None and stream.isatty() for stream in (sys.stdin, sys.stdout))


def _console(shared: Shared) -> int:
    gc.disable()  # until the first paint: whatever is made before it is kept
    from lexiconsole.tui.open import run_console

    return run_console(
        shared.folder,
        store=shared.store,
        profile=shared.profile,
        ascii_only=shared.ascii_only,
        readonly=shared.readonly,
    )


if __name__ == "__main__":
    sys.exit(main())
