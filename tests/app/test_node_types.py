"""Node types of other packages: found by name, usable in a graph, and told with their package when they are not fit."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from lexiconsole import WorkflowBuilder
from lexiconsole.app.node_types import node_type, node_types
from lexiconsole.errors import ConfigurationError, NotFoundError

CODE = """
from lexiconsole import AbstractWorkflowNode

class SlackNotifyNode(AbstractWorkflowNode):
    async def execute(self, state):
        return {"told": f"#{self.name}: {state['text']}"}

class NoNode: ...
"""


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Puts a package with these entry points among the installed ones."""

    def install(entries: str) -> None:
        (tmp_path / "shop_nodes.py").write_text(CODE)
        info = tmp_path / "shop-1.0.dist-info"
        info.mkdir()
        (info / "METADATA").write_text("Metadata-Version: 2.1\nName: shop\nVersion: 1.0\n")
        (info / "entry_points.txt").write_text(f"[lexiconsole.nodes]\n{entries}\n")
        monkeypatch.syspath_prepend(tmp_path)

    yield install
    sys.modules.pop("shop_nodes", None)


async def test_a_node_type_of_another_package_works_in_a_graph(installed):
    installed("slack = shop_nodes:SlackNotifyNode")
    assert list(node_types()) == ["slack"]
    graph = WorkflowBuilder().add_node(node_type("slack")("orders")).build()
    state = (await graph.execute({"text": "hello"})).unwrap().final_state
    assert state["told"] == "#orders: hello"


def test_an_unknown_one_is_told_with_the_nearest(installed):
    installed("slack = shop_nodes:SlackNotifyNode")
    with pytest.raises(NotFoundError, match="did you mean 'slack'"):
        node_type("slak")


@pytest.mark.parametrize(
    ("entry", "why"),
    [
        ("gone = shop_gone:Node", "ModuleNotFoundError"),
        ("bad = shop_nodes:NoNode", "no subclass of AbstractWorkflowNode"),
    ],
)
def test_one_that_is_not_fit_is_told_with_its_package(installed, entry, why):
    installed(entry)
    with pytest.raises(ConfigurationError, match="of the package shop") as told:
        node_types()
    assert why in str(told.value)


def test_one_that_is_not_fit_does_not_harm_the_others(installed):
    installed("gone = shop_gone:Node\nslack = shop_nodes:SlackNotifyNode")
    assert node_type("slack").__name__ == "SlackNotifyNode"
