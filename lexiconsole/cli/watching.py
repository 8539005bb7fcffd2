"""What a person or a program sees while a run goes: JSON lines, plain lines, or lines with moving bars on a terminal."""

from __future__ import annotations

from collections.abc import Callable
from types import TracebackType
from typing import TYPE_CHECKING, Any, Protocol, Self

from lexiconsole.cli.report import moment_line
from lexiconsole.cli.shapes import progress_shape
from lexiconsole.durable.entry import Entry
from lexiconsole.views.condense import Condenser
from lexiconsole.views.safe import harmless
from lexiconsole.views.shapes import entry_shape
from lexiconsole.views.story import Moment, Row, RowKind
from lexiconsole.views.words import StepState

if TYPE_CHECKING:
    from lexiconsole.cli.face import Face
    from lexiconsole.cli.paint import Paint
    from lexiconsole.durable.context import Progress

__all__ = ["Watcher", "watcher_for"]


class Watcher(Protocol):
    """Shows a run while it goes; entered before the first entry, left after the last."""

    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...

    def entry(self, entry: Entry, moments: tuple[Moment, ...], row: Row | None) -> None:
        """One more fact, the lines it makes in the timeline, and how its key stands with it."""
        ...

    def progress(self, note: Progress) -> None: ...


def watcher_for(face: Face, run_id: str, *, on_stdout: bool = False) -> Watcher:
    """The watcher that suits whoever reads. `on_stdout`: the lines are the command's result, not its noise."""
    if face.json:
        return _JsonWatcher(face, run_id)
    if face.lively:
        return _BarWatcher(face.err.paint)
    if on_stdout:
        return _LineWatcher(face.out.line, face.out.paint, face.out.flush)
    return _LineWatcher(face.err.line, face.err.paint)


class _Plain:
    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        pass

    def progress(self, note: Progress) -> None:
        pass


class _JsonWatcher(_Plain):
    def __init__(self, face: Face, run_id: str) -> None:
        self._out, self._run_id = face.out, run_id

    def entry(self, entry: Entry, moments: tuple[Moment, ...], row: Row | None) -> None:
        self._out.object(entry_shape(entry))

    def progress(self, note: Progress) -> None:
        self._out.object(progress_shape(self._run_id, note))


class _LineWatcher(_Plain):
    def __init__(self, write: Callable[[str], None], paint: Paint, flush: Callable[[], None] | None = None) -> None:
        self._write, self._paint, self._flush = write, paint, flush
        self._condenser = Condenser()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._show(self._condenser.rest())

    def entry(self, entry: Entry, moments: tuple[Moment, ...], row: Row | None) -> None:
        for moment in moments:
            self._show(self._condenser.add(moment))

    def _show(self, moments: list[Moment]) -> None:
        for moment in moments:
            self._write(moment_line(moment, self._paint))
        if moments and self._flush is not None:
            self._flush()


class _BarWatcher:
    """Lines that stay, and below them what goes on now: a spinner per open step, a bar where a step tells how far it is."""

    def __init__(self, paint: Paint) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, ProgressColumn, SpinnerColumn, TextColumn, TimeElapsedColumn

        self._paint = paint
        spinner = SpinnerColumn("line" if paint.ascii_only else "dots", style="" if not paint.depth else "cyan")
        text: ProgressColumn = TextColumn("{task.description}", markup=False)
        counted: ProgressColumn = TextColumn("{task.fields[count]}", markup=False)
        console = Console(stderr=True, no_color=not paint.depth, highlight=False)
        self._console = console
        self._bars = self._made(console, [spinner, text, BarColumn(24), counted, TimeElapsedColumn()])
        self._tasks: dict[str, Any] = {}
        self._condenser = Condenser()

    @staticmethod
    def _made(console: Any, parts: list[Any]) -> Any:
        from rich.progress import Progress as Bars

        return Bars(*parts, console=console, transient=True, refresh_per_second=8)

    def __enter__(self) -> Self:
        self._bars.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._show(self._condenser.rest())
        self._bars.__exit__(kind, error, trace)

    def _show(self, moments: list[Moment]) -> None:
        from rich.text import Text

        for moment in moments:
            line = self._paint.plain(moment_line(moment, self._paint, room=self._console.width))
            self._console.print(Text.from_ansi(line), soft_wrap=True)

    def entry(self, entry: Entry, moments: tuple[Moment, ...], row: Row | None) -> None:
        for moment in moments:
            self._show(self._condenser.add(moment))
        if row is None:
            return
        if row.open and row.kind is not RowKind.QUESTION and row.state is not StepState.DOUBTFUL:
            self._task(entry.key, f"undo {row.undoes}" if row.undoes else row.key)
        elif entry.key in self._tasks:
            self._bars.remove_task(self._tasks.pop(entry.key))

    def progress(self, note: Progress) -> None:
        failed = f", {note.failed} failed" if note.failed else ""
        count = f"{note.done}/{note.total}{failed}" if note.total is not None else f"{note.done}{failed}"
        about = f"{note.key}  {harmless(note.text)}" if note.text else note.key
        task = self._task(note.key, about)
        self._bars.update(task, completed=note.done, total=note.total, count=count, description=harmless(about))

    def _task(self, key: str, about: str) -> Any:
        if key not in self._tasks:
            self._tasks[key] = self._bars.add_task(harmless(about), total=None, count="")
        return self._tasks[key]
