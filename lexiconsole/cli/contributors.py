"""Contributors: groups of commands that other packages bring, under the entry point `lexiconsole.cli.contributors`.

    [project.entry-points."lexiconsole.cli.contributors"]
    shop = "shop.cli:ShopCommands"

The name of the entry point becomes the name of the group. What stands behind it is a contributor (or its class): it says
in a line what its commands are about, and gives them as a Typer application or a click command.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from functools import partial
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

from lexiconsole.errors import ConfigurationError, LexiconsoleError

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint

__all__ = [
    "GROUP",
    "CliContributorProtocol",
    "ContributedFault",
    "WorkflowCliContributor",
    "brought_by",
    "contributed",
    "contributions",
]

GROUP = "lexiconsole.cli.contributors"
_OWN = "lexiconsole"


@runtime_checkable
class CliContributorProtocol(Protocol):
    about: str
    """One line for `lexiconsole --help`; it is only known once the package is imported, so help shows the package's name."""

    def commands(self) -> Any:
        """A `typer.Typer`, or a click command or group."""
        ...


class WorkflowCliContributor:
    """The commands of this program, for another one that shows them as a group of its own."""

    name = "workflow"
    about = "Durable workflows: run, look, answer and mend."

    def commands(self) -> Any:
        from lexiconsole.cli.before import Shared
        from lexiconsole.cli.root import group

        made = group(None)
        made.name, made.help = self.name, self.about
        made.context_settings = {**made.context_settings, "obj": Shared(argv=tuple(sys.argv[1:]))}
        return made


class ContributedFault(Exception):  # noqa: N818 - it says whose fault it is; the error is its cause
    """What a command of another package raised and did not handle, as its `__cause__`."""

    def __init__(self, name: str, entry: EntryPoint) -> None:
        self.name, self.package, self.entry = name, brought_by(entry), entry.value
        super().__init__(f"the command {name!r} of {self.package} ({self.entry})")


def brought_by(entry: EntryPoint) -> str:
    """The package with its version; where nobody knows it, what the entry point leads to."""
    return f"{entry.dist.name} {entry.dist.version}" if entry.dist is not None else entry.value


def contributions() -> dict[str, EntryPoint]:
    """What is installed, by name. Costs a millisecond where nothing is; nothing of it is imported yet."""
    if not any(_mentions(folder) for folder in dict.fromkeys(sys.path)):
        return {}
    from importlib.metadata import entry_points

    found = entry_points(group=GROUP)
    return {entry.name: entry for entry in found if entry.dist is None or entry.dist.name != _OWN}


def contributed(name: str, entry: EntryPoint) -> Any:
    """The click command behind an entry point. Raises ConfigurationError with the package's name when it is not fit."""
    package = entry.dist.name if entry.dist is not None else entry.value
    try:
        found = entry.load()
        contributor = found() if isinstance(found, type) else found
        made = contributor.commands()
    except Exception as fault:
        raise ConfigurationError(
            f"the commands {name!r} of the package {package} can not be loaded ({type(fault).__name__}: {fault}); "
            "update or remove the package"
        ) from fault
    import typer

    if isinstance(made, typer.Typer):
        from typer.main import get_command

        made = get_command(made)
    if not callable(getattr(made, "make_context", None)):
        raise ConfigurationError(
            f"the commands {name!r} of the package {package} are {made!r}, no Typer and no click command"
        )
    made.name = name
    for stage in ("make_context", "invoke"):
        setattr(made, stage, partial(_guarded, getattr(made, stage), name, entry))
    return made


def _guarded(stage: Callable[..., Any], name: str, entry: EntryPoint, /, *args: Any, **options: Any) -> Any:
    """A stage of a command of another package. Its ways to end and to refuse words are as they are, its faults its own."""
    import typer

    from lexiconsole.cli.output import PipeClosedError

    try:
        return stage(*args, **options)
    except (LexiconsoleError, PipeClosedError, BrokenPipeError, EOFError, typer.Exit, typer.Abort, ContributedFault):
        raise
    except Exception as fault:
        if hasattr(fault, "format_message"):
            raise
        if type(fault).__module__ == "click.exceptions":  # of click itself, of which Typer has a copy of its own
            raise typer.Exit(getattr(fault, "exit_code", 1)) from None
        raise ContributedFault(name, entry) from fault


def _mentions(folder: str) -> bool:
    """Whether a package installed there may have such an entry point; reading is faster than importing what reads."""
    return any(GROUP.encode() in text for text in _entry_point_files(folder or os.curdir))


def _entry_point_files(folder: str) -> Iterator[bytes]:
    try:
        names = os.listdir(folder)  # noqa: PTH208 - pathlib is not loaded for `--help`, and need not be
    except OSError:
        return
    for name in names:
        if name.endswith((".dist-info", ".egg-info")) and not name.startswith(f"{_OWN}-"):
            try:
                with open(os.path.join(folder, name, "entry_points.txt"), "rb") as file:  # noqa: PTH118, PTH123 - the same
                    yield file.read()
            except OSError:
                continue
