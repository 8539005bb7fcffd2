"""`serve`: the console in a browser, for this machine and whoever holds the link."""

from __future__ import annotations

import signal
from typing import TYPE_CHECKING, Annotated, Any

import typer

from lexiconsole.cli.exits import ExitCode
from lexiconsole.cli.face import Face
from lexiconsole.cli.shared import command
from lexiconsole.errors import UsageError

if TYPE_CHECKING:
    from lexiconsole.app.workspace import Workspace

__all__ = ["serve"]


@command
def serve(
    face: Face,
    host: Annotated[str, typer.Option("--host", metavar="ADDRESS", help="A loopback address.")] = "127.0.0.1",
    port: Annotated[int, typer.Option("--port", metavar="N", min=0, max=65535, help="0: any that is free.")] = 0,
    readonly: Annotated[bool, typer.Option("--readonly", help="To look only: nothing can be changed.")] = False,
) -> ExitCode:
    """Open the console in a browser on this machine.

    Prints a link that opens once: the browser that comes with it first is the one that may see the console. Whoever holds the
    link acts as you, and the audit says so. Each tab is a console of its own and ends with it; as many as `console.tabs` says can
    be open at once. Ctrl-C ends all of them. Needs the extra: pip install 'lexiconsole[browser]'.
    """
    try:
        from lexiconsole.browser.server import Bounds
        from lexiconsole.browser.server import serve as serve_consoles
    except ModuleNotFoundError as missing:
        if (missing.name or "").split(".")[0] == "lexiconsole":
            raise
        raise UsageError(
            f"a console in the browser needs {missing.name}; install it with: pip install 'lexiconsole[browser]'"
        ) from None
    shared = face.shared
    terms: dict[str, Any] = {
        "folder": None if shared.folder is None else str(shared.folder),
        "store": None if shared.store is None else str(shared.store),
        "profile": shared.profile,
        "ascii_only": shared.ascii_only,
        "readonly": readonly or shared.readonly,
    }
    with face.workspace() as workspace:
        served = _Served(face, workspace, look_only=terms["readonly"])
        wished = workspace.settings.console
    number = serve_consoles(terms, host, port, served, Bounds(wished.tabs, wished.idle))
    return ExitCode.INTERRUPTED if number == signal.SIGINT else ExitCode.COMPLETED


class _Served:
    """What is said at the beginning and at the end."""

    def __init__(self, face: Face, workspace: Workspace, *, look_only: bool) -> None:
        self._face, self._user, self._look_only = face, workspace.identity.user, look_only
        self._root, self._store = workspace.root, workspace.store_path

    def opened(self, link: str) -> None:
        face = self._face
        if face.json:
            face.out.object({"type": "serving", "link": link, "acts_as": self._user, "readonly": self._look_only})
            return
        face.err.say(f"a console in the browser for {self._root}; the link opens once:")
        face.out.raw(f"{link}\n")
        face.out.flush()
        may = "sees what you see" if self._look_only else f"acts as {self._user}, and the audit says so"
        face.err.hint(f"whoever holds it {may}; each tab is a console of its own; Ctrl-C ends all of them")

    def used(self) -> None:
        if not self._face.json:
            self._face.err.hint("a browser opened the link; it opens no other")

    def ending(self, tabs: int) -> None:
        if tabs:
            consoles = "1 console" if tabs == 1 else f"{tabs} consoles"
            self._face.err.say(f"ending {consoles}; runs are put down and can go on. Ctrl-C again ends at once")
