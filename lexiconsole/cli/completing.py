"""Completion for shells, without loading definitions, the store's library or pydantic.

Typer's own completion parses the words with pydantic, which alone takes longer than a person waits for a tab. Here the
words are only looked at: the command's name, then which of its options or arguments is being typed. The scripts that
`--install-completion` writes are Typer's; what they call and how they want the answer is the same.
"""

from __future__ import annotations

import os
import shlex
from collections.abc import Mapping, Sequence
from typing import Any

from lexiconsole.cli.commands import COMMANDS
from lexiconsole.cli.names import known_ids, known_names, known_operators, known_tasks

__all__ = ["Candidate", "answer_shell", "candidates", "ids", "names", "operators", "tasks"]

Candidate = tuple[str, str]
"""A completion and what to show beside it, "" for nothing."""


def names(incomplete: str) -> list[Candidate]:
    """Definitions whose name begins so."""
    return [(name, "") for name in known_names() if name.startswith(incomplete)]


def ids(incomplete: str) -> list[Candidate]:
    """Runs whose id begins so, the newest first."""
    return known_ids(incomplete)


def tasks(incomplete: str) -> list[Candidate]:
    """Open questions whose RUN:KEY begins so, those that are due first."""
    return known_tasks(incomplete)


def operators(incomplete: str) -> list[Candidate]:
    """People whose name begins so."""
    return [(name, "") for name in known_operators() if name.startswith(incomplete)]


def answer_shell(instruction: str, environment: Mapping[str, str] = os.environ) -> tuple[str, int] | None:
    """What to print, and the exit code, for `complete_bash` and the like; None when it is something else."""
    action, _, shell = instruction.partition("_")
    if action != "complete" or shell not in _WORDS:
        return None
    words, incomplete = _WORDS[shell](environment)
    found = candidates(words, incomplete)
    if shell == "fish" and environment.get("_TYPER_COMPLETE_FISH_ACTION") == "is-args":
        return "", 0 if found else 1
    return _ANSWERS[shell](found), 0


def candidates(words: Sequence[str], incomplete: str) -> list[Candidate]:
    """What can follow the finished `words` (without the program's name) and begins with `incomplete`."""
    at = _command_at(words)
    if at is None:
        if incomplete.startswith("-"):
            return [(option, "") for option in _ROOT_OPTIONS if option.startswith(incomplete)]
        return [(row.name, row.about) for row in COMMANDS.values() if row.name.startswith(incomplete)]
    row = COMMANDS.get(words[at])
    if row is None:
        return []
    from lexiconsole.cli.lazy import load

    return _of_parameters(load(row).params, words[at + 1 :], incomplete)


_ROOT_VALUES = frozenset({"--store", "--folder", "-C", "--profile"})
_ROOT_OPTIONS = (
    "--store",
    "--folder",
    "--profile",
    "--ascii",
    "--readonly",
    "--version",
    "--install-completion",
    "--show-completion",
    "--help",
)


def _command_at(words: Sequence[str]) -> int | None:
    """Where the command's name stands: the first word that is neither an option nor an option's value."""
    skip = False
    for place, word in enumerate(words):
        if skip:
            skip = False
        elif word.startswith("-"):
            skip = word in _ROOT_VALUES
        else:
            return place
    return None


def _of_parameters(parameters: Sequence[Any], words: Sequence[str], incomplete: str) -> list[Candidate]:
    options = [each for each in parameters if each.param_type_name == "option"]
    takes_value = {opt: each for each in options if not each.is_flag for opt in each.opts}
    if words and words[-1] in takes_value:
        return _ask(takes_value[words[-1]], incomplete)
    if incomplete.startswith("-"):
        offered = [(opt, each.help or "") for each in options if not each.hidden for opt in each.opts]
        return [(opt, about) for opt, about in offered if opt.startswith(incomplete)]
    arguments = [each for each in parameters if each.param_type_name == "argument"]
    given = sum(
        1 for at, word in enumerate(words) if not word.startswith("-") and (not at or words[at - 1] not in takes_value)
    )
    if given < len(arguments):
        return _ask(arguments[given], incomplete)
    return []


def _ask(parameter: Any, incomplete: str) -> list[Candidate]:
    return [(item.value, item.help or "") for item in parameter.shell_complete(None, incomplete)]


# how each shell hands over the words, and how it wants the answer


def _bash_words(environment: Mapping[str, str]) -> tuple[list[str], str]:
    words = _split(environment.get("COMP_WORDS", ""))
    at = int(environment.get("COMP_CWORD", "0") or 0)
    return words[1:at], words[at] if at < len(words) else ""


def _line_words(environment: Mapping[str, str]) -> tuple[list[str], str]:
    line = environment.get("_TYPER_COMPLETE_ARGS", "")
    words = _split(line)[1:]
    if words and not line.endswith(" "):
        return words[:-1], words[-1]
    return words, ""


def _powershell_words(environment: Mapping[str, str]) -> tuple[list[str], str]:
    incomplete = environment.get("_TYPER_COMPLETE_WORD_TO_COMPLETE", "")
    words = _split(environment.get("_TYPER_COMPLETE_ARGS", ""))
    return (words[1:-1] if incomplete else words[1:]), incomplete


def _split(line: str) -> list[str]:
    """As a shell splits; an unfinished quote ends with the line."""
    lexer = shlex.shlex(line, posix=True)
    lexer.whitespace_split, lexer.commenters = True, ""
    words: list[str] = []
    try:
        words.extend(lexer)
    except ValueError:
        words.append(lexer.token)
    return words


def _bash_answer(found: list[Candidate]) -> str:
    return "\n".join(value for value, _ in found)


def _zsh_answer(found: list[Candidate]) -> str:
    if not found:
        return "_files"
    lines = [f'"{_zsh(value)}":"{_zsh(about)}"' if about else f'"{_zsh(value)}"' for value, about in found]
    return "_arguments '*: :((" + "\n".join(lines) + "))'"


def _zsh(text: str) -> str:
    quoted = text.replace('"', '""').replace("'", "''").replace("$", "\\$").replace("`", "\\`")
    return quoted.replace(":", r"\\:")


def _fish_answer(found: list[Candidate]) -> str:
    return "\n".join(f"{value}\t{about}" if about else value for value, about in found)


def _powershell_answer(found: list[Candidate]) -> str:
    return "\n".join(f"{value}:::{about or ' '}" for value, about in found)


_WORDS = {
    "bash": _bash_words,
    "zsh": _line_words,
    "fish": _line_words,
    "powershell": _powershell_words,
    "pwsh": _powershell_words,
}
_ANSWERS = {
    "bash": _bash_answer,
    "zsh": _zsh_answer,
    "fish": _fish_answer,
    "powershell": _powershell_answer,
    "pwsh": _powershell_answer,
}
