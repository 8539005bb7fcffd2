"""Wheels: what is in them, and an index that only grows and that pip understands."""

from __future__ import annotations

import hashlib
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from _packaging import Contents, PackagingError, contents, publish_wheel


def wheel(folder: Path, version: str = "1.0", text: str = "x = 1\n") -> Path:
    path = folder / f"Tiny_Thing-{version}-py3-none-any.whl"
    folder.mkdir(exist_ok=True)
    info = f"Tiny_Thing-{version}.dist-info"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("tiny.py", text)
        archive.writestr("tinier/__init__.py", "")
        archive.writestr("tinier/inner.py", "")
        archive.writestr(f"{info}/METADATA", f"Metadata-Version: 2.1\nName: Tiny_Thing\nVersion: {version}\n")
        archive.writestr(
            f"{info}/WHEEL", "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
        )
        archive.writestr(f"{info}/entry_points.txt", "[console_scripts]\nTiny = tiny:main\n[other]\nx = y\n")
        archive.writestr(f"{info}/RECORD", "")
    return path


def test_a_wheel_tells_its_modules_and_commands(tmp_path: Path) -> None:
    assert contents(wheel(tmp_path)) == Contents(modules=["tinier", "tiny"], commands=["Tiny"])


def test_a_published_wheel_is_listed_with_its_digest(tmp_path: Path) -> None:
    built = wheel(tmp_path / "built")
    published = publish_wheel(built, tmp_path / "index")
    assert published == tmp_path / "index" / "tiny-thing" / built.name
    digest = hashlib.sha256(built.read_bytes()).hexdigest()
    assert f'href="{built.name}#sha256={digest}"' in (published.parent / "index.html").read_text()
    assert 'href="tiny-thing/"' in (tmp_path / "index" / "index.html").read_text()
    assert sorted(path.name for path in published.parent.iterdir()) == [built.name, "index.html"]


def test_publishing_the_same_bytes_again_changes_nothing(tmp_path: Path) -> None:
    built = wheel(tmp_path / "built")
    published = publish_wheel(built, tmp_path / "index")
    before = (published.stat().st_mtime_ns, (published.parent / "index.html").read_text())
    assert publish_wheel(built, tmp_path / "index") == published
    assert (published.stat().st_mtime_ns, (published.parent / "index.html").read_text()) == before


def test_a_wheel_that_was_cleared_away_after_it_was_published_is_published(tmp_path: Path) -> None:
    built = wheel(tmp_path / "built")
    published = publish_wheel(built, tmp_path / "index")
    built.unlink()
    assert publish_wheel(built, tmp_path / "index") == published


def test_other_bytes_under_a_taken_name_are_refused(tmp_path: Path) -> None:
    published = publish_wheel(wheel(tmp_path / "built"), tmp_path / "index")
    before = published.read_bytes()
    with pytest.raises(PackagingError, match="is published already with other content; raise the version"):
        publish_wheel(wheel(tmp_path / "built", text="x = 2\n"), tmp_path / "index")
    assert published.read_bytes() == before
    assert not [path for path in published.parent.iterdir() if path.name.startswith(".")]


def test_pip_installs_from_the_index(tmp_path: Path) -> None:
    for version in ("1.0", "1.1"):
        publish_wheel(wheel(tmp_path / "built", version), tmp_path / "index")
    pip = [sys.executable, "-m", "pip", "--isolated", "--disable-pip-version-check", "--quiet"]
    index = ["-i", f"{(tmp_path / 'index').as_uri()}/"]
    download = ["download", "--no-deps", *index, "--dest", tmp_path / "got", "tiny-thing==1.0"]
    done = subprocess.run([*pip, *download], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert [path.name for path in (tmp_path / "got").iterdir()] == ["Tiny_Thing-1.0-py3-none-any.whl"]
