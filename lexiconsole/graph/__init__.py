"""Graphs: nodes and edges with gates, loops, parallel branches, people, tools, models and sub-workflows."""

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
