"""Where items come from: a list, anything that can be iterated, also asynchronously, or a function that opens it midway."""

from __future__ import annotations

from collections.abc import AsyncIterable, AsyncIterator, Callable, Iterable, Iterator, Sequence
from functools import partial
from itertools import islice
from typing import Any, Generic, TypeAlias, TypeVar

from lexiconsole.durable.calling import wants_argument
from lexiconsole.errors import DefinitionError

__all__ = ["Items", "Source"]

T = TypeVar("T")

Items: TypeAlias = "Iterable[T] | AsyncIterable[T] | Callable[[int], Iterable[T] | AsyncIterable[T]]"
"""A callable that needs an argument is given the index of the first item wanted, from 0, so that it need not read what came
before; one that needs none gives all of them each time.
"""


class Source(Generic[T]):
    """The items from a cursor on, taken in pieces. It is opened with the first piece."""

    def __init__(self, items: Items[T], cursor: int = 0) -> None:
        self._items, self._cursor = items, cursor
        self.at_hand: Callable[[int], Sequence[T]] | None = None
        """Gives up to so many items without waiting, once what they are in is open."""
        self._opened: Iterator[T] | None = None
        self._async: AsyncIterator[T] | None = None

    async def take(self, count: int) -> Sequence[T]:
        """Up to `count` items; fewer only at the end. Raises whatever reading raises."""
        if self.at_hand is None and self._async is None:
            await self._open()
        if self.at_hand is not None:
            return self.at_hand(count)
        taken: list[T] = []
        if self._async is not None and count:
            async for item in self._async:
                taken.append(item)
                if len(taken) == count:
                    break
        return taken

    async def _open(self) -> None:
        items: Any = self._items
        skip = self._cursor
        if callable(items) and not isinstance(items, (Iterable, AsyncIterable)):
            if wants_argument(items):
                items, skip = items(skip), 0
            else:
                items = items()
            if hasattr(items, "__await__"):
                items = await items
        if isinstance(items, AsyncIterable):
            self._async = aiter(items)
            if skip:
                await self._skip(self._async, skip)
        elif type(items) in {list, range}:
            self.at_hand = _in_slices(items, skip)
        elif isinstance(items, Iterable):
            self._opened = iter(items[skip:] if isinstance(items, (list, tuple)) else items)
            if skip and not isinstance(items, (list, tuple)):
                next(islice(self._opened, skip - 1, skip), None)
            self.at_hand = partial(_taken, self._opened)
        else:
            raise DefinitionError(
                f"items must be something to iterate over, or a function that opens it; not {items!r}"
            )

    @staticmethod
    async def _skip(items: AsyncIterator[T], count: int) -> None:
        async for _ in items:
            count -= 1
            if not count:
                return

    @property
    def can_look_back(self) -> bool:
        """Whether an item that was taken can be taken once more; of what can only be gone through once it can not."""
        items: Any = self._items
        return isinstance(items, Sequence) or (callable(items) and not isinstance(items, (Iterable, AsyncIterable)))

    async def again(self, indices: Sequence[int]) -> list[T]:
        """The items at these places, which rise, read anew beside what is being taken."""
        if isinstance(self._items, Sequence):
            return [self._items[index] for index in indices]
        found: list[T] = []
        place, reader = 0, self
        for index in indices:
            if reader is self or index != place:
                if reader is not self:
                    await reader.close()
                reader = Source(self._items, index)
            taken = await reader.take(1)
            if not taken:
                raise LookupError(f"item {index} is not there any more")
            found += taken
            place = index + 1
        if reader is not self:
            await reader.close()
        return found

    async def close(self) -> None:
        """Lets a generator tidy up."""
        for opened, close in ((self._async, "aclose"), (self._opened, "close")):
            closing = getattr(opened, close, None)
            if closing is not None:
                done = closing()
                if hasattr(done, "__await__"):
                    await done


def _taken(opened: Iterator[T], count: int) -> list[T]:
    return list(islice(opened, count))


def _in_slices(items: Sequence[T], cursor: int) -> Callable[[int], Sequence[T]]:
    """What can be cut is not gone through item by item."""

    def piece(count: int) -> Sequence[T]:
        nonlocal cursor
        cut = items[cursor : cursor + count]
        cursor += len(cut)
        return cut

    return piece
