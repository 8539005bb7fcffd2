"""WorkflowModule: workflows as a module of an application, with stores of yours or, for tests, all of them in memory."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Self

from lexiconsole.app.module import Module
from lexiconsole.app.stub import StubProvider
from lexiconsole.app.workflow_provider import WorkflowProvider
from lexiconsole.bulk.config import BulkOperationConfig
from lexiconsole.contracts.data import DatabaseProviderProtocol
from lexiconsole.contracts.infra.cache import CacheBackendProtocol
from lexiconsole.contracts.saga import SagaStoreProtocol
from lexiconsole.contracts.state import StateMachineProtocol
from lexiconsole.graph.config import GraphConfig

__all__ = ["WorkflowModule"]


class WorkflowModule(Module):
    """Made by `configure` or `stub`; the class alone stands for `configure()`."""

    def __init__(self) -> None:
        self.providers = (WorkflowProvider(),)

    @classmethod
    def configure(
        cls,
        config: BulkOperationConfig | None = None,
        saga_store: SagaStoreProtocol | None = None,
        *,
        graph: GraphConfig | None = None,
        state_machine: StateMachineProtocol | None = None,
        database_provider: DatabaseProviderProtocol | None = None,
        checkpoint_store: CacheBackendProtocol | None = None,
        workflows: Iterable[Any] = (),
    ) -> Self:
        """What is not given is not registered; `config` and `graph` come from the `workflow:` section then.

        With a `saga_store`, every `saga.execute()` of the process saves to it while the application runs. `workflows` can
        be started by name, beside those of the workspace.
        """
        made = cls()
        made.providers = (
            WorkflowProvider(
                config,
                saga_store,
                graph=graph,
                state_machine=state_machine,
                database_provider=database_provider,
                checkpoint_store=checkpoint_store,
            ),
        )
        made.workflows = tuple(workflows)
        return made

    @classmethod
    def stub(cls, *, workflows: Iterable[Any] = ()) -> Self:
        """Defaults, and every store in memory: nothing is read from files or the environment, nothing is written."""
        made = cls()
        stores = StubProvider()
        made.providers = (stores, stores.workflows())
        made.workflows = tuple(workflows)
        return made
