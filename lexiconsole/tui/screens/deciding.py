"""DecidingScreen: what the screens of tasks share: approving, rejecting, handing on, asking back, and drafts."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, ClassVar, TypeAlias

from textual import events, on

from lexiconsole.app.drafts import Drafts
from lexiconsole.durable.journal import RequestKind
from lexiconsole.tui.acts import READ_ONLY, Change, Done
from lexiconsole.tui.deciding import approval_as_it_stands, decision, split_reason, verb_of
from lexiconsole.tui.ink import ink
from lexiconsole.tui.keymap import with_keys
from lexiconsole.tui.place import ConsoleScreen
from lexiconsole.tui.widgets.foreseen import ForeseenPanel
from lexiconsole.tui.widgets.form import FormPanel
from lexiconsole.tui.widgets.pick import PickPanel
from lexiconsole.tui.widgets.reason import ReasonPanel
from lexiconsole.tui.widgets.task_pane import TaskPane
from lexiconsole.types import JsonObject
from lexiconsole.views.durations import deadline
from lexiconsole.views.inbox import Task
from lexiconsole.views.levels import LevelState
from lexiconsole.views.safe import harmless

if TYPE_CHECKING:
    from lexiconsole.app.workspace import Preview, Workspace

__all__ = ["DecidingScreen"]

Data: TypeAlias = JsonObject | Callable[[Task], JsonObject]

_VERDICTS = frozenset({"approve", "reject"})


class DecidingScreen(ConsoleScreen):
    """`tasks()` are those that a key is about: the marked ones, else the one that is shown."""

    first_pane: ClassVar[int] = 1
    """The number of the task's first pane."""

    def __init__(self) -> None:
        super().__init__()
        self.pane = TaskPane(self.first_pane)
        self._sent: set[str] = set()
        self._kept: tuple[str, dict[str, str]] | None = None

    def tasks(self) -> list[Task]:
        return [self.pane.task_shown] if self.pane.task_shown is not None else []

    def decided(self, done: Done) -> None:
        """An act was done, or refused."""

    @property
    def me(self) -> str:
        """Under whose name this person decides."""
        workspace = self.console.workspace
        return self.console.acting_as or (workspace.me if workspace is not None else "")

    # the form

    @on(FormPanel.Submitted)
    def _submitted(self, event: FormPanel.Submitted) -> None:
        task = self._asked_by(event.panel)
        if task is None:
            return
        if task.levels:
            self._at_once(
                task, RequestKind.VOTE, {**split_reason(task, event.values), "verdict": "approve"}, "approval"
            )
        else:
            self._at_once(task, RequestKind.ANSWER, {"value": event.values}, "answer")

    @on(FormPanel.Rejected)
    def _rejected(self, event: FormPanel.Rejected) -> None:
        task = self._asked_by(event.panel)
        if task is not None:
            self._at_once(
                task, RequestKind.VOTE, {**split_reason(task, event.values), "verdict": "reject"}, "rejection"
            )

    def _asked_by(self, panel: FormPanel) -> Task | None:
        """The task that the form was filled in for; None when another one took its place before its key was heard."""
        if panel is self.pane.panel:
            return self.pane.task_shown
        self.status.explain("what you filled in is not asked any more; nothing was sent")
        return None

    @on(FormPanel.InfoWanted)
    def _info_wanted(self) -> None:
        self.action_ask_info()

    @on(FormPanel.Left)
    def _left(self, event: FormPanel.Left) -> None:
        if event.touched and event.panel is self.pane.panel:
            self._keep_draft(event.texts)
        self.form_left()

    def on_descendant_focus(self, event: events.DescendantFocus) -> None:
        """In a form letters are letters: other keys lead on from there."""
        self.say_task(self.pane.task_shown)
        self.show_keys()

    def form_left(self) -> None:
        """The person went out of the form; what they typed is kept."""
        self.action_back()

    def on_unmount(self) -> None:
        panel = self.pane.panel
        if panel is not None and panel.touched:
            self._keep_draft(panel.draft)

    def _keep_draft(self, texts: dict[str, str]) -> None:
        task, workspace = self.pane.task_shown, self.console.workspace
        if (
            task is not None
            and workspace is not None
            and task.id not in self._sent
            and (task.id, texts) != self._kept
            and not self.console.readonly
        ):
            self._kept = (task.id, texts)
            try:
                Drafts(workspace.store_path).keep(self.me, task.id, texts)
            except OSError as fault:  # a full disk, a folder of somebody else
                self.console.toast(f"what you typed can not be kept as a draft: {fault.strerror}", good=False)
            else:
                self.status.explain("what you typed is kept as a draft")

    def _at_once(self, task: Task, kind: RequestKind, data: JsonObject, word: str) -> None:
        """ctrl+s and ctrl+r in a form confirm by themselves: what follows stands beside it."""
        why_not = READ_ONLY if self.console.readonly else task.why_not
        if why_not:
            self.status.explain(f"{word}: {why_not}")
            return
        self._sent.add(task.id)
        change = decision(
            [task],
            kind,
            data,
            self.me,
            title=word,
            word=word,
            undo=kind is RequestKind.VOTE,
            then=lambda done: self._after(task, done),
        )
        self.console.acts.begin(change, ())
        self.say([(f"{word} requested; it counts when the store has it", ink(self.console.palette.faint))])

    def _after(self, task: Task, done: Done) -> None:
        workspace, panel = self.console.workspace, self.pane.panel
        if done.runs and workspace is not None:
            Drafts(workspace.store_path).forget(self.me, task.id)
        else:
            self._sent.discard(task.id)
        if done.refused and panel is not None and self.is_attached:
            panel.show_errors({"": done.refused[0]})
        if self.is_attached:
            self.decided(done)

    # single keys, each with a preview

    def why_not(self, action: str) -> str:
        if action == "act_as":
            return "" if len(self._names()) > 1 else "you may act for nobody else"
        tasks = self.tasks()
        asked = {
            "approve": (RequestKind.VOTE, "approve"),
            "reject": (RequestKind.VOTE, "reject"),
            "delegate": (RequestKind.DELEGATE, ""),
            "ask_info": (RequestKind.ASK_INFO, ""),
            "escalate": (RequestKind.ESCALATE, ""),
        }.get(action)
        if asked is None:
            return ""
        if not tasks:
            return "nothing is selected"
        reasons = [verb_of(task, *asked) for task in tasks]
        if action in _VERDICTS and not any(task.levels for task in tasks):
            return with_keys("this is a question: {answer} answers it")
        return "" if any(not reason for reason in reasons) else reasons[0]

    def action_approve(self) -> None:
        tasks = self.tasks()
        panel = self.pane.panel
        typed = panel.texts if panel is not None and len(tasks) == 1 else None
        aside = _questions(tasks)
        found = {task.id: approval_as_it_stands(task, typed) for task in tasks if task.id not in aside}
        aside |= {
            one: with_keys("its form is to be filled in: {answer}") for one, data in found.items() if data is None
        }
        if len(aside) == len(tasks):
            self.action_answer()
            self.status.explain("an approval needs the form to be filled in; ctrl+s approves with it")
            return
        title = f"Approve {_named(tasks, len(aside))}"
        self._ask(tasks, RequestKind.VOTE, lambda task: found.get(task.id) or {}, title, "approval", aside=aside)

    def action_reject(self) -> None:
        tasks = self.tasks()
        title = f"Reject {_named(tasks, len(_questions(tasks)))}"

        def typed(reason: str | None) -> None:
            if reason is not None:
                data: JsonObject = {"verdict": "reject", "reason": reason}
                self._ask(tasks, RequestKind.VOTE, data, title, "rejection", aside=_questions(tasks))

        self.app.push_screen(ReasonPanel(title, "Why? Whoever asked for it reads this."), typed)

    def action_delegate(self) -> None:
        self._foresee("Hand on", "To whom? The name of an operator.", RequestKind.DELEGATE, "to", "delegation")

    def action_ask_info(self) -> None:
        prompt = "What do you want to know? It goes to whoever asked for this."
        self._foresee("Ask back about", prompt, RequestKind.ASK_INFO, "question", "question")

    def _foresee(self, title: str, prompt: str, kind: RequestKind, field: str, word: str) -> None:
        """What is typed has its preview under it; enter there is the confirmation."""
        tasks = self.tasks()
        title = f"{title} {_named(tasks)}"

        def change_for(text: str) -> Change:
            return decision(tasks, kind, {field: text}, self.me, title=title, word=word, then=self.decided)

        def confirmed(seen: tuple[Change, Sequence[Preview]] | None) -> None:
            if seen is not None:
                self.console.acts.begin(*seen)

        self.app.push_screen(ForeseenPanel(title, prompt, change_for), confirmed)

    def action_act_as(self) -> None:
        def picked(name: str | None) -> None:
            workspace = self.console.workspace
            if name is not None and workspace is not None:
                self.console.acting_as = "" if name == workspace.me else name
                self.returned()

        about = "Every decision is recorded with this name and yours."
        self.app.push_screen(PickPanel("Act as", about, self._names(), self._asked_of_mine() or self.me), picked)

    def _names(self) -> list[str]:
        return may_act_as(self.console.workspace) if self.console.workspace is not None else []

    def _asked_of_mine(self) -> str:
        """The first of those one may act for who is asked by the level that is open; "" for none."""
        levels = self.pane.task_shown.levels if self.pane.task_shown is not None else ()
        asked = [
            seat.name for level in levels if level.state is LevelState.OPEN for seat in level.seats if not seat.verdict
        ]
        return next((name for name in asked if name in self._names() and name != self.me), "")

    def action_answer(self) -> None:
        panel = self.pane.panel
        if panel is not None:
            panel.focus_first()

    def _ask(
        self, tasks: Sequence[Task], kind: RequestKind, data: Data, title: str, word: str, *, aside: dict[str, str]
    ) -> None:
        """A vote; what is marked and takes none is shown with the others, and why."""
        if tasks:
            self.console.acts.ask(
                decision(tasks, kind, data, self.me, title=title, word=word, undo=True, then=self.decided, aside=aside)
            )

    # the sentence

    def say_task(self, task: Task | None) -> None:
        palette = self.console.palette
        text = ink(palette.text)
        if task is None:
            self.say(
                [("nothing waits for anybody; runs that ask something come here by themselves", ink(palette.faint))]
            )
            return
        if task.why_not:
            other = self._asked_of_mine()
            ways = [("O", f"act as {harmless(other)}")] if other else []
            self.say([(f"you may look, not decide: {harmless(task.why_not)}", text)], *ways)
            return
        due = f", {deadline(task.due, self.console.now())}" if task.due is not None else ""
        level = harmless(task.key).rpartition("/")[2] if task.levels else harmless(task.key)
        if self.pane.panel is not None and self.pane.panel.has_focus_within:
            ways = [("^s", "approve"), ("^r", "reject")] if task.levels else [("^s", "answer")]
        else:
            ways = [("a", "approve"), ("x", "reject"), ("i", "form")] if task.levels else [("i", "answer")]
        self.say([(f"{level} waits for you{due}", text)], *ways)


def may_act_as(workspace: Workspace) -> list[str]:
    """The names under which whoever is logged in may decide, their own first."""
    identity = workspace.identity
    known: Sequence[str] = tuple(getattr(identity.people, "known", ()))
    return [identity.me, *(name for name in known if name != identity.me and not identity.refusal(name))]


def _questions(tasks: Sequence[Task]) -> dict[str, str]:
    """Those of several that nobody votes on, with what to do instead."""
    return {task.id: with_keys("it is a question: {answer} answers it") for task in tasks if not task.levels}


def _named(tasks: Sequence[Task], aside: int = 0) -> str:
    if len(tasks) == 1:
        return f"{tasks[0].key} of {tasks[0].run_id}"
    return f"{len(tasks) - aside} of {len(tasks)} tasks" if aside else f"{len(tasks)} tasks"
