"""Reads for screens: what they want to know is asked on threads, one question of each group at a time.

A screen never waits. Of a group that is asked faster than it answers, the questions in between are left out; replies come in
order and the last question is always answered, also where two screens have a group of the same name. Replies arrive on the
interface's loop. A question that fills panes is asked again until it is answered, and meanwhile the panes say what is wrong.
"""

from __future__ import annotations

import asyncio
import contextvars
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from textual.widget import Widget

    from lexiconsole.app.look import Look
    from lexiconsole.app.workspace import Workspace

__all__ = ["Reads"]

T = TypeVar("T")

_AGAIN = 1.0
"""Seconds after which a question that failed is asked again for the panes that wait for it."""


@dataclass(slots=True)
class _Question:
    body: Callable[[], Any]
    then: Callable[[Any], None]
    failed: Callable[[Exception], None]
    context: contextvars.Context
    panes: Sequence[Widget] = ()

    def stands_for(self, other: _Question) -> bool:
        """Whether who waits for the other one, asked before, is content with the answer to this one."""
        return bool({*self.panes} & {*other.panes}) or not (self.panes or other.panes)


class Reads:
    """`look` asks the store, which answers also while a step holds the engine; `of_workspace` asks the rest, once open."""

    def __init__(self, look: Look, failed: Callable[[Exception], None]) -> None:
        self._look, self._failed = look, failed
        self._workspace: Workspace | None = None
        self._early: list[tuple[str, _Question]] = []
        self._pauses: dict[str, asyncio.TimerHandle] = {}
        self._running: set[str] = set()
        self._troubled: dict[str, _Question] = {}
        self._delivering = 0
        self._leading: dict[str, _Question] = {}
        self._waiting: dict[str, list[_Question]] = {}
        self._turn = threading.Lock()
        self._threads = ThreadPoolExecutor(4, thread_name_prefix="reads")
        self._loop: asyncio.AbstractEventLoop | None = None
        self._closed = False

    @property
    def idle(self) -> bool:
        """Whether every question was answered, and each answer taken in by who asked."""
        with self._turn:
            return not (self._running or self._delivering or self._early or self._pauses)

    @property
    def leading(self) -> bool:
        """Whether something is being read from which a person goes on: the next key is meant for where that leads."""
        return bool(self._leading)

    def opened(self, workspace: Workspace) -> None:
        """The workspace is open: what was asked of it before is asked now."""
        self._workspace = workspace
        early, self._early = self._early, []
        for group, question in early:
            self._ask(group, question)

    def check(self) -> None:
        """Safe from any thread. Raises StoreError when the store can not be read, or is gone from where it was."""
        self._look.version()

    def relook(self, look: Look) -> None:
        """Reads another store from now on: the settings named one."""
        before, self._look = self._look, look
        before.close()

    def close(self) -> None:
        self._closed = True
        for pause in self._pauses.values():
            pause.cancel()
        self._threads.shutdown(wait=False, cancel_futures=True)
        self._look.close()

    def look(
        self,
        group: str,
        question: Callable[[Look], T],
        then: Callable[[T], None],
        failed: Callable[[Exception], None] | None = None,
        *,
        panes: Sequence[Widget] = (),
        leads: bool = False,
    ) -> None:
        """Asks the store. `then` gets the answer, unless the group was asked again before this question's turn came.
        `panes` are those that show it, and say so while it can not be read. With `leads` keys wait for what `then` makes of it.
        """
        asked = self._question(lambda: question(self._look), then, failed, panes)
        if leads:
            self._leading[group] = asked
        self._ask(group, asked)

    def after(self, seconds: float, group: str, ask: Callable[[], None]) -> None:
        """Asks once nothing of the group was wanted for so long: while a key is held down nobody reads what it passes."""
        before = self._pauses.pop(group, None)
        if before is not None:
            before.cancel()

        def begin() -> None:
            del self._pauses[group]
            ask()

        self._pauses[group] = asyncio.get_running_loop().call_later(seconds, begin)

    def of_workspace(
        self,
        group: str,
        question: Callable[[Workspace], T],
        then: Callable[[T], None],
        failed: Callable[[Exception], None] | None = None,
        *,
        panes: Sequence[Widget] = (),
    ) -> None:
        """Asks the workspace (definitions, previews), as soon as there is one; may wait for the engine."""
        asked = self._question(lambda: question(self._opened()), then, failed, panes)
        if self._workspace is None:
            self._early = [*(early for early in self._early if early[0] != group), (group, asked)]
        else:
            self._ask(group, asked)

    def _opened(self) -> Workspace:
        assert self._workspace is not None
        return self._workspace

    def _question(
        self,
        body: Callable[[], Any],
        then: Callable[[Any], None],
        failed: Callable[[Exception], None] | None,
        panes: Sequence[Widget],
    ) -> _Question:
        self._loop = asyncio.get_running_loop()
        return _Question(body, then, failed or self._failed, contextvars.copy_context(), panes)

    def _ask(self, group: str, question: _Question) -> None:
        with self._turn:
            if self._closed:
                return
            if group in self._running:
                left = [other for other in self._waiting.get(group, ()) if not question.stands_for(other)]
                self._waiting[group] = [*left, question]
                return
            self._running.add(group)
        self._threads.submit(self._run, group, question)

    def _run(self, group: str, question: _Question) -> None:
        """On a thread: answers, and goes on with what the group was asked meanwhile."""
        while True:
            answer, fault = _tried(question.body)
            self._deliver(group, question, answer, fault)
            with self._turn:
                newer = self._waiting.get(group)
                if not newer:
                    self._running.discard(group)
                    return
                question = newer.pop(0)

    def _deliver(self, group: str, question: _Question, answer: Any, fault: Exception | None) -> None:
        if self._closed or self._loop is None or self._loop.is_closed():
            return
        with self._turn:
            self._delivering += 1
        self._loop.call_soon_threadsafe(self._hand_over, group, question, answer, fault, context=question.context)

    def _hand_over(self, group: str, question: _Question, answer: Any, fault: Exception | None) -> None:
        """On the interface's loop."""
        with self._turn:
            self._delivering -= 1
        if self._leading.get(group) is question:
            del self._leading[group]
        if fault is not None and question.panes:
            self._trouble(group, question, fault)
        elif fault is not None:
            question.failed(fault)
        else:
            if self._troubled.pop(group, None) is not None:
                from lexiconsole.tui.widgets.trouble import lift

                lift(question.panes)
            question.then(answer)

    def _trouble(self, group: str, question: _Question, fault: Exception) -> None:
        from lexiconsole.tui.widgets.trouble import tell

        tell(question.panes, fault)
        self._troubled[group] = question
        asyncio.get_running_loop().call_later(_AGAIN, self._again, group, question, context=question.context)

    def _again(self, group: str, question: _Question) -> None:
        """Unless something else was asked meanwhile, or nobody would see the answer."""
        if self._troubled.get(group) is question and any(pane.is_attached for pane in question.panes):
            self._ask(group, question)


def _tried(body: Callable[[], Any]) -> tuple[Any, Exception | None]:
    try:
        return body(), None
    except Exception as fault:
        return None, fault
