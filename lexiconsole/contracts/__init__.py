"""The words and protocols that definitions, services and other packages agree on."""

from lexiconsole.contracts.approval import ApprovalProtocol
from lexiconsole.contracts.bulk import BulkProcessorProtocol
from lexiconsole.contracts.graph import ExecutionProtocol, WorkflowGraphProtocol, WorkflowNodeProtocol
from lexiconsole.contracts.model import (
    AgentProtocol,
    ChatCompletionProtocol,
    ChatMessage,
    ChatReply,
    ToolProtocol,
)
from lexiconsole.contracts.pipeline import PipelineContextProtocol, PipelineProtocol, PipelineStepProtocol
from lexiconsole.contracts.saga import SagaProtocol, SagaState, SagaStep, SagaStepError, SagaStoreProtocol
from lexiconsole.contracts.state import (
    StateConcurrencyError,
    StateMachineProtocol,
    StatePersistenceProtocol,
    StateTransitionRecord,
)

__all__ = [
    "AgentProtocol",
    "ApprovalProtocol",
    "BulkProcessorProtocol",
    "ChatCompletionProtocol",
    "ChatMessage",
    "ChatReply",
    "ExecutionProtocol",
    "PipelineContextProtocol",
    "PipelineProtocol",
    "PipelineStepProtocol",
    "SagaProtocol",
    "SagaState",
    "SagaStep",
    "SagaStepError",
    "SagaStoreProtocol",
    "StateConcurrencyError",
    "StateMachineProtocol",
    "StatePersistenceProtocol",
    "StateTransitionRecord",
    "ToolProtocol",
    "WorkflowGraphProtocol",
    "WorkflowNodeProtocol",
]
