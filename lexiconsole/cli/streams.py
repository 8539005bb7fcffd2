"""Standard streams that the shell closed (`>&-`) are opened on nothing, so that everything else need not know."""

from __future__ import annotations

import os
import sys
from pathlib import Path

__all__ = ["open_closed_streams"]


def open_closed_streams() -> None:
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, Path(os.devnull).open(mode, encoding="utf-8"))  # noqa: SIM115 - for as long as we live
