"""Release: a graph that ends in a person's yes or no. Each node is a function with a time within which it must be done.

What a node prints, here all that pip and the tests say, is kept with it. What it returns is there for the later ones as
`state["wheel"]`, also when the run was killed in between and goes on in another process. It may wait for its yes for days.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from _packaging import contents, publish_wheel
from _paths import AnyPath, ExistingFolder, kept, workspace
from _processes import run, words
from lexiconsole import GraphConfig, HumanNode, QuestionKind, WorkflowBuilder, workflow


def _python_project(folder: Path) -> Path:
    if not any((folder / name).is_file() for name in ("pyproject.toml", "setup.py")):
        raise ValueError(f"{folder} holds no pyproject.toml and no setup.py")
    return folder


class ReleaseInput(BaseModel):
    """Which project to release, and what must hold before it is published."""

    model_config = ConfigDict(extra="forbid")

    project: Annotated[ExistingFolder, AfterValidator(_python_project)] = Field(
        default_factory=workspace, description="The folder of a Python project; without one, this workspace."
    )
    tests: str = Field(
        "python -m pytest -q -x --ignore=tests/e2e --ignore=tests/crash --ignore=tests/definitions",
        max_length=1_000,
        description="The command that tests the project, run in its folder; empty for none.",
    )
    smoke: str = Field(
        "",
        max_length=1_000,
        description="A command that shows the installed project at work; else its modules are imported and its"
        " console scripts called with --help.",
    )
    dependencies: bool = Field(True, description="Install what the wheel requires too, from where pip finds packages.")
    isolated: bool = Field(True, description="Build with a backend that pip fetches; else with what is installed here.")
    packages: AnyPath = Field(
        default_factory=partial(kept, "packages"), description="The folder to publish into; pip can install from it."
    )
    minutes: float = Field(15, gt=0, le=24 * 60, description="Minutes within which each step must be done.")
    approvers: list[str] = Field(
        default_factory=list, max_length=50, description="Who may say yes: names or role:NAME; empty for anybody."
    )
    days: float = Field(7, gt=0, le=3_650, description="Days within which somebody should have said yes or no.")


class Decision(BaseModel):
    """Yes or no."""

    publish: bool = Field(description="yes: publish the wheel that was tried; no: throw it away")
    reason: str = Field("", max_length=2_000, description="Why, for whoever reads the history.")


@workflow(name="release", input=ReleaseInput)
def release(input: ReleaseInput) -> WorkflowBuilder:
    """Tests a Python project, builds its wheel, tries it in an environment of its own, and publishes it if a person says yes."""
    terms = GraphConfig(node_timeout=60 * input.minutes, total_timeout=None)
    flow = WorkflowBuilder("release", config=terms)

    flow.add_node("tests", partial(run_tests, input))
    flow.add_node("wheel", partial(build_wheel, input), output_key="wheel")
    flow.add_node("install", partial(install, input), output_key="environment")
    flow.add_node("smoke", partial(smoke, input))
    due, who = 86_400 * input.days, input.approvers
    flow.add_node(HumanNode("approve", what_to_decide, form=Decision, who=who, due=due, kind=QuestionKind.APPROVAL))
    flow.add_gate("yes", lambda state: state["publish"])
    flow.add_node("publish", partial(publish, input), output_key="published")
    flow.add_node("discard", discard, output_key="published")

    row = ["tests", "wheel", "install", "smoke", "approve", "yes"]
    for source, target in (*pairwise(row), ("yes", "publish"), ("yes", "discard")):
        flow.add_edge(source, target)
    return flow.set_conclusion("published")


async def run_tests(input: ReleaseInput) -> None:
    if input.tests:
        await run(words(input.tests), input.project)


async def build_wheel(input: ReleaseInput) -> Path:
    """Builds into a fresh folder, so that a half-built wheel of an earlier attempt is never taken for this one."""
    folder = _fresh_folder("wheel")
    isolation = [] if input.isolated else ["--no-build-isolation"]
    await run([*_PIP, "wheel", "--no-deps", *isolation, "--wheel-dir", folder, input.project], folder)
    [wheel] = folder.glob("*.whl")
    return wheel


async def install(input: ReleaseInput, state: Any) -> Path:
    """Gives the environment's folder. Nothing of ours is in it: what the wheel forgets to require, the smoke run misses."""
    environment = _fresh_folder("environment")
    await run([sys.executable, "-m", "venv", "--without-pip", environment], environment)
    alone = [] if input.dependencies else ["--no-deps"]
    await run([*_PIP, "--python", environment, "install", *alone, state["wheel"]], environment)
    return environment


async def smoke(input: ReleaseInput, state: Any) -> None:
    """Uses what was installed, away from the sources."""
    environment: Path = state["environment"]
    programs = environment / "bin"
    python = str(programs / "python")
    if input.smoke:
        commands = [words(input.smoke, python)]
    else:
        inside = contents(state["wheel"])
        commands = [[python, "-c", f"import {module}"] for module in inside.modules]
        commands += [[str(programs / command), "--help"] for command in inside.commands]
    for command in commands:
        await run(command, environment, programs)


def what_to_decide(state: Any) -> str:
    wheel: Path = state["wheel"]
    return f"{wheel.name} passed its tests and its trial ({state['environment']}). Publish it?"


def publish(input: ReleaseInput, state: Any) -> Path:
    """Publishes the wheel that was tried. What was needed only for that goes; after a failure it stays, to be looked at."""
    published = publish_wheel(state["wheel"], input.packages)
    _tidy_up(state)
    return published


def discard(state: Any) -> None:
    _tidy_up(state)


def _tidy_up(state: Any) -> None:
    for folder in (state["wheel"].parent, state["environment"]):
        shutil.rmtree(folder, ignore_errors=True)


_PIP = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--no-input"]


def _fresh_folder(purpose: str) -> Path:
    kept("release").mkdir(parents=True, exist_ok=True)
    return Path(tempfile.mkdtemp(prefix=f"{purpose}-", dir=kept("release")))
