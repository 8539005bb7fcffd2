"""Inbox and task: what is seen of a question, deciding it, drafts, and what happens when somebody was faster."""

from __future__ import annotations

import csv
import io
import stat
from pathlib import Path

import pytest

from lexiconsole.app.drafts import Drafts
from lexiconsole.app.workspace import Workspace
from lexiconsole.durable.journal import Request, RequestKind
from lexiconsole.tui.keymap import Place
from lexiconsole.tui.widgets.form import FormPanel
from tests.tui.chains import approvals
from tests.tui.visiting import Visit, visiting


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return approvals(tmp_path)


def start(folder: Path, *names: str) -> None:
    """A run of each definition, as r0, r1, …, to where it asks."""
    with Workspace.find(folder) as workspace:
        for number, name in enumerate(names):
            row, _ = workspace.start(name, {}, id=f"r{number}")
            workspace.settle(row, 90)


def vote(folder: Path, run: str, verdict: str = "approve", by: str = "") -> None:
    with Workspace.find(folder) as workspace:
        [task] = workspace.tasks(workspace.run(run))
        outcome = workspace.act(Request(run, RequestKind.VOTE, task.key, {"verdict": verdict}, by=by))
        assert outcome.applied, outcome
        workspace.settle(outcome.run, 90)


def status(folder: Path, run: str) -> str:
    with Workspace.find(folder) as workspace:
        return workspace.run(run).status.value


async def confirm(visit: Visit) -> None:
    await visit.until(lambda: getattr(visit.app.screen, "can_be_done", False))
    await visit.press("y")


async def test_a_task_shows_its_chain_its_form_and_what_follows(folder: Path) -> None:
    start(folder, "credit_limit", "parcel")
    vote(folder, "r0")
    async with visiting(folder, Place.INBOX, drives=False) as visit:
        await visit.until("Grant ACME GmbH a limit of 250,000 EUR?")
        await visit.until("→ director is")
        seen = visit.seen
        assert "✓ manager" in seen
        assert "◆ director  0 of 1" in seen
        assert "○ board" in seen
        assert "approved; then" in seen
        assert "not enforced: for dora, dan, dee; four-eyes; 2 approvals" in seen
        await visit.until("^s approve")
        assert "customer  ACME GmbH" in seen


async def test_three_keys_approve(folder: Path) -> None:
    start(folder, "credit_limit")
    async with visiting(folder, Place.INBOX) as visit:
        await visit.until("Raise the limit")
        await visit.press("a")
        await confirm(visit)
        await visit.until("◆ director")


async def test_a_form_is_answered_and_the_run_goes_on(folder: Path) -> None:
    start(folder, "parcel")
    async with visiting(folder, Place.INBOX) as visit:
        await visit.until("Who takes the parcel")
        await visit.until("still to do: courier")
        await visit.press("i", "v", "ctrl+s")
        await visit.until("nothing waits for anybody")
    assert status(folder, "r0") == "completed"


async def test_what_the_form_still_needs_keeps_it_open(folder: Path) -> None:
    start(folder, "parcel")
    async with visiting(folder, Place.TASK, "r0:pick_courier") as visit:
        await visit.until("still to do: courier")
        await visit.press("ctrl+s")
        await visit.until("✗ is needed")
    assert status(folder, "r0") == "waiting"


async def test_a_rejection_wants_a_reason_and_leads_back(folder: Path) -> None:
    start(folder, "credit_limit")
    vote(folder, "r0")
    async with visiting(folder, Place.INBOX) as visit:
        await visit.until("Grant ACME")
        await visit.press("x")
        await visit.until("Why? Whoever asked")
        await visit.press(*"risky", "enter")
        await confirm(visit)
        await visit.until("Raise the limit")
    with Workspace.find(folder) as workspace:
        told = [entry.data for entry in workspace.entries(workspace.run("r0")) if entry.key == "director"]
    assert "risky" in str(told)


async def test_what_was_typed_is_kept_as_a_draft_until_it_is_sent(folder: Path, monkeypatch) -> None:
    start(folder, "parcel")
    async with visiting(folder, Place.TASK, "r0:pick_courier") as visit:
        await visit.until("still to do: courier")
        await visit.press("v", "tab", *"ring twice", "escape")
        await visit.until(lambda: visit.app.screen.is_root)  # type: ignore[attr-defined]
    async with visiting(folder, Place.TASK, "r0:pick_courier") as visit:
        await visit.until("ring twice")
        told: list[str] = []
        monkeypatch.setattr(visit.app, "toast", lambda text, **_: told.append(text))
        await visit.press("ctrl+s")
        await visit.until(lambda: visit.app.screen.is_root and not visit.app.acts._under_way)  # type: ignore[attr-defined]
        assert len(told) == 1, f"one toast for one decision: {told}"
    with Workspace.find(folder) as workspace:
        assert Drafts(workspace.store_path).of(workspace.me, "r0:pick_courier") == {}
        assert workspace.run("r0").status.value == "completed"


async def test_a_draft_that_can_not_be_kept_is_told_and_ends_nothing(folder: Path) -> None:
    start(folder, "parcel")
    (folder / ".lexiconsole" / "drafts").touch()  # where a folder should be
    async with visiting(folder, Place.TASK, "r0:pick_courier") as visit:
        await visit.until("still to do: courier")
        await visit.press("v", "tab", *"ring", "escape")
        await visit.until(lambda: visit.app.screen.is_root)  # type: ignore[attr-defined]
        assert [told.message for told in visit.app._notifications] == [
            "what you typed can not be kept as a draft: File exists"
        ]


async def test_what_was_filled_in_for_one_task_never_decides_another(folder: Path, monkeypatch) -> None:
    """The first was decided elsewhere in the moment in which ctrl+s was pressed; what stands there now is the second."""
    start(folder, "credit_limit", "parcel")
    async with visiting(folder, Place.INBOX, drives=False) as visit:
        await visit.until("parcel")
        screen, sent = visit.app.screen, []
        monkeypatch.setattr(visit.app.acts, "begin", lambda *seen: sent.append(seen))
        first, form = screen.pane.task_shown, screen.pane.panel
        other = next(task for task in screen._tasks.values() if task.id != first.id)
        form.post_message(FormPanel.Submitted(form, {}))
        form.post_message(FormPanel.Rejected(form, {}))
        screen._show(other, {})
        await visit.until("not asked any more; nothing was sent")
        assert screen.pane.task_shown == other and sent == []


async def act_as(visit: Visit, name: str) -> None:
    """Ana, who is logged in, acts for another operator."""
    await visit.press("O")
    await visit.until("Act as")
    names = ["ana", "ben", "dora", "dan", "dee", "bo"]
    await visit.press("home", *["j"] * names.index(name), "enter")
    await visit.until(lambda: visit.app.acting_as == name)


async def test_two_of_three_are_needed_and_a_vote_can_be_taken_back_while_the_level_is_open(tmp_path: Path) -> None:
    folder = approvals(tmp_path, operators=True)
    start(folder, "credit_limit")
    async with visiting(folder, Place.INBOX) as visit:
        await visit.until("may not decide")
        await visit.press("a")
        await visit.until("approve: ")
        await act_as(visit, "ben")
        await visit.until("may decide (for ben)")
        await visit.press("a")
        await confirm(visit)
        await visit.until("director  0 of 2")
        await act_as(visit, "dora")
        await visit.until("dora (you)")
        await visit.press("a")
        await confirm(visit)
        await visit.until("director  1 of 2")
        await visit.until("✓ dora")
        await visit.press("u")
        await visit.until("Take the vote back")
        await visit.press("escape")  # looked at only: it can still be taken back
        await visit.until(lambda: "Take the vote back" not in visit.seen)
        await visit.press("u")
        await visit.until("Take the vote back")
        await confirm(visit)
        await visit.until("director  0 of 2")
    with Workspace.find(folder) as workspace:
        voted = [entry.data["verdict"] for entry in workspace.entries(workspace.run("r0")) if entry.kind == "voted"]
    assert voted == ["approve", "withdrawn"]


async def test_after_ones_own_vote_the_keys_are_keys_again_and_the_next_person_is_one_away(tmp_path: Path) -> None:
    """The reason kept the focus: O, which the sentence names, was a letter of it."""
    folder = approvals(tmp_path, operators=True)
    start(folder, "credit_limit")
    vote(folder, "r0", by="ben")
    async with visiting(folder, Place.TASK, "r0:director") as visit:
        await visit.until("director  0 of 2")
        await act_as(visit, "dora")
        await visit.until("dora (you)")
        await visit.until(lambda: visit.app.screen.in_field)
        await visit.press("ctrl+s")
        await visit.until("director  1 of 2")
        await visit.press("O")
        await visit.until("Act as")


async def test_several_marked_tasks_are_exported_and_approved_at_once_each_with_its_preview(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    """And what of them takes no vote is shown with the others, with the reason."""
    start(folder, "credit_limit", "credit_limit", "parcel")
    async with visiting(folder, Place.INBOX) as visit:
        await visit.until("all 3")
        await visit.press("space", "space", "space")
        await visit.until("3 marked")
        await visit.press("X")
        await visit.until("3 tasks marked as CSV")
        await visit.press("C")
        await visit.until(lambda: any("tasks.csv" in one.message for one in visit.app._notifications))
        rows = list(csv.DictReader(io.StringIO((tmp_path / "tasks.csv").read_text())))
        assert sorted(row["key"] for row in rows) == ["manager", "manager", "pick_courier"] and rows[0]["prompt"]
        await visit.press("a")
        await visit.until("Approve 2 of 3 tasks")
        await visit.until(lambda: visit.seen.count("manager is approved") == 2 and "it is a question" in visit.seen)
        await confirm(visit)
        await visit.until("Grant ACME")
    with Workspace.find(folder) as workspace:
        assert sorted(task.key for task in workspace.tasks()) == ["director", "director", "pick_courier"]


async def test_a_decision_that_somebody_else_made_meanwhile_shows_at_once(folder: Path) -> None:
    start(folder, "credit_limit")
    async with visiting(folder, Place.INBOX, drives=False) as visit:
        await visit.until("Raise the limit")
        vote(folder, "r0")
        await visit.until("Grant ACME")


@pytest.mark.parametrize("size", [(120, 36), (80, 24), (60, 20), (40, 10), (20, 5)])
async def test_it_fits_every_terminal(folder: Path, size: tuple[int, int]) -> None:
    start(folder, "credit_limit", "parcel")
    for place, subject in ((Place.INBOX, ""), (Place.TASK, "r1:pick_courier")):
        async with visiting(folder, place, subject, size=size, drives=False) as visit:
            await visit.pilot.pause(0.5)
            await visit.press("tab", "j", "space", "k", "v", "escape")


def test_a_draft_is_for_its_owner_only(tmp_path: Path) -> None:
    drafts = Drafts(tmp_path / "store.db")
    drafts.keep("ana", "r1:a", {"x": "ü\ud800"})
    assert drafts.of("ana", "r1:a") == {"x": "ü\ud800"}
    assert drafts.of("bob", "r1:a") == {}
    [file] = (tmp_path / "drafts").iterdir()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    file.write_text("nonsense")
    assert drafts.of("ana", "r1:a") == {}
    drafts.forget("ana", "r1:a")
    drafts.forget("ana", "r1:a")
