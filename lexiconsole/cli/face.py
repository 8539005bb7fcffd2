"""What every command is handed: its two streams, the options that all commands share, and the workspace."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import typer

from lexiconsole.cli.before import Shared
from lexiconsole.cli.diagnostics import Diagnostics, error_shape
from lexiconsole.cli.exits import ExitCode
from lexiconsole.cli.names import STATE, remember
from lexiconsole.cli.output import Output, PipeClosedError
from lexiconsole.errors import RefusedError

if TYPE_CHECKING:
    from lexiconsole.app.workspace import Workspace

__all__ = ["Face"]


@dataclass(slots=True)
class Face:
    """One call of one command. `json` says whether a program reads along."""

    shared: Shared
    json: bool = False
    out: Output = field(init=False)
    err: Diagnostics = field(init=False)

    def __post_init__(self) -> None:
        self.out = Output(lines_of_json=self.json, ascii_only=self.shared.ascii_only)
        self.err = Diagnostics(ascii_only=self.shared.ascii_only)

    @property
    def interactive(self) -> bool:
        """Whether somebody sits there who can be asked."""
        return not self.json and sys.stdin.isatty() and self.err.on_terminal

    @property
    def lively(self) -> bool:
        """Whether moving pictures (bars, spinners) reach a person."""
        return not self.json and self.out.on_terminal and self.err.on_terminal

    def fail(self, error: BaseException) -> ExitCode:
        """Reports the error, for programs on standard output too; gives the exit code. Lets go what is no failure."""
        if isinstance(error, (PipeClosedError, KeyboardInterrupt)):
            return ExitCode.PIPE_CLOSED if isinstance(error, PipeClosedError) else ExitCode.INTERRUPTED
        if not isinstance(error, Exception) or isinstance(error, (typer.Exit, typer.BadParameter)):
            raise error
        code = self.err.report(error)
        if self.json:
            with suppress(PipeClosedError):
                self.out.object(error_shape(error, code))
        return code

    def refuse(self, reason: str) -> None:
        """Raises RefusedError if there is a reason."""
        if reason:
            raise RefusedError(reason)

    def remember(self, workspace: Workspace) -> None:
        """Keeps the definitions' names for shell completion, now that they were loaded anyway."""
        names = [definition.name for definition in workspace.definitions()]
        remember(workspace.root / STATE, names, workspace.store_path)

    @contextmanager
    def workspace(self) -> Iterator[Workspace]:
        """The workspace that the options and the current folder name; its engine is stopped cleanly at the end."""
        from lexiconsole.app.workspace import Workspace

        found = Workspace.find(self.shared.folder, store=self.shared.store, profile=self.shared.profile)
        with found as workspace:
            yield workspace
