"""Document approval: a graph. Two checks run side by side, a person decides, and rework leads back to the beginning.

    lexiconsole run document_approval -i document=docs/proposal.md

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
from lexiconsole import GraphConfig, HumanNode, QuestionKind, WorkflowBuilder, current_step, workflow


class ApprovalInput(BaseModel):
    """Which document, who may decide, and where approved versions go."""

    model_config = ConfigDict(extra="forbid")

    document: ExistingFile = Field(
        default_factory=lambda: Path(__file__).absolute().parent / "data" / "proposal.md",
        description="The Markdown file to approve; without one, a sample.",
    )
    approvers: list[str] = Field(
        default_factory=list, max_length=50, description="Who may decide: names or role:NAME; empty for anybody."
    )
    folder: AnyPath = Field(
        default_factory=partial(kept, "approved"), description="Where approved versions are published."
    )
    days: float = Field(14, gt=0, le=3_650, description="Days until an answer is due.")
    rounds: int = Field(10, ge=1, le=100, description="How often it may be read before enough is enough.")


class Decision(BaseModel):
    """What an approver says."""

    decision: Literal["publish", "rework", "reject"]
    comment: str = Field("", max_length=2_000, description="Why; the author reads it.")


class Rework(BaseModel):
    """What the author says after rework."""

    rework: Literal["ready", "give up"] = Field(description="ready: read it again; give up: it is withdrawn")


@workflow(name="document_approval", input=ApprovalInput)
def document_approval(input: ApprovalInput) -> WorkflowBuilder:
    """Checks a document in two ways at once, has a person decide, sends it back for rework, publishes what was approved."""
    seconds = 86_400 * input.days
    flow = WorkflowBuilder(
        "document_approval", config=GraphConfig(max_iterations=input.rounds, total_timeout=None), state={"comment": ""}
    )

    flow.add_node("read", partial(read, input), output_key="snapshot")
    flow.add_node("links", lambda state: broken_links(state["snapshot"]), output_key="broken_links")
    flow.add_node("style", lambda state: style_faults(state["snapshot"]), output_key="style_faults")
    flow.add_gate("clean", lambda state: not state["broken_links"] and not state["style_faults"])
    flow.add_node(
        HumanNode(
            "approve", what_to_decide, form=Decision, who=input.approvers, due=seconds, kind=QuestionKind.APPROVAL
        )
    )
    flow.add_gate("decided", routes={"publish": _says("publish"), "rework": _says("rework"), "reject": None})
    flow.add_node(HumanNode("rework", what_to_rework, form=Rework, due=seconds))
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
    return publish_version(state["snapshot"], input.folder, state["comment"], current_step().run_id)


def what_to_decide(state: Any) -> str:
    snapshot: Snapshot = state["snapshot"]
    return f"{snapshot.title!r}, {snapshot.words:,} words, passed its checks ({snapshot.copy_at}). Publish it?"


def what_to_rework(state: Any) -> str:
    """The faults that the checks found, or what the approver said."""
    faults = [*state["broken_links"], *state["style_faults"]] or [state["comment"] or "the approver gave no reason"]
    told = "; ".join(faults[:10]) + (f"; and {len(faults) - 10} more" if len(faults) > 10 else "")
    return f"{state['snapshot'].original} needs rework: {told}. Edit it, then say how to go on."


def _says(decision: str) -> Any:
    return lambda state: state["decision"] == decision
