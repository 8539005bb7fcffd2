"""A project is tested, built, tried in an environment of its own and published if a person says yes; or who said no is told."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from release import release

from lexiconsole.durable.definition import definition_of
from lexiconsole.durable.journal import RequestKind
from lexiconsole.errors import HumanInputRequiredError, InvalidInputError
from lexiconsole.graph import WorkflowGraph
from lexiconsole.result import Err, Ok, Result
from lexiconsole.types import RunStatus
from tests.definitions.projects import BACKEND, tiny_project
from tests.support import house


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tiny_project(tmp_path / "project")
    monkeypatch.chdir(folder)
    return folder


async def ship(project: Path, *, publish: bool = True, **terms: Any) -> Result[Any, Any]:
    """Runs it up to the person, and on from there with that answer."""
    given = {
        "project": str(project),
        "tests": "python check.py",
        "packages": str(project.parent / "packages"),
        "dependencies": False,
        "isolated": False,
        **terms,
    }
    definition = definition_of(release)
    assert definition is not None
    valid = definition.validate(given)
    graph = definition.build(valid)
    assert isinstance(graph, WorkflowGraph)
    result = await graph.execute(valid)
    if isinstance(result, Err) and isinstance(result.error, HumanInputRequiredError):
        return await graph.resume(result.error.checkpoint, {"publish": publish})
    return result


async def test_a_project_is_published(project: Path, capfd: pytest.CaptureFixture[str]) -> None:
    result = await ship(project)
    assert isinstance(result, Ok), result
    assert (project.parent / "packages" / "tiny-thing" / "tiny_thing-1.0-py3-none-any.whl").is_file()
    said = capfd.readouterr().out
    assert "usage: tiny ['--help']" in said
    assert "check.py" in said
    assert list((project / ".lexiconsole" / "release").iterdir()) == []


async def test_a_person_who_says_no_leaves_nothing_behind(project: Path) -> None:
    result = await ship(project, publish=False)
    assert isinstance(result, Ok) and result.value.value is None and result.value.ended_at == ("discard",)
    assert not (project.parent / "packages").exists()
    assert list((project / ".lexiconsole" / "release").iterdir()) == []


async def test_it_waits_for_its_yes_over_a_crash_and_builds_nothing_again(project: Path) -> None:
    definition = definition_of(release)
    assert definition is not None
    async with house() as h:
        terms = {"tests": "python check.py", "dependencies": False, "isolated": False, "approvers": ["ana"]}
        packages = str(project.parent / "packages")
        row = await h.run(definition, {"project": str(project), "packages": packages, **terms})
        assert row.status is RunStatus.WAITING
        asked = next(entry for entry in await h.entries(row) if entry.kind == "asked")
        assert asked.data["prompt"].startswith("tiny_thing-1.0-py3-none-any.whl passed its tests and its trial")
        assert asked.data["who"] == ["ana"] and asked.data["kind"] == "approval"
        await h.crash()
        await h.ask(row, RequestKind.ANSWER, "approve", value={"publish": True})
        row = await h.settle(row)
        assert row.status is RunStatus.COMPLETED
        made = (await h.entries(row))[-1].data["result"]
        assert made == str(project.parent / "packages" / "tiny-thing" / "tiny_thing-1.0-py3-none-any.whl")
        assert (await h.story(row)).count("step.done wheel") == 1


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
    keys = [node.key for node in definition.outline().nodes]
    assert keys == ["tests", "wheel", "install", "smoke", "approve", "yes", "publish", "discard"]
