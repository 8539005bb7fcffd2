"""A Python project to release, for tests."""

from __future__ import annotations

from pathlib import Path

__all__ = ["BACKEND", "tiny_project"]

BACKEND = """
import zipfile

WHEEL = "tiny_thing-1.0-py3-none-any.whl"

def build_wheel(folder, config_settings=None, metadata_directory=None):
    info = "tiny_thing-1.0.dist-info"
    with zipfile.ZipFile(f"{folder}/{WHEEL}", "w") as archive:
        archive.write("tiny.py")
        archive.writestr(f"{info}/METADATA", "Metadata-Version: 2.1\\nName: tiny_thing\\nVersion: 1.0\\n")
        archive.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n")
        archive.writestr(f"{info}/entry_points.txt", "[console_scripts]\\ntiny = tiny:main\\n")
        archive.writestr(f"{info}/RECORD", "")
    return WHEEL
"""


def tiny_project(folder: Path) -> Path:
    """A project that builds with nothing but Python, so that no network is needed."""
    folder.mkdir()
    (folder / "pyproject.toml").write_text(
        '[build-system]\nrequires = []\nbuild-backend = "backend"\nbackend-path = ["."]\n'
        '[project]\nname = "tiny_thing"\nversion = "1.0"\n'
    )
    (folder / "backend.py").write_text(BACKEND)
    (folder / "tiny.py").write_text("import sys\n\ndef main():\n    print('usage: tiny', sys.argv[1:])\n")
    (folder / "check.py").write_text("import tiny\n")
    return folder
