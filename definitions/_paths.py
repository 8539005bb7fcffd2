"""Paths in inputs. They are made absolute when a run starts, so that another process, elsewhere, can go on with it."""

from __future__ import annotations

import difflib
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator


def workspace() -> Path:
    """The nearest folder upwards with an application.yaml or definitions/, else the current one: as lexiconsole sees it."""
    here = Path.cwd()
    for folder in (here, *here.parents):
        if (folder / "application.yaml").is_file() or (folder / "definitions").is_dir():
            return folder
    return here


def kept(name: str) -> Path:
    """Where a workflow keeps a file of its own unless it is told otherwise."""
    return workspace() / ".lexiconsole" / name


def _absolute(path: Path) -> Path:
    return path.expanduser().absolute()


def _existing(path: Path) -> Path:
    path = _absolute(path)
    if path.is_file():
        return path
    if path.exists():
        raise ValueError(f"{path} is no file")
    folder = next(folder for folder in path.parents if folder.is_dir())
    if folder != path.parent:
        raise ValueError(f"there is no folder {path.parent}")
    close = difflib.get_close_matches(path.name, [each.name for each in folder.iterdir()], n=1)
    raise ValueError(f"there is no file {path}" + (f"; did you mean {close[0]}?" if close else ""))


def _existing_folder(path: Path) -> Path:
    path = _absolute(path)
    if not path.is_dir():
        raise ValueError(f"there is no folder {path}")
    return path


AnyPath = Annotated[Path, AfterValidator(_absolute)]
"""A path that need not exist yet."""

ExistingFile = Annotated[Path, AfterValidator(_existing)]
"""A path at which there is a file; otherwise the error names the nearest one."""

ExistingFolder = Annotated[Path, AfterValidator(_existing_folder)]
