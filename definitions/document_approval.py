"""Document approval: a graph. Two checks run side by side, a chain of people decides, and rework leads back to the beginning.

An editor always; somebody from legal as well when the document is long. A rejection sends it back to its author, with the
reason; whoever began it may withdraw it, and approves none of their own.

    lexiconsole run document_approval -i document=docs/proposal.md
    lexiconsole approve RUN:approve/editor --as ana

What is checked, shown and published is a copy of the document as it was read; whoever edits the original meanwhile changes
nothing about it. After rework it is read anew.
"""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from _documents import Approved, Snapshot, broken_links, publish_version, style_faults, take_snapshot
from _paths import AnyPath, ExistingFile, kept
from lexiconsole import (
    ApprovalChain,
    ApprovalLevel,
    ApprovalNode,
    ApprovalPolicy,
    GraphConfig,
    HumanNode,
    WorkflowBuilder,
    current_step,
    workflow,
)


class ApprovalInput(BaseModel):
    """Which document, who may decide, and where approved versions go."""

    model_config = ConfigDict(extra="forbid")

    document: ExistingFile = Field(
        default_factory=lambda: Path(__file__).absolute().parent / "data" / "proposal.md",
        description="The Markdown file to approve; without one, a sample.",
    )
    approvers: list[str] = Field(
        ["role:editor"], min_length=1, max_length=50, description="Who edits: names or role:NAME; one of them decides."
    )
    legal: list[str] = Field(
        ["role:legal"], min_length=1, max_length=50, description="Who decides as well when the document is long."
    )
    long: int = Field(2_000, ge=0, description="More words than this are long.")
    folder: AnyPath = Field(
        default_factory=partial(kept, "approved"), description="Where approved versions are published."
    )
    days: float = Field(14, gt=0, le=3_650, description="Days until an answer is due.")
    rounds: int = Field(10, ge=1, le=100, description="How often it may be read before enough is enough.")


class Rework(BaseModel):
    """What the author says after rework."""

    rework: Literal["ready", "give up"] = Field(description="ready: read it again; give up: it is withdrawn")


def chain(input: ApprovalInput) -> ApprovalChain:
    """Who has a say in a document, as its snapshot shows it."""
    asked: dict[str, Any] = {"policy": ApprovalPolicy.ANY, "due": 86_400 * input.days, "prompt": what_to_decide}
    return ApprovalChain(
        [
            ApprovalLevel("editor", who=input.approvers, **asked),
            ApprovalLevel("legal", who=input.legal, condition=lambda document: document.words > input.long, **asked),
        ],
        name="document approval",
    )


@workflow(name="document_approval", input=ApprovalInput)
def document_approval(input: ApprovalInput) -> WorkflowBuilder:
    """Checks a document in two ways at once, has people decide, sends it back for rework, publishes what was approved."""
    flow = WorkflowBuilder(
        "document_approval", config=GraphConfig(max_iterations=input.rounds, total_timeout=None), state={"decision": {}}
    )

    flow.add_node("read", partial(read, input), output_key="snapshot")
    flow.add_node("links", lambda state: broken_links(state["snapshot"]), output_key="broken_links")
    flow.add_node("style", lambda state: style_faults(state["snapshot"]), output_key="style_faults")
    flow.add_gate("clean", lambda state: not state["broken_links"] and not state["style_faults"])
    flow.add_node(
        ApprovalNode("approve", chain(input), input_key="snapshot", output_key="approved", details_key="decision")
    )
    flow.add_gate("decided", routes={"publish": _came_to("approved"), "reject": _came_to("withdrawn"), "rework": None})
    flow.add_node(HumanNode("rework", what_to_rework, form=Rework, due=86_400 * input.days))
    flow.add_gate("reworked", lambda state: state["rework"] == "ready")
    flow.add_node("publish", partial(publish, input), output_key="published", idempotent=True)
    flow.add_node("reject", lambda: "rejected", output_key="published")

    for source, target in (
        ("read", "links"),
        ("read", "style"),
        ("links", "clean"),
        ("style", "clean"),
        ("clean", "approve"),
        ("clean", "rework"),
        ("approve", "decided"),
        ("rework", "reworked"),
        ("reworked", "read"),
        ("reworked", "reject"),
    ):
        flow.add_edge(source, target)
    return flow.set_conclusion("published")


def read(input: ApprovalInput, state: Any) -> Snapshot:
    return take_snapshot(input.document, input.folder / "read")


def publish(input: ApprovalInput, state: Any) -> Approved:
    said = "; ".join(vote["reason"] for vote in state["decision"]["votes"] if vote["reason"])
    return publish_version(state["snapshot"], input.folder, said, current_step().run_id)


def what_to_decide(snapshot: Snapshot) -> str:
    return f"{snapshot.title!r}, {snapshot.words:,} words, passed its checks ({snapshot.copy_at}). Publish it?"


def what_to_rework(state: Any) -> str:
    """The faults that the checks found, or what the approvers said."""
    faults = [*state["broken_links"], *state["style_faults"]] or [state["decision"].get("reason", "nobody said why")]
    told = "; ".join(faults[:10]) + (f"; and {len(faults) - 10} more" if len(faults) > 10 else "")
    return f"{state['snapshot'].original} needs rework: {told}. Edit it, then say how to go on."


def _came_to(outcome: str) -> Any:
    return lambda state: state["decision"]["outcome"] == outcome
