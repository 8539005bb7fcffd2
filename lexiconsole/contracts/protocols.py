"""The path under which the reference documents import the protocols; they live beside the models' words."""

from lexiconsole.contracts import (
    ApprovalProtocol,
    BulkProcessorProtocol,
    ExecutionProtocol,
    PipelineContextProtocol,
    PipelineProtocol,
    PipelineStepProtocol,
    SagaProtocol,
    SagaState,
    SagaStoreProtocol,
    StateMachineProtocol,
    StatePersistenceProtocol,
    WorkflowGraphProtocol,
    WorkflowNodeProtocol,
)

__all__ = [
    "ApprovalProtocol",
    "BulkProcessorProtocol",
    "ExecutionProtocol",
    "PipelineContextProtocol",
    "PipelineProtocol",
    "PipelineStepProtocol",
    "SagaProtocol",
    "SagaState",
    "SagaStoreProtocol",
    "StateMachineProtocol",
    "StatePersistenceProtocol",
    "WorkflowGraphProtocol",
    "WorkflowNodeProtocol",
]
