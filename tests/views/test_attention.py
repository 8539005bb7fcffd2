"""What needs one person, in one line for a title, and what of it is new."""

from __future__ import annotations

import pytest

from lexiconsole.views.attention import Attention

NONE = Attention()


def seen(*tasks: str, **more) -> Attention:
    return Attention(frozenset(tasks), **more)


@pytest.mark.parametrize(
    ("attention", "words"),
    [
        (NONE, ""),
        (Attention(failed=3), ""),
        (seen("a:q"), "1 needs you"),
        (seen("a:q", "a:p"), "2 need you"),
        (seen("a:q", doubtful=frozenset({"b"})), "2 need you"),
        (seen("a:undo", doubtful=frozenset({"a"})), "1 needs you"),  # a repair asks for the doubtful run itself
        (seen("a:q", more=True), "1+ need you"),
        (Attention(more=True), ""),
    ],
)
def test_the_title_counts_what_is_mine(attention, words):
    assert attention.words == words


@pytest.mark.parametrize(
    ("before", "now", "news"),
    [
        (NONE, NONE, []),
        (NONE, seen("a:q"), ["question"]),
        (seen("a:q"), seen(), []),
        (seen("a:q"), seen("b:q"), ["question"]),
        (seen("a:q"), seen("a:q", soon=frozenset({"a:q"})), ["due_soon"]),
        (seen("a:q"), seen("a:q", escalated=frozenset({"a:q"})), ["escalated"]),
        (NONE, Attention(doubtful=frozenset({"r"}), failed=1), ["doubtful", "failed"]),
        (Attention(failed=2), Attention(failed=1), []),
    ],
)
def test_only_what_came_is_news(before, now, news):
    assert list(now.news(before)) == news
