"""A folder of definitions with something wrong in it, and runs that stand in the middle of one that is then changed."""

from __future__ import annotations

from pathlib import Path

from lexiconsole.app.workspace import Workspace

PARCEL = '''"""Parcels from the counter to the door."""

import time

from lexiconsole import Context, Question, workflow


@workflow
async def parcel(ctx: Context, street: str = "Elm Street") -> str:
    """Weighs a parcel, asks who signs for it, and hands it over."""

    async def weigh() -> int:
        time.sleep(0.01)
        return len(street)

    await ctx.step("weigh", weigh)
    who = await ctx.ask("signature", Question(f"Who signs for {street}?"))
    await ctx.step("hand over", lambda: str(who))
    return street
'''

RETURNS = '''"""What comes back."""

from lexiconsole import WorkflowBuilder, workflow


@workflow(name="returns")
def returns() -> WorkflowBuilder:
    """Opens what came back, sorts it, and puts it on a shelf or throws it away."""
    flow = WorkflowBuilder("returns")
    flow.add_node("open", lambda state: {})
    flow.add_gate("usable?", condition=lambda state: True)
    flow.add_node("shelf", lambda state: {})
    flow.add_node("bin", lambda state: {})
    flow.add_edge("open", "usable?")
    flow.add_edge("usable?", "shelf")
    flow.add_edge("usable?", "bin")
    return flow
'''

BROKEN = "from lexiconsole import workflow\n\n\ndef stamps(sheet)\n    return sheet * 2\n"

CHANGED = PARCEL.replace('"weigh"', '"put on the scales"')


def flows(folder: Path, *, changed: bool = True) -> Path:
    """Two runs of `parcel` wait for a signature; then, if `changed`, their definition asks for another step before that."""
    place = folder / "definitions"
    place.mkdir(parents=True, exist_ok=True)
    (place / "parcel.py").write_text(PARCEL, encoding="utf-8")
    (place / "returns.py").write_text(RETURNS, encoding="utf-8")
    with Workspace.find(folder) as workspace:
        for name in ("elm", "oak"):
            row, _ = workspace.start("parcel", {"street": f"{name.title()} Street"}, id=name)
            workspace.settle(row, 90)
    (place / "stamps.py").write_text(BROKEN, encoding="utf-8")
    if changed:
        (place / "parcel.py").write_text(CHANGED, encoding="utf-8")
    return folder
