"""The documents' blocks, tables and diagrams on applications, modules, providers and configuration, as they stand with the
root renamed. What a block leaves undefined is supplied here; each is asserted on its effect.
"""

# The blocks stand here as they stand in the documents.
# fmt: off
from __future__ import annotations

import logging
import threading
from pathlib import Path
from typing import Any

import pytest

from lexiconsole import (
    AbstractSaga,
    Application,
    BulkOperation,
    BulkOperationConfig,
    FunctionStep,
    MemorySagaStore,
    Pipeline,
    Provider,
    SagaStep,
    StateMachine,
    Transition,
    WorkflowModule,
    WorkflowProvider,
)
from lexiconsole.app.config import Settings
from lexiconsole.app.database import SqliteDatabase
from lexiconsole.config import GraphConfig
from lexiconsole.contracts import (
    PipelineProtocol,
    SagaState,
    SagaStoreProtocol,
    StateMachineProtocol,
    StatePersistenceProtocol,
)
from lexiconsole.contracts.core.di import ContainerRegistrarProtocol
from lexiconsole.contracts.data import DatabaseProviderProtocol
from lexiconsole.contracts.infra.cache import CacheBackendProtocol
from lexiconsole.di.module import Module, module
from lexiconsole.errors import NotFoundError, RefusedError
from lexiconsole.state.persistence import DatabaseStatePersistence


@pytest.fixture(autouse=True)
def in_an_empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    for name in ("LEX_WORKFLOW__ENABLED", "LEX_WORKFLOW__BATCH_SIZE", "LEX_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    return tmp_path


def names(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir()]


# 0-workflows-and-sagas


async def test_configuring_the_module() -> None:
    app = Application(name="my-app")
    app.add_module(WorkflowModule.configure(
        config=BulkOperationConfig(batch_size=50, max_concurrency=10),
    ))
    await app.start()
    config = await app.container.resolve(BulkOperationConfig)
    assert (app.name, config.batch_size, config.max_concurrency) == ("my-app", 50, 10)
    assert BulkOperation(processor=str).config.batch_size == 50, "models without terms of their own go by it"
    await app.stop()
    assert BulkOperation(processor=str).config.batch_size == 10


APPLICATION_YAML = """
workflow:
  batch_size: 10
  max_concurrency: 5
  timeout: 300.0
  retry_attempts: 3
  pipeline_timeout: 600.0
  graph:
    enabled: true
    max_iterations: 25
    node_timeout: 120.0
    checkpoint_enabled: true
    parallel_branches: true
"""


async def test_the_configuration_file(tmp_path: Path) -> None:
    tmp_path.joinpath("application.yaml").write_text(APPLICATION_YAML)
    async with Application.boot(modules=[WorkflowModule.configure()]) as app:
        config, graph = await app.container.resolve(BulkOperationConfig), await app.container.resolve(GraphConfig)
        assert (config.batch_size, config.pipeline_timeout, graph.max_iterations) == (10, 600.0, 25)
        assert Pipeline().timeout == 600.0
    assert Pipeline().timeout == 300.0


async def test_pipeline_executes_steps() -> None:
    async with Application.boot(modules=[WorkflowModule.stub()]) as app:
        pipeline = Pipeline()
        pipeline.add_step(FunctionStep(name="step1", func=lambda ctx: "done"))
        result = await pipeline.execute({})
        assert result.is_ok()
    assert app.name
    assert str(result) == "done"


async def test_stub_uses_in_memory_stores_with_no_external_dependencies(tmp_path: Path) -> None:
    tmp_path.joinpath("application.yaml").write_text("nonsense: 1\n")
    async with Application.boot(modules=[WorkflowModule.stub()]) as app:
        store = await app.container.resolve(SagaStoreProtocol)
        database = await app.container.resolve(DatabaseProviderProtocol)
        assert await database.execute("CREATE TABLE t (x)") == 0
        assert await database.execute("INSERT INTO t VALUES (:x)", {"x": 1}) == 1
        assert await database.fetch_all("SELECT x FROM t") == [{"x": 1}]
        persistence = await app.container.resolve(StatePersistenceProtocol)
        assert isinstance(persistence, DatabaseStatePersistence)
        assert await persistence.load_state("none") is None
        assert isinstance(await app.container.resolve(CacheBackendProtocol), CacheBackendProtocol)
        saga = OrderSaga()
        assert (await saga.execute()).is_ok()
        assert await store.list(SagaState.COMPLETED) == [saga.get_id()]
    assert names(tmp_path) == ["application.yaml"]


class OrderSaga(AbstractSaga[str]):
    def __init__(self) -> None:
        super().__init__()
        self.add_step(SagaStep("reserve", self.reserve))

    async def reserve(self) -> str:
        return "R-1"


# 1-overview-and-configuration


@module(imports=[WorkflowModule.configure()])
class AppModule(Module):
    pass


def test_app_run() -> None:
    """`run()` goes on until it is told to stop; here by the first thing it hears, of a pipeline in another thread."""
    app = Application(modules=[AppModule])
    seen: list[BulkOperationConfig] = []

    class Stops(Provider):
        async def boot(self, container: Any) -> None:
            seen.append(await container.resolve(BulkOperationConfig))
            threading.Timer(0.01, app.shut_down).start()

    app.add_module(module(providers=[Stops])(type("More", (Module,), {})))
    app.run()
    assert seen == [Settings().workflow]


ZERO = [WorkflowModule.configure(), WorkflowModule]


@pytest.mark.parametrize("given", ZERO, ids=["configure()", "the class"])
async def test_zero_config_usage(given: Any) -> None:
    async with Application.boot(modules=[given]) as app:
        assert (await app.container.resolve(BulkOperationConfig)).model_dump(exclude={"graph"}) == BulkOperationConfig().model_dump()


TABLE = [
    ("batch_size", 10, "LEX_WORKFLOW__BATCH_SIZE", 11),
    ("max_concurrency", 5, "LEX_WORKFLOW__MAX_CONCURRENCY", 6),
    ("timeout", 300.0, "LEX_WORKFLOW__TIMEOUT", 1.5),
    ("retry_attempts", 3, "LEX_WORKFLOW__RETRY_ATTEMPTS", 4),
    ("retry_delay", 1.0, "LEX_WORKFLOW__RETRY_DELAY", 0.5),
    ("enable_progress_tracking", True, "LEX_WORKFLOW__ENABLE_PROGRESS_TRACKING", False),
    ("pipeline_timeout", 300.0, "LEX_WORKFLOW__PIPELINE_TIMEOUT", 2.5),
]


@pytest.mark.parametrize(("field", "default", "variable", "value"), TABLE)
async def test_the_table_of_fields(
    field: str, default: Any, variable: str, value: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert getattr(BulkOperationConfig(), field) == default
    monkeypatch.setenv(variable, str(value))
    async with Application.boot(modules=[WorkflowModule.configure()]) as app:
        assert getattr(await app.container.resolve(BulkOperationConfig), field) == value


async def test_profiles_and_environment_variables(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The environment wins over the profile, the profile over the file."""
    tmp_path.joinpath("application.yaml").write_text("workflow: {batch_size: 1, max_concurrency: 1, retry_attempts: 1}\n")
    tmp_path.joinpath("application.production.yaml").write_text("workflow: {batch_size: 2, max_concurrency: 2}\n")
    monkeypatch.setenv("LEX_PROFILE", "production")
    monkeypatch.setenv("LEX_WORKFLOW__BATCH_SIZE", "3")
    async with Application.boot(modules=[WorkflowModule.configure()]) as app:
        config = await app.container.resolve(BulkOperationConfig)
    assert (config.batch_size, config.max_concurrency, config.retry_attempts) == (3, 2, 1)


async def test_lex_workflow_enabled(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LEX_WORKFLOW__ENABLED", "true")
    async with Application.boot(modules=[WorkflowModule.configure()]):
        assert (await BulkOperation(processor=str).execute([1])).is_ok()
    monkeypatch.setenv("LEX_WORKFLOW__ENABLED", "false")
    async with Application.boot(modules=[WorkflowModule.configure()]):
        with pytest.raises(Exception, match="switched off"):
            await BulkOperation(processor=str).execute([1])
        with pytest.raises(RefusedError, match="switched off"):
            await Pipeline(steps=[FunctionStep("s", lambda: 1)]).execute()
    assert (await Pipeline(steps=[FunctionStep("s", lambda: 1)]).execute()).is_ok()


async def test_a_config_given_in_code_wins_over_the_file(tmp_path: Path) -> None:
    tmp_path.joinpath("application.yaml").write_text("workflow: {batch_size: 1}\n")
    config = BulkOperationConfig(batch_size=10, max_concurrency=5, retry_attempts=3)
    async with Application.boot(modules=[WorkflowModule.configure(config=config)]) as app:
        assert await app.container.resolve(BulkOperationConfig) is config


# 2-how-to


async def test_wiring_persistence_in_a_provider_of_ones_own() -> None:
    from lexiconsole.state.persistence import DatabaseStatePersistence

    # Wire persistence in your provider
    class MyProvider(Provider):
        async def register(self, container: ContainerRegistrarProtocol) -> None:
            from lexiconsole.contracts.data import DatabaseProviderProtocol
            db = await container.resolve(DatabaseProviderProtocol)
            persistence = DatabaseStatePersistence(
                provider=db,
                table_name="my_state_transitions",
            )
            container.singleton(StatePersistenceProtocol, lambda: persistence)

    class Light(StateMachine):
        states = ("off", "on")
        transitions = (Transition("switch", "off", "on"), Transition("switch", "on", "off"))

    @module(imports=[WorkflowModule.stub()], providers=[MyProvider])
    class Mine(Module): ...

    async with Application.boot(modules=[Mine]) as app:
        persistence = await app.container.resolve(StatePersistenceProtocol)
        light = Light(machine_id="hall", persistence=persistence)
        assert await light.transition("switch") == "on"
        db = await app.container.resolve(DatabaseProviderProtocol)
        (row,) = await db.fetch_all("SELECT * FROM my_state_transitions")
        assert (row["machine_id"], row["from_state"], row["to_state"]) == ("hall", "off", "on")
        assert await Light(machine_id="hall", persistence=persistence).recover() == "on"


# 3-architecture: the diagram of the provider


class Machine:
    current_state = "new"

    def can_transition(self, event: str) -> bool:
        return False

    async def transition(self, event: str) -> str:
        return event


async def test_the_sequence_diagram_of_the_provider(caplog: pytest.LogCaptureFixture, capfd: Any) -> None:
    calls: list[tuple[str, Any, Any]] = []

    class Registrar:
        def __init__(self) -> None:
            self.known: dict[Any, Any] = {}

        def singleton(self, interface: Any, factory: Any) -> None:
            calls.append(("singleton", interface, factory))
            self.known[interface] = factory() if callable(factory) else factory

        instance = singleton

        async def resolve(self, interface: Any) -> Any:
            calls.append(("resolve", interface, None))
            return self.known[interface]

    config, store, machine, database = BulkOperationConfig(), MemorySagaStore(), Machine(), SqliteDatabase()
    plain = WorkflowProvider(config)
    await plain.register(Registrar())  # type: ignore[arg-type]
    assert [call[1] for call in calls] == [PipelineProtocol, BulkOperationConfig, GraphConfig]
    calls.clear()
    provider = WorkflowProvider(config, store, state_machine=machine, database_provider=database)
    registrar: Any = Registrar()
    await provider.register(registrar)
    assert [call[:2] for call in calls] == [
        ("singleton", PipelineProtocol),
        ("singleton", BulkOperationConfig),
        ("singleton", GraphConfig),
        ("singleton", StateMachineProtocol),
        ("singleton", StatePersistenceProtocol),
        ("singleton", SagaStoreProtocol),
    ]
    known = registrar.known
    assert isinstance(known[PipelineProtocol], Pipeline)
    assert known[BulkOperationConfig] is config and known[StateMachineProtocol] is machine
    assert isinstance(known[StatePersistenceProtocol], DatabaseStatePersistence)
    assert known[SagaStoreProtocol] is store
    calls.clear()
    with caplog.at_level(logging.INFO, "lexiconsole.app"):
        await provider.boot(registrar)
    assert calls[0][:2] == ("resolve", BulkOperationConfig)
    assert "batch_size=10" in caplog.text
    await provider.shutdown(registrar)
    assert capfd.readouterr() == ("", "")


async def test_all_registrations_use_singleton_scope() -> None:
    async with Application.boot(modules=[WorkflowModule.stub()]) as app:
        for interface in (PipelineProtocol, BulkOperationConfig, GraphConfig, SagaStoreProtocol, StatePersistenceProtocol):
            assert await app.container.resolve(interface) is await app.container.resolve(interface)


async def test_what_was_not_provided_is_not_registered() -> None:
    async with Application.boot(modules=[WorkflowModule.configure()]) as app:
        for interface in (StateMachineProtocol, StatePersistenceProtocol, SagaStoreProtocol):
            with pytest.raises(NotFoundError):
                await app.container.resolve(interface)


def test_priority_and_config_key() -> None:
    from lexiconsole import Priority

    assert Priority.INFRASTRUCTURE < WorkflowProvider.priority == Priority.DOMAIN < Priority.APPLICATION
    assert WorkflowProvider.config_key == "workflow"


# 4-sagas


async def test_durable_execution_with_a_saga_store_from_the_module() -> None:
    app, my_durable_store = Application(), MemorySagaStore()
    module = WorkflowModule.configure(
        saga_store=my_durable_store, # implements SagaStoreProtocol
    )
    app.add_module(module)
    await app.start()
    saga = OrderSaga()
    assert (await saga.execute()).is_ok()
    await app.stop()
    assert await my_durable_store.list(SagaState.COMPLETED) == [saga.get_id()]
    other = OrderSaga()
    await other.execute()
    assert await my_durable_store.load(other.get_id()) is None, "without the application, sagas live in memory"
