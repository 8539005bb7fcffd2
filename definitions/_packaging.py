"""Wheels: what is in one, and a folder of them that pip can install from."""

from __future__ import annotations

import configparser
import hashlib
import html
import os
import re
import shutil
import zipfile
from dataclasses import dataclass
from pathlib import Path


class PackagingError(Exception):
    """A wheel that can not be used or must not be published, in a sentence."""


@dataclass(frozen=True, slots=True)
class Contents:
    """What a wheel brings: names to import, and commands to call."""

    modules: list[str]
    commands: list[str]


class _EntryPoints(configparser.ConfigParser):
    def optionxform(self, optionstr: str) -> str:
        return optionstr  # names of commands keep their capitals


def contents(wheel: Path) -> Contents:
    """The importable names and the console scripts of a wheel."""
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
        scripts = next((name for name in names if name.endswith(".dist-info/entry_points.txt")), None)
        points = _EntryPoints(delimiters=("=",), interpolation=None)
        points.read_string(archive.read(scripts).decode() if scripts else "")
    modules = {found[1] for name in names if (found := re.fullmatch(r"([A-Za-z]\w*)(\.py|/__init__\.py)", name))}
    return Contents(sorted(modules), sorted(points["console_scripts"]) if "console_scripts" in points else [])


def publish_wheel(wheel: Path, index: Path) -> Path:
    """Puts a wheel into a folder that serves as an index (`pip install -i file://FOLDER/ NAME`).

    The same bytes again change nothing. Other bytes under a name that is taken are refused: who has installed a version
    must be able to trust that it stays what it was.
    """
    folder = index / re.sub(r"[-_.]+", "-", wheel.name.partition("-")[0]).lower()
    final = folder / wheel.name
    if final.exists() and not wheel.exists():
        return final  # an earlier attempt published it, and was killed while it cleared away
    folder.mkdir(parents=True, exist_ok=True)
    draft = folder / f".{wheel.name}.{os.getpid()}"
    shutil.copyfile(wheel, draft)
    try:
        os.link(draft, final)  # takes the name whole, and only when it is free
    except FileExistsError:
        if _sha256(final) != _sha256(wheel):
            raise PackagingError(f"{wheel.name} is published already with other content; raise the version") from None
    finally:
        draft.unlink()
    wheels = sorted(path for path in folder.iterdir() if path.suffix == ".whl")
    _write_page(folder, {f"{path.name}#sha256={_sha256(path)}": path.name for path in wheels})
    _write_page(index, {f"{path.name}/": path.name for path in sorted(index.iterdir()) if path.is_dir()})
    return final


def _write_page(folder: Path, links: dict[str, str]) -> None:
    rows = "".join(f'<a href="{html.escape(target)}">{html.escape(text)}</a><br>\n' for target, text in links.items())
    draft = folder / f".index.{os.getpid()}"
    draft.write_text(f"<!DOCTYPE html>\n<html><body>\n{rows}</body></html>\n", encoding="utf-8")
    draft.replace(folder / "index.html")


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
