"""A Typer group that knows its commands' names and imports a command only when it is used."""

from __future__ import annotations

from importlib import import_module
from typing import Any

import typer
from typer.core import TyperGroup
from typer.main import get_command

from lexiconsole.cli.commands import COMMANDS, SECTIONS, CommandRow
from lexiconsole.cli.contributors import brought_by, contributed, contributions
from lexiconsole.cli.sparing import spared
from lexiconsole.errors import NotFoundError

__all__ = ["CONTEXT", "LazyGroup", "load"]

CONTEXT = {"help_option_names": ["-h", "--help"], "max_content_width": 100}
"""What Typer's contexts are made with."""


class LazyGroup(TyperGroup):
    """The commands of the table, listed by section, then the groups that other packages bring; ours win over theirs."""

    def list_commands(self, ctx: Any) -> list[str]:
        return [*COMMANDS, *(name for name in contributions() if name not in COMMANDS)]

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        row = COMMANDS.get(cmd_name)
        if row is not None:
            return load(row)
        entry = contributions().get(cmd_name)
        return None if entry is None else contributed(cmd_name, entry)

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """An unknown command is an error of ours, with the nearest name."""
        name = args[0]
        if name not in COMMANDS and not name.startswith("-") and not ctx.resilient_parsing:
            more = contributions()
            if name not in more:
                raise NotFoundError("command", name, [*COMMANDS, *more], hint="`lexiconsole --help` lists them")
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        for section in SECTIONS:
            rows = [(row.name, row.about) for row in COMMANDS.values() if row.section == section]
            with formatter.section(section):
                formatter.write_dl(rows, col_spacing=2)
        more = [(name, _told(entry)) for name, entry in contributions().items() if name not in COMMANDS]
        if more:
            with formatter.section("Of other packages"):
                formatter.write_dl(sorted(more), col_spacing=2)


def _told(entry: Any) -> str:
    return f"{'Brought by' if entry.dist is not None else 'From'} {brought_by(entry)}."


def load(row: CommandRow) -> Any:
    """The command itself, from its module."""
    function = getattr(import_module(f"lexiconsole.cli.{row.module}"), row.function)
    alone = typer.Typer(add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False)
    alone.command(row.name, context_settings=CONTEXT)(function)
    return spared(get_command(alone), function.__annotations__)
