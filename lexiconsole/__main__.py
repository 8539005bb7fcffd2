"""`python -m lexiconsole`, and where the two faces meet: the command line with the console behind the empty command."""

from __future__ import annotations

import sys

from lexiconsole.cli.main import main

__all__ = ["main"]

if __name__ == "__main__":
    sys.exit(main())
