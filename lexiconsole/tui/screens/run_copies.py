"""`y` and `X` on the screens of one run: its id, its error, its JSON, and the command lines that lead on; itself as a file."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from lexiconsole.tui.copying import offer_run

if TYPE_CHECKING:
    from lexiconsole.tui.app import ConsoleApp
    from lexiconsole.tui.exporting import Export
    from lexiconsole.views.copies import Copy

__all__ = ["RunCopies"]


class RunCopies:
    """`copied_step` and `own_copies` are what a screen has besides the run."""

    if TYPE_CHECKING:
        run_id: str

        @property
        def console(self) -> ConsoleApp: ...
        @property
        def is_current(self) -> bool: ...

    def copied_step(self) -> str:
        """The key of the selected step, "" for none."""
        return ""

    def own_copies(self) -> Sequence[Copy]:
        return ()

    def own_exports(self) -> Sequence[Export]:
        """What a screen can write besides the run."""
        return ()

    def action_export(self) -> None:
        from lexiconsole.tui.exporting import exports_of_run, offer_exports

        offer_exports(self.console, self.run_id, [*self.own_exports(), *exports_of_run(self.run_id)])

    def action_copy(self) -> None:
        offer_run(
            self.console,
            self.run_id,
            step=self.copied_step(),
            first=self.own_copies(),
            wanted=lambda: self.is_current,
        )
