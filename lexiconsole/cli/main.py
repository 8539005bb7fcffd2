"""The command line from outside: words in, exit code out."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from typing import Any

from lexiconsole.cli.before import Shared, without_command
from lexiconsole.cli.exits import ExitCode

__all__ = ["COMPLETE", "PROGRAM", "main"]

PROGRAM = "lexiconsole"
COMPLETE = "_LEXICONSOLE_COMPLETE"


def main(argv: Sequence[str] | None = None, bare: Callable[[Shared], int] | None = None) -> int:
    """Runs one command. `bare` is what happens without a command, the console; without it, help is shown."""
    instruction = os.environ.get(COMPLETE, "")
    if instruction.startswith("complete_"):
        return _complete(instruction)
    from lexiconsole.cli.interrupts import listen
    from lexiconsole.cli.streams import open_closed_streams

    open_closed_streams()
    listen()
    words = tuple(sys.argv[1:] if argv is None else argv)
    shared = without_command(words) if bare is not None else None
    try:
        return _dispatch(words, bare) if bare is None or shared is None else _open(shared, bare)
    except KeyboardInterrupt:
        return ExitCode.INTERRUPTED


def _complete(instruction: str) -> int:
    from lexiconsole.cli.completing import answer_shell
    from lexiconsole.cli.output import Output

    answer = answer_shell(instruction)
    if answer is None:
        return ExitCode.FAILED
    text, code = answer
    out = Output()
    out.raw(f"{text}\n" if text else "")
    out.flush()
    return code


def _open(shared: Shared, bare: Callable[[Shared], int]) -> int:
    """Loads nothing of the command line: whoever opens the console waits for its first paint."""
    try:
        return bare(shared)
    except Exception as error:
        from lexiconsole.cli.diagnostics import Diagnostics

        return Diagnostics().report(error)


def _dispatch(words: tuple[str, ...], bare: Callable[[Shared], int] | None) -> int:
    from lexiconsole.cli.diagnostics import Diagnostics
    from lexiconsole.cli.output import Output, PipeClosedError
    from lexiconsole.cli.root import group
    from lexiconsole.errors import LexiconsoleError

    shown = words if words or bare is not None else ("--help",)
    try:
        code = group(bare).main(list(shown), prog_name=PROGRAM, standalone_mode=False, obj=Shared(argv=shown))
        Output().flush()
    except PipeClosedError:
        return ExitCode.PIPE_CLOSED
    except LexiconsoleError as error:
        return Diagnostics().report(error)
    except Exception as error:
        return _refused_words(error, Diagnostics())
    return code if isinstance(code, int) else ExitCode.COMPLETED


def _refused_words(error: Exception, err: Any) -> int:
    """What Typer could not make sense of, in our words, or who broke off a command of another package; else it is a bug."""
    from typer import Abort

    if isinstance(error, Abort):
        err.say("aborted")
        return ExitCode.FAILED
    format_message = getattr(error, "format_message", None)
    if format_message is None:
        return int(err.report(error))
    context = getattr(error, "ctx", None)
    path = context.command_path if context is not None else PROGRAM
    said = str(format_message()).replace("Value error, ", "", 1).rstrip(".")
    err.error(f"{said}; `{path} --help` says what it takes")
    return ExitCode.USAGE
