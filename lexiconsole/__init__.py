"""Durable workflows in plain Python, in one process, on one SQLite file.

Names are imported when they are first used, so that `import lexiconsole` and `lexiconsole --help` stay quick.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from lexiconsole.late import late

__version__ = "0.1.0"

if TYPE_CHECKING:
    from lexiconsole.app.application import Application
    from lexiconsole.app.cache import MemoryCache
    from lexiconsole.app.module import Module, Priority, Provider
    from lexiconsole.app.node_types import node_type, node_types
    from lexiconsole.app.workflow_module import WorkflowModule
    from lexiconsole.app.workflow_provider import WorkflowProvider
    from lexiconsole.approval import (
        Approval,
        ApprovalChain,
        ApprovalDecision,
        ApprovalError,
        ApprovalLevel,
        ApprovalPolicy,
        ApprovalStep,
        RejectedError,
    )
    from lexiconsole.bulk import (
        Batch,
        BatchResult,
        BulkError,
        BulkOperation,
        BulkOperationCancelledError,
        BulkOperationConfig,
        BulkOperationMetrics,
        BulkResult,
        ItemFailure,
        bulk_filter,
        bulk_map,
        bulk_reduce,
    )
    from lexiconsole.contracts import (
        SagaState,
        SagaStep,
        SagaStepError,
        SagaStoreProtocol,
        StateConcurrencyError,
        StateTransitionRecord,
    )
    from lexiconsole.contracts.events import (
        CompensationCompletedEvent,
        CompensationFailedEvent,
        CompensationStartedEvent,
        EventBusProtocol,
        HookRegistryProtocol,
        QuestionAnsweredEvent,
        QuestionAskedEvent,
        StateTransitionedEvent,
        StepCompletedEvent,
        StepEvent,
        StepFailedEvent,
        StepStartedEvent,
        WorkflowCancelledEvent,
        WorkflowCompensatedEvent,
        WorkflowCompletedEvent,
        WorkflowEvent,
        WorkflowFailedEvent,
        WorkflowStartedEvent,
    )
    from lexiconsole.durable.context import Context, Durable, Progress, RunInfo
    from lexiconsole.durable.definition import Definition, Model
    from lexiconsole.durable.memory import memory_context, run_in_memory
    from lexiconsole.durable.migration import Migration
    from lexiconsole.durable.outline import Outline
    from lexiconsole.durable.policy import Backoff, OnUnknown, StepPolicy, StepRole
    from lexiconsole.durable.question import OnDue, Question, QuestionKind
    from lexiconsole.durable.step import StepInfo, current_step
    from lexiconsole.errors import (
        DefinitionError,
        HumanInputRequiredError,
        InvalidInputError,
        LexiconsoleError,
        RunCancelled,
        SagaVersionMismatchError,
        StepError,
        UnknownOutcomeError,
        WorkflowVersionMismatchError,
    )
    from lexiconsole.flow import execute, workflow
    from lexiconsole.graph import (
        AbstractWorkflowNode,
        AgentNode,
        ApprovalNode,
        FunctionNode,
        GateNode,
        GraphConfig,
        GraphError,
        GraphResult,
        HumanNode,
        LLMNode,
        NodeType,
        OpenAIChat,
        PydanticAgent,
        StateConflictError,
        SubworkflowNode,
        ToolNode,
        WorkflowBuilder,
        WorkflowCheckpoint,
        WorkflowDefinition,
        WorkflowEdge,
        WorkflowEngine,
        WorkflowGraph,
        WorkflowInstance,
        WorkflowRunner,
        WorkflowState,
        configured_chat,
        use_graph_config,
    )
    from lexiconsole.pipeline import (
        ConditionalStep,
        FunctionStep,
        ParallelStep,
        Pipeline,
        PipelineContext,
        PipelineError,
        PipelineStep,
        TransformPipe,
        conditional,
        parallel,
        step,
    )
    from lexiconsole.result import Err, Ok, Result, UnwrapError
    from lexiconsole.saga import AbstractSaga, MemorySagaStore, SagaContext, SagaError, saga_step, use_saga_store
    from lexiconsole.state import (
        Change,
        DatabaseStatePersistence,
        MemoryStatePersistence,
        State,
        StateMachine,
        Transition,
        TransitionRefusedError,
    )
    from lexiconsole.types import ModelKind, RunStatus

_HOMES = {
    "lexiconsole.approval": "Approval ApprovalChain ApprovalDecision ApprovalError ApprovalLevel ApprovalPolicy ApprovalStep RejectedError",
    "lexiconsole.app.application": "Application",
    "lexiconsole.app.cache": "MemoryCache",
    "lexiconsole.app.node_types": "node_type node_types",
    "lexiconsole.app.module": "Module Priority Provider",
    "lexiconsole.app.workflow_module": "WorkflowModule",
    "lexiconsole.app.workflow_provider": "WorkflowProvider",
    "lexiconsole.bulk": (
        "Batch BatchResult BulkError BulkOperation BulkOperationCancelledError BulkOperationConfig BulkOperationMetrics "
        "BulkResult ItemFailure bulk_filter bulk_map bulk_reduce"
    ),
    "lexiconsole.contracts": (
        "SagaState SagaStep SagaStepError SagaStoreProtocol StateConcurrencyError StateTransitionRecord"
    ),
    "lexiconsole.contracts.events": (
        "CompensationCompletedEvent CompensationFailedEvent CompensationStartedEvent EventBusProtocol "
        "HookRegistryProtocol QuestionAnsweredEvent QuestionAskedEvent StateTransitionedEvent "
        "StepCompletedEvent StepEvent StepFailedEvent StepStartedEvent WorkflowCancelledEvent "
        "WorkflowCompensatedEvent WorkflowCompletedEvent WorkflowEvent WorkflowFailedEvent "
        "WorkflowStartedEvent"
    ),
    "lexiconsole.durable.context": "Context Durable Progress RunInfo",
    "lexiconsole.durable.definition": "Definition Model",
    "lexiconsole.durable.memory": "memory_context run_in_memory",
    "lexiconsole.durable.outline": "Outline",
    "lexiconsole.durable.migration": "Migration",
    "lexiconsole.durable.policy": "Backoff OnUnknown StepPolicy StepRole",
    "lexiconsole.durable.question": "OnDue Question QuestionKind",
    "lexiconsole.durable.step": "StepInfo current_step",
    "lexiconsole.errors": (
        "DefinitionError HumanInputRequiredError InvalidInputError LexiconsoleError RunCancelled SagaVersionMismatchError "
        "StepError UnknownOutcomeError WorkflowVersionMismatchError"
    ),
    "lexiconsole.flow": "execute workflow",
    "lexiconsole.graph": (
        "AbstractWorkflowNode AgentNode ApprovalNode FunctionNode GateNode GraphConfig GraphError GraphResult "
        "HumanNode LLMNode NodeType OpenAIChat PydanticAgent StateConflictError SubworkflowNode ToolNode "
        "WorkflowBuilder WorkflowCheckpoint WorkflowDefinition WorkflowEdge WorkflowEngine WorkflowGraph "
        "WorkflowInstance WorkflowRunner WorkflowState configured_chat use_graph_config"
    ),
    "lexiconsole.pipeline": (
        "ConditionalStep FunctionStep ParallelStep Pipeline PipelineContext PipelineError PipelineStep TransformPipe "
        "conditional parallel step"
    ),
    "lexiconsole.result": "Err Ok Result UnwrapError",
    "lexiconsole.saga": "AbstractSaga MemorySagaStore SagaContext SagaError saga_step use_saga_store",
    "lexiconsole.state": "Change DatabaseStatePersistence MemoryStatePersistence State StateMachine Transition TransitionRefusedError",
    "lexiconsole.types": "ModelKind RunStatus",
}

__all__ = [
    "AbstractSaga",
    "AbstractWorkflowNode",
    "AgentNode",
    "Application",
    "Approval",
    "ApprovalChain",
    "ApprovalDecision",
    "ApprovalError",
    "ApprovalLevel",
    "ApprovalNode",
    "ApprovalPolicy",
    "ApprovalStep",
    "Backoff",
    "Batch",
    "BatchResult",
    "BulkError",
    "BulkOperation",
    "BulkOperationCancelledError",
    "BulkOperationConfig",
    "BulkOperationMetrics",
    "BulkResult",
    "Change",
    "CompensationCompletedEvent",
    "CompensationFailedEvent",
    "CompensationStartedEvent",
    "ConditionalStep",
    "Context",
    "DatabaseStatePersistence",
    "Definition",
    "DefinitionError",
    "Durable",
    "Err",
    "EventBusProtocol",
    "FunctionNode",
    "FunctionStep",
    "GateNode",
    "GraphConfig",
    "GraphError",
    "GraphResult",
    "HookRegistryProtocol",
    "HumanInputRequiredError",
    "HumanNode",
    "InvalidInputError",
    "ItemFailure",
    "LLMNode",
    "LexiconsoleError",
    "MemoryCache",
    "MemorySagaStore",
    "MemoryStatePersistence",
    "Migration",
    "Model",
    "ModelKind",
    "Module",
    "NodeType",
    "Ok",
    "OnDue",
    "OnUnknown",
    "OpenAIChat",
    "Outline",
    "ParallelStep",
    "Pipeline",
    "PipelineContext",
    "PipelineError",
    "PipelineStep",
    "Priority",
    "Progress",
    "Provider",
    "PydanticAgent",
    "Question",
    "QuestionAnsweredEvent",
    "QuestionAskedEvent",
    "QuestionKind",
    "RejectedError",
    "Result",
    "RunCancelled",
    "RunInfo",
    "RunStatus",
    "SagaContext",
    "SagaError",
    "SagaState",
    "SagaStep",
    "SagaStepError",
    "SagaStoreProtocol",
    "SagaVersionMismatchError",
    "State",
    "StateConcurrencyError",
    "StateConflictError",
    "StateMachine",
    "StateTransitionRecord",
    "StateTransitionedEvent",
    "StepCompletedEvent",
    "StepError",
    "StepEvent",
    "StepFailedEvent",
    "StepInfo",
    "StepPolicy",
    "StepRole",
    "StepStartedEvent",
    "SubworkflowNode",
    "ToolNode",
    "TransformPipe",
    "Transition",
    "TransitionRefusedError",
    "UnknownOutcomeError",
    "UnwrapError",
    "WorkflowBuilder",
    "WorkflowCancelledEvent",
    "WorkflowCheckpoint",
    "WorkflowCompensatedEvent",
    "WorkflowCompletedEvent",
    "WorkflowDefinition",
    "WorkflowEdge",
    "WorkflowEngine",
    "WorkflowEvent",
    "WorkflowFailedEvent",
    "WorkflowGraph",
    "WorkflowInstance",
    "WorkflowModule",
    "WorkflowProvider",
    "WorkflowRunner",
    "WorkflowStartedEvent",
    "WorkflowState",
    "WorkflowVersionMismatchError",
    "__version__",
    "bulk_filter",
    "bulk_map",
    "bulk_reduce",
    "conditional",
    "configured_chat",
    "current_step",
    "execute",
    "memory_context",
    "node_type",
    "node_types",
    "parallel",
    "run_in_memory",
    "saga_step",
    "step",
    "use_graph_config",
    "use_saga_store",
    "workflow",
]


__getattr__ = late(__name__, _HOMES)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
