"""`worker`: the headless executor."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING, Annotated

import typer

from lexiconsole.cli.exits import ExitCode
from lexiconsole.cli.interrupts import Terminated
from lexiconsole.cli.shared import command
from lexiconsole.durable.journal import RunFilter, RunRow
from lexiconsole.types import RunStatus
from lexiconsole.views.durations import clock, span
from lexiconsole.views.safe import harmless
from lexiconsole.views.words import RUN_LOOKS

if TYPE_CHECKING:
    from lexiconsole.app.workspace import Workspace
    from lexiconsole.cli.face import Face

__all__ = ["worker"]
