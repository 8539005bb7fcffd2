"""Graphs: nodes and edges with gates, loops, parallel branches, people, tools, models and sub-workflows.

Names are imported when they are first used: settings and screens need a few of these modules, not all.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from lexiconsole.graph.approval import ApprovalNode
    from lexiconsole.graph.builder import WorkflowBuilder
    from lexiconsole.graph.checkpoint import WorkflowCheckpoint
    from lexiconsole.graph.config import GraphConfig
    from lexiconsole.graph.definition import WorkflowDefinition, WorkflowInstance
    from lexiconsole.graph.edge import WorkflowEdge
    from lexiconsole.graph.engine import WorkflowEngine
    from lexiconsole.graph.error import GraphError
    from lexiconsole.graph.gate import GateNode
    from lexiconsole.graph.graph import WorkflowGraph
    from lexiconsole.graph.handing import AgentNode, ToolNode
    from lexiconsole.graph.human import HumanNode
    from lexiconsole.graph.joining import StateConflictError
    from lexiconsole.graph.llm import LLMNode, ModelError
    from lexiconsole.graph.node import AbstractWorkflowNode, FunctionNode, NodeType
    from lexiconsole.graph.openai_chat import OpenAIChat, configured_chat
    from lexiconsole.graph.pydantic_agent import PydanticAgent
    from lexiconsole.graph.result import GraphResult
    from lexiconsole.graph.runner import WorkflowRunner
    from lexiconsole.graph.settings import use_graph_config
    from lexiconsole.graph.state import WorkflowState
    from lexiconsole.graph.subworkflow import SubworkflowNode

__all__ = [
    "AbstractWorkflowNode",
    "AgentNode",
    "ApprovalNode",
    "FunctionNode",
    "GateNode",
    "GraphConfig",
    "GraphError",
    "GraphResult",
    "HumanNode",
    "LLMNode",
    "ModelError",
    "NodeType",
    "OpenAIChat",
    "PydanticAgent",
    "StateConflictError",
    "SubworkflowNode",
    "ToolNode",
    "WorkflowBuilder",
    "WorkflowCheckpoint",
    "WorkflowDefinition",
    "WorkflowEdge",
    "WorkflowEngine",
    "WorkflowGraph",
    "WorkflowInstance",
    "WorkflowRunner",
    "WorkflowState",
    "configured_chat",
    "use_graph_config",
]

_HOMES = {
    "ApprovalNode": "lexiconsole.graph.approval",
    "WorkflowBuilder": "lexiconsole.graph.builder",
    "WorkflowCheckpoint": "lexiconsole.graph.checkpoint",
    "GraphConfig": "lexiconsole.graph.config",
    "WorkflowDefinition": "lexiconsole.graph.definition",
    "WorkflowInstance": "lexiconsole.graph.definition",
    "WorkflowEdge": "lexiconsole.graph.edge",
    "WorkflowEngine": "lexiconsole.graph.engine",
    "GraphError": "lexiconsole.graph.error",
    "GateNode": "lexiconsole.graph.gate",
    "WorkflowGraph": "lexiconsole.graph.graph",
    "AgentNode": "lexiconsole.graph.handing",
    "ToolNode": "lexiconsole.graph.handing",
    "HumanNode": "lexiconsole.graph.human",
    "StateConflictError": "lexiconsole.graph.joining",
    "LLMNode": "lexiconsole.graph.llm",
    "ModelError": "lexiconsole.graph.llm",
    "AbstractWorkflowNode": "lexiconsole.graph.node",
    "FunctionNode": "lexiconsole.graph.node",
    "NodeType": "lexiconsole.graph.node",
    "OpenAIChat": "lexiconsole.graph.openai_chat",
    "configured_chat": "lexiconsole.graph.openai_chat",
    "PydanticAgent": "lexiconsole.graph.pydantic_agent",
    "GraphResult": "lexiconsole.graph.result",
    "WorkflowRunner": "lexiconsole.graph.runner",
    "use_graph_config": "lexiconsole.graph.settings",
    "WorkflowState": "lexiconsole.graph.state",
    "SubworkflowNode": "lexiconsole.graph.subworkflow",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = globals()[name] = getattr(import_module(_HOMES[name]), name)
    return value
