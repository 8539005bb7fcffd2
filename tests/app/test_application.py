"""Applications: the order in which modules and providers have their turn, what a failure leaves behind, where runs are kept."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest

from lexiconsole import Application, Module, Priority, Provider, WorkflowModule, workflow
from lexiconsole.app.config import Settings
from lexiconsole.app.hearing import Hearing
from lexiconsole.app.runs import Runs
from lexiconsole.di.module import module
from lexiconsole.durable import watching
from lexiconsole.durable.question import Question
from lexiconsole.errors import DefinitionError, InvalidInputError, NotFoundError, RefusedError, StoreError
from lexiconsole.types import RunStatus

log: list[str] = []


def names(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir()]


@pytest.fixture(autouse=True)
def in_an_empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    log.clear()


def provider(name: str, priority: int = Priority.APPLICATION, fails: str = "") -> type[Provider]:
    class Made(Provider):
        async def register(self, container: Any) -> None:
            self._do("register")

        async def boot(self, container: Any) -> None:
            self._do("boot")

        async def shutdown(self, container: Any) -> None:
            self._do("shutdown")

        def _do(self, what: str) -> None:
            log.append(f"{what} {name}")
            if what == fails:
                raise OSError(f"{name} can not {what}")

    Made.priority = priority
    return Made


def module_of(*providers: Any, imports: Any = ()) -> type[Module]:
    return module(providers=providers, imports=imports)(type("Made", (Module,), {}))


async def test_all_register_before_any_boots_by_priority_and_shut_down_in_reverse():
    low = module_of(provider("app"), provider("db", Priority.INFRASTRUCTURE))
    top = module_of(provider("domain", Priority.DOMAIN), imports=[low])
    async with Application.boot(modules=[top]):
        pass
    names = ["db", "domain", "app"]
    assert log == [f"register {n}" for n in names] + [f"boot {n}" for n in names] + [
        f"shutdown {n}" for n in names[::-1]
    ]


async def test_a_module_that_two_import_is_there_once():
    shared = module_of(provider("shared"))
    app = Application(modules=[module_of(imports=[shared]), module_of(imports=[shared]), shared])
    assert len(app.modules) == 3
    await app.start()
    await app.stop()
    assert log == ["register shared", "boot shared", "shutdown shared"]


def test_modules_that_import_each_other_are_told_with_the_circle():
    class One(Module): ...

    class Two(Module):
        imports = (One,)

    One.imports = (Two,)
    with pytest.raises(DefinitionError, match="One → Two → One"):
        Application(modules=[One]).modules  # noqa: B018


async def test_one_whose_modules_are_wrong_has_not_begun_and_says_so_again():
    app = Application(modules=[print])  # type: ignore[list-item]
    for _ in range(2):
        with pytest.raises(DefinitionError, match="is no module"):
            await app.start()


@pytest.mark.parametrize("thing", [print, 7, Provider, "WorkflowModule"])
def test_what_is_no_module_is_refused(thing):
    with pytest.raises(DefinitionError, match="is no module"):
        Application(modules=[thing]).modules  # noqa: B018


def test_the_decorator_stands_above_modules_and_keeps_what_the_base_says():
    with pytest.raises(DefinitionError, match="derived from Module"):
        module()(int)
    base = module_of(provider("base"))

    @module(providers=[provider("own")])
    class Derived(base): ...

    assert len(Derived.providers) == 2
    assert len(base.providers) == 1


async def test_when_one_can_not_boot_those_that_were_booted_are_shut_down():
    app = Application(modules=[module_of(provider("one"), provider("two", fails="boot"), provider("three"))])
    with pytest.raises(OSError, match="two can not boot"):
        await app.start()
    assert log[-2:] == ["boot two", "shutdown one"]
    assert not watching.watched()
    with pytest.raises(DefinitionError, match="does not run"):
        app.runs  # noqa: B018


async def test_when_one_can_not_shut_down_the_others_still_are(caplog):
    async with Application.boot(modules=[module_of(provider("one"), provider("two", fails="shutdown"))]):
        pass
    assert log[-2:] == ["shutdown two", "shutdown one"]
    assert "two can not shutdown" in caplog.text


async def test_what_can_not_be_tidied_up_is_told_and_the_application_has_stopped_all_the_same(caplog):
    def made():
        yield "made"
        raise OSError("can not tidy up")

    app = Application(modules=[module_of(provider("one"))])
    await app.start()
    app.container.singleton(str, made)
    assert await app.container.resolve(str) == "made"
    await app.stop()
    assert "can not tidy up" in caplog.text
    await app.start()
    assert str not in app.container
    await app.stop()


async def test_it_starts_once_at_a_time_and_can_start_again():
    app = Application(modules=[module_of(provider("one"))])
    await app.start()
    with pytest.raises(DefinitionError, match="runs already"):
        await app.start()
    with pytest.raises(DefinitionError, match="before it starts"):
        app.add_module(WorkflowModule.stub())
    await app.stop()
    await app.stop()
    await app.start()
    await app.stop()
    assert log.count("boot one") == 2


# recorded runs


@workflow
async def greet(ctx: Any, input: dict[str, str]) -> Any:
    """Says hello."""
    return await ctx.step("say", lambda: f"hello {input['name']}")


@workflow
async def approve(ctx: Any) -> Any:
    """Asks."""
    return await ctx.ask("well", Question("Well?", form=bool))


STUB = WorkflowModule.stub(workflows=[greet, approve])


async def test_runs_are_started_by_name_and_waited_for():
    async with Application.boot(modules=[WorkflowModule.stub(workflows=[greet])]) as app:
        row = await app.runs.settle(await app.runs.start("greet", {"name": "Ada"}, id="g"))
        assert row.status is RunStatus.COMPLETED
        assert (await app.runs.entries("g"))[-1].data == {"result": "hello Ada"}
        assert await app.container.resolve(Runs) is app.runs
        with pytest.raises(NotFoundError, match="did you mean 'greet'"):
            await app.runs.start("gret")
        with pytest.raises(InvalidInputError):
            await app.runs.start("greet", 7)
        with pytest.raises(RefusedError, match="another input"):
            await app.runs.start("greet", {"name": "Eve"}, id="g")


async def test_a_question_is_answered_from_the_application():
    async with Application.boot(modules=[WorkflowModule.stub(workflows=[approve])]) as app:
        row = await app.runs.settle(await app.runs.start("approve"))
        assert row.status is RunStatus.WAITING
        with pytest.raises(RefusedError):
            await app.runs.answer(row, "well", "maybe")
        await app.runs.answer(row, "well", True)
        assert (await app.runs.settle(row)).status is RunStatus.COMPLETED


def test_what_is_no_workflow_is_refused():
    with pytest.raises(DefinitionError, match="is no workflow"):
        asyncio.run(Application(modules=[WorkflowModule.stub(workflows=[print])]).start())


async def test_nothing_is_written_until_a_run_is_started(tmp_path):
    async with Application.boot(modules=[WorkflowModule.configure(workflows=[greet])]) as app:
        assert names(tmp_path) == []
        await app.runs.settle(await app.runs.start("greet", {"name": "Ada"}))
        assert (tmp_path / ".lexiconsole" / "store.db").exists()


DEFINITION = '''
from lexiconsole import workflow

@workflow(name="ping")
async def ping(ctx):
    """Answers."""
    return await ctx.step("answer", lambda: "pong")
'''


async def test_the_settings_are_read_once_and_their_paths_are_those_of_the_workspace(tmp_path, monkeypatch):
    """Not of the folder that the program happens to be started in."""
    there = tmp_path / "there"
    there.mkdir()
    (there / "application.yaml").write_text("audit: {signing_key: keys/mine}\nworkflow: {batch_size: 7}\n")
    read: list[Path] = []
    load = Settings.load
    monkeypatch.setattr(Settings, "load", lambda root, **more: read.append(root) or load(root, **more))

    @workflow("asks")
    async def asks(ctx: Any) -> Any:
        return await ctx.ask("ok", Question("ok?"))

    app = Application(modules=[WorkflowModule.configure(workflows=[asks])], folder=there)
    await app.start()
    try:
        row = await app.runs.settle(await app.runs.start("asks"))
        with pytest.raises(RefusedError, match=f"can not be signed with {there}/keys/mine"):
            await app.runs.answer(row, "ok", True)
    finally:
        await app.stop()
    assert read == [there]


async def test_definitions_of_the_workspace_can_be_started_beside_the_applications_own(tmp_path):
    (tmp_path / "definitions").mkdir()
    (tmp_path / "definitions" / "ping.py").write_text(DEFINITION)
    async with Application.boot(modules=[WorkflowModule.configure(workflows=[greet])]) as app:
        assert (await app.runs.settle(await app.runs.start("ping"))).status is RunStatus.COMPLETED
        assert (await app.runs.settle(await app.runs.start("greet", {"name": "x"}))).status is RunStatus.COMPLETED


async def test_a_workflow_that_calls_another_by_name_finds_it():
    @workflow
    async def outer(ctx: Any) -> Any:
        """Calls."""
        return (await ctx.child("inner", "greet", {"name": "child"})).value

    async with Application.boot(modules=[WorkflowModule.stub(workflows=[greet, outer])]) as app:
        row = await app.runs.settle(await app.runs.start("outer"))
        while row.status is not RunStatus.COMPLETED:
            await asyncio.sleep(0.01)
            row = await app.runs.settle(row)
        assert (await app.runs.entries(row))[-1].data["result"] == "hello child"


PROGRAM = dedent('''
    import sys
    from lexiconsole import Application, WorkflowModule, Provider, Module, workflow
    from lexiconsole.di.module import module
    from lexiconsole.app.runs import Runs

    @workflow
    async def slow(ctx):
        """Waits between two steps."""
        await ctx.step("one", lambda: 1)
        if len(sys.argv) > 1:
            await ctx.sleep("nap", 4e9)
        return 2

    class Starts(Provider):
        async def boot(self, container):
            runs = await container.resolve(Runs)
            await runs.start("slow", id="s")
            print("ready", flush=True)

    @module(imports=[WorkflowModule.configure(workflows=[slow])], providers=[Starts])
    class Main(Module): ...

    Application(modules=[Main]).run()
''')


@pytest.mark.crash
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_run_cleanly(tmp_path, number):
    file = tmp_path / "program.py"
    file.write_text(PROGRAM)
    root = Path(__file__).parents[2]
    with subprocess.Popen(
        [sys.executable, str(file)],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(root)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as child:
        assert child.stdout.readline() == "ready\n"
        child.send_signal(number)
        _, err = child.communicate(timeout=30)
    assert (child.returncode, err) == (0, "")


def test_run_in_another_thread_leaves_the_signals_alone():
    app = Application(modules=[WorkflowModule.stub()])
    thread = threading.Thread(target=app.run)
    thread.start()
    while app._stopping is None or app._loop is None:
        pass
    app.shut_down()
    thread.join(20)
    assert not thread.is_alive()


async def test_a_store_that_fails_while_an_event_is_made_costs_that_event_and_not_the_end(monkeypatch, caplog):
    asked, about = [], Hearing._about

    async def fails_once(self: Hearing, run_id: str) -> tuple[str, str]:
        asked.append(run_id)
        if len(asked) == 1:
            raise StoreError("disk I/O error")
        return await about(self, run_id)

    monkeypatch.setattr(Hearing, "_about", fails_once)
    heard: list[str] = []
    async with Application.boot([STUB]) as app:
        app.hooks.register("*", lambda event: heard.append(type(event).__name__))
        await app.runs.settle(await app.runs.start("greet", {"name": "Ann"}))
        await asyncio.wait_for(app.stop(), 60)
    assert heard[-1] == "WorkflowCompletedEvent" and "WorkflowStartedEvent" not in heard
    assert "disk I/O error" in caplog.text
