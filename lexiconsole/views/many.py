"""A number and what it counts, in words: 1 run, 1,204 runs."""

__all__ = ["many"]


def many(count: int, what: str) -> str:
    """`what` is the word for one; a word of its own for more of them is that with an s."""
    return f"{count:,} {what}{'' if count == 1 else 's'}"
