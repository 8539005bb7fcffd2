"""Release: a pipeline. Each step is a function, needs the ones before it, and has a time within which it must be done.

What a step prints, here all that pip and the tests say, is kept with it. What it returns is there for the later ones as
`ctx["wheel"]`, also when the run was killed in between and goes on in another process.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
from functools import partial
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from _packaging import contents, publish_wheel
from _paths import AnyPath, ExistingFolder, kept, workspace
from _processes import run, words
from lexiconsole import FunctionStep, Pipeline, PipelineContext, workflow


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


@workflow(name="release", input=ReleaseInput)
def release(input: ReleaseInput) -> Pipeline:
    """Tests a Python project, builds its wheel, tries it in an environment of its own, and publishes it."""
    step = partial(FunctionStep, timeout=60 * input.minutes)
    return Pipeline(
        "release",
        [
            step("tests", partial(run_tests, input)),
            step("wheel", partial(build_wheel, input), dependencies=["tests"]),
            step("install", partial(install, input), dependencies=["wheel"]),
            step("smoke", partial(smoke, input), dependencies=["install"]),
            step("publish", partial(publish, input), dependencies=["smoke"]),
        ],
        timeout=None,
        metadata=input,
    )


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


async def install(input: ReleaseInput, ctx: PipelineContext) -> Path:
    """Gives the environment's folder. Nothing of ours is in it: what the wheel forgets to require, the smoke run misses."""
    environment = _fresh_folder("environment")
    await run([sys.executable, "-m", "venv", "--without-pip", environment], environment)
    alone = [] if input.dependencies else ["--no-deps"]
    await run([*_PIP, "--python", environment, "install", *alone, ctx["wheel"]], environment)
    return environment


async def smoke(input: ReleaseInput, ctx: PipelineContext) -> None:
    """Uses what was installed, away from the sources."""
    environment: Path = ctx["install"]
    programs = environment / "bin"
    python = str(programs / "python")
    if input.smoke:
        commands = [words(input.smoke, python)]
    else:
        inside = contents(ctx["wheel"])
        commands = [[python, "-c", f"import {module}"] for module in inside.modules]
        commands += [[str(programs / command), "--help"] for command in inside.commands]
    for command in commands:
        await run(command, environment, programs)


def publish(input: ReleaseInput, ctx: PipelineContext) -> Path:
    """Publishes the wheel that was tried. What was needed only for that goes; after a failure it stays, to be looked at."""
    published = publish_wheel(ctx["wheel"], input.packages)
    for folder in (ctx["wheel"].parent, ctx["install"]):
        shutil.rmtree(folder, ignore_errors=True)
    return published


_PIP = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--no-input"]


def _fresh_folder(purpose: str) -> Path:
    kept("release").mkdir(parents=True, exist_ok=True)
    return Path(tempfile.mkdtemp(prefix=f"{purpose}-", dir=kept("release")))
