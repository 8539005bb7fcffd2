"""Every path that the documents import from exists, with the root renamed, and gives the very same objects as the root."""

from __future__ import annotations

import importlib
import subprocess
import sys
from pathlib import Path

import pytest

PATHS = {
    "lexiconsole": (
        "AbstractSaga Application BulkOperation BulkOperationConfig ConditionalStep FunctionStep ParallelStep Pipeline "
        "PipelineContext SagaStep WorkflowBuilder WorkflowEngine WorkflowModule conditional saga_step step workflow"
    ),
    "lexiconsole.config": "BulkOperationConfig GraphConfig",
    "lexiconsole.contracts": (
        "ApprovalProtocol BulkProcessorProtocol ExecutionProtocol PipelineContextProtocol PipelineProtocol "
        "PipelineStepProtocol SagaProtocol SagaState SagaStep SagaStepError SagaStoreProtocol StateMachineProtocol "
        "StatePersistenceProtocol StateTransitionRecord WorkflowGraphProtocol WorkflowNodeProtocol"
    ),
    "lexiconsole.contracts.core.di": "ContainerRegistrarProtocol",
    "lexiconsole.contracts.data": "DatabaseProviderProtocol",
    "lexiconsole.contracts.infra.cache": "CacheBackendProtocol",
    "lexiconsole.contracts.infra.resilience": "CircuitBreakerProtocol",
    "lexiconsole.contracts.protocols": "SagaState SagaStoreProtocol StateMachineProtocol",
    "lexiconsole.di.module": "Module module",
    "lexiconsole.graph.node": "AbstractWorkflowNode NodeType",
    "lexiconsole.result": "Err Ok Result",
    "lexiconsole.saga.base": "AbstractSaga",
    "lexiconsole.state": "StateMachine",
    "lexiconsole.state.persistence": "DatabaseStatePersistence",
    "lexiconsole.types": "SagaStep",
}
"""What the documents' import statements and tables name, by module."""

FILES = ["module.py", "di/provider.py", "config.py", "state", "saga", "pipeline", "approval"]
"""The table of files, relative to the package."""


@pytest.mark.parametrize("path", PATHS)
def test_what_the_documents_import_is_there(path):
    module = importlib.import_module(path)
    root = importlib.import_module("lexiconsole")
    for name in PATHS[path].split():
        found = getattr(module, name)
        if name in root.__all__:
            assert found is getattr(root, name), f"{path}.{name} is another object than lexiconsole.{name}"


def test_the_root_s_names_are_not_hidden_by_modules_of_the_same_name():
    """Importing `lexiconsole.module` puts that module where a root name `module` would be."""
    root = importlib.import_module("lexiconsole")
    files = {path.stem for path in Path(str(root.__file__)).parent.iterdir()}
    assert not files & set(root.__all__)


@pytest.mark.parametrize("path", PATHS)
def test_each_path_can_be_the_first_import_of_a_program(path):
    """No path works only because another was imported before."""
    code = f"from {path} import {', '.join(PATHS[path].split())}"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.stderr == ""


@pytest.mark.parametrize("file", FILES)
def test_the_table_of_files(file):
    assert Path(importlib.import_module("lexiconsole").__file__).parent.joinpath(file).exists()


def test_what_the_table_of_files_says_they_contain():
    from lexiconsole.config import BulkOperationConfig, GraphConfig
    from lexiconsole.di.provider import WorkflowProvider
    from lexiconsole.module import WorkflowModule

    assert callable(WorkflowModule.configure)
    assert callable(WorkflowModule.stub)
    assert {"register", "boot"} <= set(dir(WorkflowProvider))
    assert {BulkOperationConfig.__name__, GraphConfig.__name__} == {"BulkOperationConfig", "GraphConfig"}


def test_events_and_hooks_have_their_protocols():
    from lexiconsole import EventBusProtocol, HookRegistryProtocol, WorkflowStartedEvent
    from lexiconsole.contracts import events

    assert events.EventBusProtocol is EventBusProtocol
    assert events.HookRegistryProtocol is HookRegistryProtocol
    assert events.WorkflowStartedEvent is WorkflowStartedEvent
