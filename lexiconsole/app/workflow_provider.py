"""WorkflowProvider: registers the words of workflows with the container."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import ClassVar

from lexiconsole.app.config import Settings
from lexiconsole.app.container import Container
from lexiconsole.app.defaults import install_defaults
from lexiconsole.app.module import Priority, Provider
from lexiconsole.app.sections import WorkflowSettings
from lexiconsole.app.telling import log
from lexiconsole.bulk.config import BulkOperationConfig
from lexiconsole.contracts.data import DatabaseProviderProtocol
from lexiconsole.contracts.infra.cache import CacheBackendProtocol
from lexiconsole.contracts.pipeline import PipelineProtocol
from lexiconsole.contracts.saga import SagaStoreProtocol
from lexiconsole.contracts.state import StateMachineProtocol, StatePersistenceProtocol
from lexiconsole.graph.config import GraphConfig
from lexiconsole.pipeline import Pipeline
from lexiconsole.saga.store import install_saga_store

__all__ = ["WorkflowProvider"]


class WorkflowProvider(Provider):
    """Without a `config`, the `workflow:` section of the application's settings holds."""

    priority: ClassVar[int] = Priority.DOMAIN
    config_key: ClassVar[str] = "workflow"

    def __init__(
        self,
        config: BulkOperationConfig | None = None,
        saga_store: SagaStoreProtocol | None = None,
        *,
        graph: GraphConfig | None = None,
        state_machine: StateMachineProtocol | None = None,
        database_provider: DatabaseProviderProtocol | None = None,
        checkpoint_store: CacheBackendProtocol | None = None,
        table_name: str = "state_transitions",
    ) -> None:
        self.config, self.graph, self.saga_store = config, graph, saga_store
        self.state_machine, self.database_provider = state_machine, database_provider
        self.checkpoint_store, self.table_name = checkpoint_store, table_name
        self._uninstall: list[Callable[[], None]] = []

    async def register(self, container: Container) -> None:
        """Everything as a singleton; what was not given is not registered."""
        config = self.config if self.config is not None else (await container.resolve(Settings)).workflow
        graph = self.graph or (config.graph if isinstance(config, WorkflowSettings) else GraphConfig())
        container.singleton(PipelineProtocol, partial(Pipeline, timeout=config.pipeline_timeout))
        container.instance(BulkOperationConfig, config)
        container.instance(GraphConfig, graph)
        if self.state_machine is not None:
            container.instance(StateMachineProtocol, self.state_machine)
        if self.database_provider is not None:
            container.singleton(
                StatePersistenceProtocol, partial(_persistence, self.database_provider, self.table_name)
            )
        if self.saga_store is not None:
            container.instance(SagaStoreProtocol, self.saga_store)
        if self.checkpoint_store is not None:
            container.instance(CacheBackendProtocol, self.checkpoint_store)

    async def boot(self, container: Container) -> None:
        """Logs what holds (logger `lexiconsole.app`, at level INFO) and lets models and sagas of the process go by it."""
        config = await container.resolve(BulkOperationConfig)
        graph = await container.resolve(GraphConfig)
        stores = ", ".join(name for name, given in self._stores().items() if given) or "in memory only"
        log.info("workflows: %s; graph: %s; stores: %s", _shown(config), _shown(graph), stores)
        self._uninstall = [install_defaults(config, graph)]
        if self.saga_store is not None:
            self._uninstall.append(install_saga_store(self.saga_store))

    async def shutdown(self, container: Container) -> None:
        """Sagas and models go by what held before."""
        while self._uninstall:
            self._uninstall.pop()()

    def _stores(self) -> dict[str, bool]:
        return {
            "sagas": self.saga_store is not None,
            "states": self.database_provider is not None,
            "checkpoints": self.checkpoint_store is not None,
        }


def _shown(config: BulkOperationConfig | GraphConfig) -> str:
    return " ".join(f"{name}={value}" for name, value in config.model_dump(exclude={"graph"}).items())


def _persistence(database: DatabaseProviderProtocol, table_name: str) -> StatePersistenceProtocol:
    from lexiconsole.state.persistence import DatabaseStatePersistence

    return DatabaseStatePersistence(provider=database, table_name=table_name)
