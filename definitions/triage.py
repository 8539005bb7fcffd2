"""Triage: a graph. A tool looks the question up, a model sorts the message, a person has the last word where it matters.

    lexiconsole run triage -i subject="Console will not start" -i text="It says: the database is locked. Production is down."

The model is the one that OPENAI_MODEL names (with OPENAI_BASE_URL and OPENAI_API_KEY), any OpenAI-compatible endpoint. Without
one a rule decides: words that speak for a category and for haste are counted.
"""

from __future__ import annotations

import re
from collections import Counter
from functools import partial
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from _knowledge import Knowledge, Passage
from _paths import AnyPath, ExistingFolder, kept, workspace
from _tickets import Ticket, file_ticket
from lexiconsole import (
    GraphConfig,
    HumanNode,
    LLMNode,
    QuestionKind,
    ToolNode,
    WorkflowBuilder,
    configured_chat,
    current_step,
    workflow,
)

Category = Literal["bug", "question", "request", "billing", "other"]
Priority = Literal["low", "normal", "urgent"]


class Message(BaseModel):
    """What came in, where to look things up, and where tickets are kept."""

    model_config = ConfigDict(extra="forbid")

    subject: str = Field("How do I resume a run?", min_length=1, max_length=200, description="The message's subject.")
    text: str = Field(
        "I stopped it with Ctrl-C. Which command goes on with it?", max_length=20_000, description="The message itself."
    )
    sender: str = Field("somebody", min_length=1, max_length=200, description="Who wrote it.")
    knowledge: ExistingFolder = Field(
        default_factory=workspace, description="A folder of Markdown and text files to look things up in."
    )
    tickets: AnyPath = Field(
        default_factory=partial(kept, "tickets.db"),
        description="The SQLite file of tickets; made when it is not there.",
    )
    agents: list[str] = Field(
        default_factory=list, max_length=50, description="Who may decide: names or role:NAME; empty for anybody."
    )
    hours: float = Field(8, gt=0, le=8_760, description="Hours until somebody should have decided.")


class Verdict(BaseModel):
    """How a message is sorted."""

    category: Category
    priority: Priority
    sure: bool = Field(description="whether a person need not look at it")
    reply: str = Field("", description="a first answer, from what was found")


class Decision(BaseModel):
    """What a person makes of it."""

    category: Category
    priority: Priority
    reply: str = Field("", max_length=20_000, description="What the sender is told; empty keeps the draft.")


PROMPT = """Sort this message from {sender}.

Subject: {subject}

{text}

What was found about it:
{found}
"""


@workflow(name="triage", input=Message)
def triage(input: Message) -> WorkflowBuilder:
    """Looks a message up, has a model or a rule sort it, asks a person when it is urgent or unclear, and files a ticket."""
    flow = WorkflowBuilder("triage", config=GraphConfig(total_timeout=None))
    flow.add_node("read", lambda state: {"input": f"{state['subject']}\n{state['text']}"})
    flow.add_node(ToolNode("look up", Knowledge(input.knowledge).execute, output_key="passages"))
    flow.add_node(
        LLMNode(
            "sort",
            configured_chat,
            lambda state: PROMPT.format(
                found=_told(state["passages"]), **{k: state[k] for k in ("sender", "subject", "text")}
            ),
            system="You sort messages to a support desk. Reply only from what was found; say so when nothing fits.",
            output_type=Verdict,
            output_key="verdict",
            fallback=by_rule,
            max_retries=3,
        )
    )
    flow.add_gate("needs a person", lambda state: state["verdict"].priority == "urgent" or not state["verdict"].sure)
    flow.add_node(
        HumanNode(
            "decide",
            what_to_decide,
            form=Decision,
            output_key="decision",
            who=input.agents,
            due=3_600 * input.hours,
            kind=QuestionKind.INPUT,
        )
    )
    flow.add_node("file", partial(file, input), output_key="ticket")
    for source, target in (
        ("read", "look up"),
        ("look up", "sort"),
        ("sort", "needs a person"),
        ("needs a person", "decide"),
        ("needs a person", "file"),
        ("decide", "file"),
    ):
        flow.add_edge(source, target)
    return flow.set_conclusion("ticket")


_SPEAKS_FOR: dict[Category, str] = {
    "bug": r"error|crash\w*|traceback|broken|fail\w*|wrong|locked|corrupt\w*|hangs?|does not (start|work)|will not start",
    "question": r"how|what|why|which|where|when|can i|is it possible",
    "request": r"please add|would be (nice|good|great)|feature|wish|support for|could you",
    "billing": r"invoice|bill\w*|pay\w*|refund|price|charged",
}
_HASTE = r"urgent|asap|production|outage|down|data loss|lost|security|immediately|nobody can"


def by_rule(state: Any) -> Verdict:
    """Counts the words that speak for each category. It is sure when one has twice as many as the next."""
    text = state["input"].lower()
    counts: Counter[Category] = Counter({category: _count(words, text) for category, words in _SPEAKS_FOR.items()})
    (first, most), (_, next_most) = counts.most_common(2)
    category: Category = first if most else "other"
    haste = _count(_HASTE, text)
    passages: list[Passage] = state["passages"]
    return Verdict(
        category=category,
        priority="urgent"
        if haste > 1 or (haste and category == "bug")
        else "low"
        if category == "request"
        else "normal",
        sure=most >= 2 * next_most and most > 0 and bool(passages),
        reply=f"See {passages[0].heading} in {passages[0].path.name}." if passages else "",
    )


def what_to_decide(state: Any) -> str:
    """The message, what the model or the rule makes of it, and what it was found to be about."""
    verdict: Verdict = state["verdict"]
    doubt = "" if verdict.sure else ", but that is not sure"
    return (
        f"{state['sender']} writes: {state['subject']!r}. It looks like {verdict.category}, {verdict.priority}{doubt}. "
        f"Draft of a reply: {verdict.reply or 'none'} How shall it be filed?"
    )


def file(input: Message, state: Any) -> Ticket:
    """Files what the person decided, or else what was found sure."""
    verdict: Verdict = state["verdict"]
    decision: Decision | None = state.get("decision")
    said = decision or verdict
    return file_ticket(
        input.tickets,
        current_step().run_id,
        sender=input.sender,
        subject=input.subject,
        text=input.text,
        category=said.category,
        priority=said.priority,
        reply=said.reply or verdict.reply,
        decided_by="a person" if decision else "model or rule",
    )


def _count(words: str, text: str) -> int:
    return len(re.findall(rf"\b({words})\b", text))


def _told(passages: list[Passage]) -> str:
    return "\n\n".join(f"{p.path.name}, {p.heading}:\n{p.text}" for p in passages) or "nothing"
