"""StubProvider: the infrastructure of an application under test, all of it in memory."""

from __future__ import annotations

from typing import ClassVar

from lexiconsole.app.cache import MemoryCache
from lexiconsole.app.container import Container
from lexiconsole.app.database import SqliteDatabase
from lexiconsole.app.module import Priority, Provider
from lexiconsole.app.workflow_provider import WorkflowProvider
from lexiconsole.bulk.config import BulkOperationConfig
from lexiconsole.contracts.data import DatabaseProviderProtocol
from lexiconsole.durable.journal import Journal
from lexiconsole.graph.config import GraphConfig
from lexiconsole.saga.store import MemorySagaStore
from lexiconsole.store import MemoryJournal

__all__ = ["StubProvider"]


class StubProvider(Provider):
    """A journal and a database that live as long as the application, and the terms of a WorkflowProvider on them."""

    priority: ClassVar[int] = Priority.INFRASTRUCTURE

    def __init__(self) -> None:
        self.database = SqliteDatabase()

    def workflows(self) -> WorkflowProvider:
        return WorkflowProvider(
            BulkOperationConfig(),
            MemorySagaStore(),
            graph=GraphConfig(),
            database_provider=self.database,
            checkpoint_store=MemoryCache(),
        )

    async def register(self, container: Container) -> None:
        container.singleton(Journal, MemoryJournal)
        container.instance(DatabaseProviderProtocol, self.database)

    async def shutdown(self, container: Container) -> None:
        await self.database.close()
