"""A project is tested, built, tried in an environment of its own and published, or the step that said no is told."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from release import release

from lexiconsole.durable.definition import definition_of
from lexiconsole.durable.memory import run_in_memory
from lexiconsole.errors import InvalidInputError
from lexiconsole.result import Err, Ok, Result

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


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project that builds with nothing but Python, so that no network is needed."""
    folder = tmp_path / "project"
    folder.mkdir()
    (folder / "pyproject.toml").write_text(
        '[build-system]\nrequires = []\nbuild-backend = "backend"\nbackend-path = ["."]\n'
        '[project]\nname = "tiny_thing"\nversion = "1.0"\n'
    )
    (folder / "backend.py").write_text(BACKEND)
    (folder / "tiny.py").write_text("import sys\n\ndef main():\n    print('usage: tiny', sys.argv[1:])\n")
    (folder / "check.py").write_text("import tiny\n")
    monkeypatch.chdir(folder)
    return folder


async def ship(project: Path, **terms: Any) -> Result[Any, Any]:
    given = {
        "project": str(project),
        "tests": "python check.py",
        "packages": str(project.parent / "packages"),
        "dependencies": False,
        "isolated": False,
        **terms,
    }
    return await run_in_memory(release, given)


async def test_a_project_is_published(project: Path, capfd: pytest.CaptureFixture[str]) -> None:
    result = await ship(project)
    assert isinstance(result, Ok), result
    assert (project.parent / "packages" / "tiny-thing" / "tiny_thing-1.0-py3-none-any.whl").is_file()
    said = capfd.readouterr().out
    assert "usage: tiny ['--help']" in said
    assert "check.py" in said
    assert list((project / ".lexiconsole" / "release").iterdir()) == []


async def test_the_same_release_again_is_fine_but_other_content_needs_another_version(project: Path) -> None:
    (project / "backend.py").write_text(
        BACKEND.replace('archive.write("tiny.py")', 'archive.writestr("tiny.py", open("tiny.py").read())')
    )
    await ship(project)
    (project / "tiny.py").write_text("def main():\n    print('other')\n")
    result = await ship(project)
    assert isinstance(result, Err)
    assert list(result.error.failures) == ["publish"]
    assert "is published already with other content; raise the version" in str(result.error)


@pytest.mark.parametrize(
    ("step", "file", "text", "reason"),
    [
        ("tests", "check.py", "raise SystemExit('2 tests failed')", "ended with 1: 2 tests failed"),
        ("wheel", "backend.py", "raise RuntimeError('no wheel today')", "ended with"),
        ("smoke", "tiny.py", "import not_there\n", "No module named 'not_there'"),
    ],
)
async def test_a_step_that_says_no_ends_it_and_nothing_is_published(
    project: Path, step: str, file: str, text: str, reason: str
) -> None:
    (project / file).write_text(text)
    result = await ship(project, tests="" if step == "smoke" else "python check.py")
    assert isinstance(result, Err)
    assert list(result.error.failures) == [step]
    assert reason in str(result.error)
    assert not (project.parent / "packages").exists()


async def test_tests_that_take_too_long_are_ended(project: Path) -> None:
    (project / "check.py").write_text("import time; time.sleep(600)")
    result = await ship(project, minutes=0.02)
    assert isinstance(result, Err)
    assert "no answer within 1.2 s" in str(result.error)


async def test_a_smoke_command_of_ones_own_uses_what_was_installed(
    project: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    assert isinstance(await ship(project, smoke="tiny --own"), Ok)
    assert "usage: tiny ['--own']" in capfd.readouterr().out


@pytest.mark.parametrize(("folder", "reason"), [("nowhere", "there is no folder"), (".", "holds no pyproject.toml")])
def test_what_is_no_project_is_refused(tmp_path: Path, folder: str, reason: str) -> None:
    definition = definition_of(release)
    assert definition is not None
    with pytest.raises(InvalidInputError, match=reason):
        definition.validate({"project": str(tmp_path / folder)})


def test_its_steps_are_known_before_any_run() -> None:
    definition = definition_of(release)
    assert definition is not None
    assert [node.key for node in definition.outline().nodes] == ["tests", "wheel", "install", "smoke", "publish"]
