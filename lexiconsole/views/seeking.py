"""Seeking: which nodes, steps and lines of one run have certain words in what is read of them."""

from __future__ import annotations

from lexiconsole.views.lanes import Passage
from lexiconsole.views.layout.outlined import node_title
from lexiconsole.views.picture import NodeView
from lexiconsole.views.story import Moment
from lexiconsole.views.words import STEP_LOOKS

__all__ = ["has_words", "words_of_line", "words_of_node", "words_of_step"]


def has_words(sought: str, text: str) -> bool:
    """Whether each word that is sought stands somewhere in the text, as a part too, however it is written; never for none."""
    words, there = sought.casefold().split(), text.casefold()
    return bool(words) and all(word in there for word in words)


def words_of_node(view: NodeView) -> str:
    """Its title and key, how it stands, and what came of it or what it waits for."""
    return " ".join((node_title(view.node), view.key, view.row, STEP_LOOKS[view.state].word, view.text))


def words_of_step(step: Passage) -> str:
    """Of a saga: its key and group, how it stands, how it stands with undoing it, and why that failed."""
    faults = (
        str(error.get(part, "")) for error in (step.error, step.undo.error) if error for part in ("type", "message")
    )
    return " ".join((step.key, step.group, STEP_LOOKS[step.state].word, step.undo.need.value, step.undo.said, *faults))


def words_of_line(line: Moment) -> str:
    """Of the timeline: what it is about, what happened, who did it."""
    return f"{line.subject} {line.text} {line.by} {line.look.word}"
