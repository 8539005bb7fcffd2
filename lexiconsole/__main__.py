"""`python -m lexiconsole` and the installed command: where the two faces meet, the console behind the empty command."""

from __future__ import annotations

import sys

from lexiconsole.cli.main import main as command_line

__all__ = ["main"]


def main() -> int:
    """The exit code. A Ctrl-C that comes after everything was put down changes nothing any more."""
    code = command_line()
    import signal

    signal.signal(signal.SIGINT, signal.SIG_IGN)
    return code


if __name__ == "__main__":
    sys.exit(main())
