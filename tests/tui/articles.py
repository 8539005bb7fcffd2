"""A state machine for the console's tests and pictures, and runs of it that stand in different states."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from lexiconsole.app.workspace import Workspace
from lexiconsole.durable.journal import Request, RequestKind

ARTICLE = '''
"""An article from draft to archive."""
from pydantic import BaseModel

from lexiconsole import Change, State, StateMachine, Transition, workflow


class Given(BaseModel):
    title: str = "On kettles"
    reviewers: int = 2


@workflow(name="article", input=Given)
class Article(StateMachine):
    """Draft, review, published, archived."""

    states = (State("draft"), State("review"), State("published"), State("archived", final=True))
    transitions = (
        Transition("revise", "draft", "draft"),
        Transition("submit", "draft", "review"),
        Transition("send_back", "review", "draft"),
        Transition("publish", "review", "published"),
        Transition("withdraw", "published", "draft"),
        Transition("archive", ("draft", "published"), "archived"),
    )

    def __init__(self, given: Given) -> None:
        super().__init__()
        self.given = given

    def can_publish(self) -> bool:
        return self.given.reviewers >= 2

    def can_revise(self, change: Change) -> bool:
        return bool(change.payload)
'''


def articles(folder: Path, clock: Any = None) -> Path:
    """A workspace whose only definition is `article`, with six runs of it; their times are those of `clock`, if there is one."""
    (folder / "definitions").mkdir(parents=True, exist_ok=True)
    (folder / "definitions" / "article.py").write_text(ARTICLE, encoding="utf-8")
    ways = {
        "kettles": ("submit", "send_back", "submit"),
        "teapots": ("submit",),
        "spoons": (),
        "cups": ("submit", "publish"),
        "saucers": ("submit", "publish", "archive"),
        "lids": ("submit", "publish"),
    }
    with Workspace.find(folder) as workspace:
        workspace.clock = clock or workspace.clock
        for name, way in ways.items():
            row, _ = workspace.start("article", {"reviewers": 1 if name == "lids" else 2}, id=name)
            workspace.settle(row, 90)
            for event in way:
                workspace.act(Request(name, RequestKind.SIGNAL, event, {"payload": None}))
                workspace.settle(workspace.run(name), 90)
    return folder
