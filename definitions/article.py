"""An article from its draft to the archive: a state machine. It waits for events, for days if need be.

    lexiconsole run article -i title="On kettles" --id kettles
    lexiconsole signal kettles revise -i text="Kettles boil water, and some of them whistle."
    lexiconsole signal kettles submit
    lexiconsole signal kettles publish

Everything about an article is in a folder of its own: `text.md` and, once it is published, `page.html`; while it is in
review `submitted` holds the digest of what was submitted, after it was sent back `note.txt` says why.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
from functools import partial
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from _markdown import page
from _paths import AnyPath, kept
from lexiconsole import Change, State, StateMachine, Transition, workflow

_SAMPLE = "A kettle boils water.\n\n* Some of them **whistle**.\n* The others are *watched*.\n"


class Draft(BaseModel):
    """What an article begins with."""

    model_config = ConfigDict(extra="forbid")

    title: str = Field("On kettles", min_length=1, max_length=120, pattern=r"\w", description="Its heading.")
    text: str = Field(_SAMPLE, max_length=200_000, description="The article itself, in Markdown.")
    path: AnyPath = Field(
        default_factory=partial(kept, "articles"), description="The folder in which articles are kept; made if missing."
    )
    min_words: int = Field(5, ge=0, le=10_000, description="Shorter ones can not be submitted.")


@workflow(name="article", input=Draft)
class Article(StateMachine):
    """Takes an article from draft over review to a published page and into the archive; events move it on."""

    states = (State("draft"), State("review"), State("published"), State("archived", final=True))
    transitions = (
        Transition("revise", "draft", "draft"),
        Transition("submit", "draft", "review"),
        Transition("send_back", "review", "draft"),
        Transition("publish", "review", "published"),
        Transition("withdraw", "published", "draft"),
        Transition("archive", ("draft", "published"), "archived"),
    )

    def __init__(self, draft: Draft) -> None:
        super().__init__()
        self.draft = draft
        name = re.sub(r"\W+", "-", draft.title.lower()).strip("-_")
        self.folder = draft.path / name
        self.archive = draft.path / "archive" / name

    # guards: what must be true before an event counts

    def can_revise(self, change: Change) -> bool:
        return isinstance(change.payload, dict) and isinstance(change.payload.get("text"), str)

    def can_submit(self) -> bool:
        return len(self.text.split()) >= self.draft.min_words

    def can_publish(self) -> bool:
        """What is published is what was reviewed."""
        return (self.folder / "submitted").read_text("utf-8") == digest(self.text)

    def can_archive(self) -> bool:
        return not self.archive.exists() or not self.folder.exists()

    # hooks: each may be called again after a crash, and then finds what it did before

    def on_enter_draft(self, change: Change) -> None:
        match change.event:
            case "revise":
                write(self.folder / "text.md", change.payload["text"])
            case "send_back":
                write(self.folder / "note.txt", f"{_reason(change.payload)}\n")
            case "withdraw":
                (self.folder / "page.html").unlink(missing_ok=True)
            case _:
                self.begin()

    def begin(self) -> None:
        """Makes the folder, unless another run has one for the same title."""
        self.folder.mkdir(parents=True, exist_ok=True)
        owner = self.folder / "owner"
        if owner.exists() and owner.read_text("utf-8") != self.machine_id:
            raise FileExistsError(f"{self.folder} belongs to the run {owner.read_text('utf-8')}; choose another title")
        write(owner, self.machine_id)
        write(self.folder / "text.md", self.draft.text)

    def on_enter_review(self) -> None:
        write(self.folder / "submitted", digest(self.text))
        (self.folder / "note.txt").unlink(missing_ok=True)

    def on_enter_published(self) -> Path:
        write(self.folder / "page.html", page(self.draft.title, self.text))
        return self.folder / "page.html"

    def on_enter_archived(self) -> Path:
        if self.folder.exists():
            self.archive.parent.mkdir(exist_ok=True)
            shutil.move(self.folder, self.archive)
        return self.archive

    def conclude(self) -> Any:
        return {"state": self.current_state, "folder": str(self.archive), "changes": self.version}

    @property
    def text(self) -> str:
        return (self.folder / "text.md").read_text("utf-8")


def digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def write(path: Path, text: str) -> None:
    """The whole file or none of it, however the process ends."""
    fresh = path.with_name(f".{path.name}.{os.getpid()}")
    fresh.write_text(text, "utf-8")
    fresh.replace(path)


def _reason(payload: Any) -> str:
    reason = payload.get("reason") if isinstance(payload, dict) else payload
    return str(reason) if reason else "no reason given"
