"""The table "Where the reference documents disagree" of the design: its topics, and which test asserts which."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

F = TypeVar("F", bound=Callable[..., object])

TOPICS = """
import paths
what counts
`Pipeline()` / `Pipeline("name", steps=[…])`
step returns `Result`, or a plain value
step argument `ctx.metadata.get`, `ctx["fetch"]`, `ctx.get("is_premium")`
`execute()`, `execute({})`, `execute(context)`
`print(result)` shows the last step's value
`@step(name=)` / `step(name, func)`, same for `conditional`, `parallel`
conditions return bool or `Result[bool]`, sync or async
registration order or topological order
`cleanup()`
saga without `get_id` / `is_completed`
`was_compensated()`
`SagaStep` defaults
two meanings of `idempotent`
`retry_attempts` (bulk), `@workflow(retries=)`
saga rebuilt after a crash
saga that failed and was undone
action raises instead of returning `Err`
compensation fails
`SagaStoreProtocol`
`SagaVersionMismatchError` / `WorkflowVersionMismatchError`
`WorkflowBuilder()`; `add_node("start", entry_point=True)`, `add_node(instance)`, `add_node("n", handler)`
`add_gate(name, condition=…)` followed by two `add_edge`
no `set_entry` / `set_terminal`
`set_terminal("notify")` for a node that does not exist
`build()`, `WorkflowEngine(builder.build())`, `WorkflowEngine(workflow=…, …)`
`execute(state)` / `execute("validate", initial_state=…)`
graph failure
human node
`resume(checkpoint, {...})`
`NodeType`
node as class attributes, or constructor
`WorkflowEdge(is_active=…)`
parallel branches
`max_iterations`
`HumanNode(input_key=, output_key=)`
failing LLM, agent, tool, sub-workflow node
`BulkOperation.execute`
processor per row or per batch
`cancel()`
`pipeline_timeout` default
`Application(name=…)`+`add_module`, `Application(modules=[…])`, `app.run()`, `Application.boot(modules=[…])`
`WorkflowModule.stub()`
`configure(config, saga_store, …)`
state machine hooks: on `State`/`Transition`, or methods `on_enter_*`, `on_exit_*`, `on_transition`, `async def can_confirm(self)`
optimistic locking
`can_transition(event)` is called without await
events trigger workflows (first diagram)
CLI contributions
events and hooks
`@workflow(name, timeout, retries)`, `@saga_step`
protocols table
""".strip().splitlines()

asserted: dict[str, list[str]] = {}


def row(topic: str) -> Callable[[F], F]:
    """Marks the test of one row; a topic that the table does not have is a fault of the test."""
    assert topic in TOPICS, topic

    def mark(test: F) -> F:
        asserted.setdefault(topic, []).append(test.__name__)
        return test

    return mark
