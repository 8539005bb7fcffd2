"""A first start: whether anything is there yet, the folder of the tour, and the files to begin with.

Nothing is written into the person's folder before they said so; what the tour leaves is taken away with its folder.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from lexiconsole.app.look import is_workspace
from lexiconsole.errors import UsageError

__all__ = ["Scaffold", "is_bare", "is_empty", "tour_folder"]

_TEMPLATES = Path(__file__).parent / "scaffold"


def is_bare(folder: Path) -> bool:
    """Whether there is no workspace here or above: only the definitions that come with the program."""
    return not any(is_workspace(each) for each in (folder, *folder.parents))


def is_empty(folder: Path) -> bool:
    """Whether the folder is bare, without runs, and holds nothing but hidden files."""
    if not is_bare(folder) or (folder / ".lexiconsole" / "store.db").exists():
        return False
    try:
        return all(each.name.startswith(".") for each in folder.iterdir())
    except OSError:
        return False


@contextmanager
def tour_folder() -> Iterator[Path]:
    """A workspace of its own among the temporary files, with the people to play; gone at the end."""
    import shutil
    import tempfile

    from lexiconsole.catalog import bundled_folder

    folder = Path(tempfile.mkdtemp(prefix="lexiconsole-tour-"))
    try:
        shutil.copyfile(bundled_folder() / "_operators.yaml", folder / "application.yaml")
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@dataclass(frozen=True, slots=True)
class Scaffold:
    """A first definition and a configuration to begin with, in `folder`."""

    folder: Path

    def targets(self) -> list[Path]:
        """The files, whether they are there or not."""
        return [self.folder / template.relative_to(_TEMPLATES) for template in _templates()]

    def write(self) -> tuple[list[Path], list[Path]]:
        """The files that were written, and those that existed and were kept. Raises UsageError where that is not possible."""
        written: list[Path] = []
        kept: list[Path] = []
        for template, target in zip(_templates(), self.targets(), strict=True):
            (written if _write(template, target) else kept).append(target)
        return written, kept


def _templates() -> list[Path]:
    return sorted(each for each in _TEMPLATES.rglob("*") if each.suffix in (".py", ".yaml"))


def _write(template: Path, target: Path) -> bool:
    """False when the file exists, also if it came into being this moment."""
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with target.open("x", encoding="utf-8") as file:
            file.write(template.read_text(encoding="utf-8"))
    except FileExistsError:
        if target.parent.is_dir():
            return False
        raise UsageError(f"{target.parent} is not a folder") from None
    except OSError as fault:
        raise UsageError(f"{target} can not be written: {fault.strerror}") from None
    return True
