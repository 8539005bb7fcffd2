"""TransformPipe: functions one behind the other."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lexiconsole.pipeline import TransformPipe
from lexiconsole.result import Err, Ok


async def half(x: int) -> Any:
    return Ok(x // 2) if x % 2 == 0 else Err(f"{x} is odd")


async def length(text: str) -> int:
    return len(text)


@pytest.mark.parametrize(
    ("pipe", "value", "result"),
    [
        (TransformPipe[int](), 3, Ok(3)),
        (TransformPipe[int]().pipe(str).pipe(length), 123, Ok(3)),
        (TransformPipe[int]().pipe(half).pipe(half), 8, Ok(2)),
        (TransformPipe[int]().pipe(half).pipe(half), 6, Err("3 is odd")),
        (TransformPipe[int]().pipe_if(lambda x: x > 5, lambda x: x * 10), 6, Ok(60)),
        (TransformPipe[int]().pipe_if(lambda x: x > 5, lambda x: x * 10), 5, Ok(5)),
        (TransformPipe[int]().pipe_if(lambda x: Ok(False), half), 5, Ok(5)),
        (TransformPipe[int]().pipe_if(lambda x: Err("?"), half), 5, Err("?")),
        (TransformPipe[int]().tap(lambda x: x + 1), 5, Ok(5)),
        (TransformPipe[int]().tap(lambda x: Err("seen")), 5, Err("seen")),
        (TransformPipe[int]().pipe(half).catch(lambda e: f"caught {e}"), 5, Ok("caught 5 is odd")),
        (TransformPipe[int]().pipe(half).catch(lambda e: Err("worse")), 5, Err("worse")),
        (TransformPipe[int]().catch(lambda e: 0).pipe(half), 5, Err("5 is odd")),
        (TransformPipe[int]().pipe(half).catch(lambda e: 10).pipe(half), 5, Ok(5)),
    ],
)
async def test_what_comes_out(pipe: TransformPipe[int, Any], value: int, result: Any) -> None:
    assert await pipe.execute(value) == result


async def test_an_exception_comes_out_as_the_err_that_holds_it() -> None:
    result = await TransformPipe[int]().pipe(lambda x: 1 // x).tap(print).execute(0)
    assert isinstance(result.unwrap_err(), ZeroDivisionError)


async def test_after_a_failure_functions_are_passed_over() -> None:
    seen: list[Any] = []
    pipe = TransformPipe[int]().pipe(half).tap(seen.append).pipe_if(seen.append, half)
    assert (await pipe.execute(3)).is_err() and seen == []


@given(st.lists(st.integers(-5, 5), max_size=6))
async def test_a_pipe_is_never_changed_by_continuing_it(numbers: list[int]) -> None:
    pipe: TransformPipe[int, int] = TransformPipe()
    for n in numbers:
        longer = pipe.pipe(lambda x, n=n: x + n)
        assert longer is not pipe
        pipe.pipe(lambda x: x * 1000)
        pipe = longer
    assert await pipe.execute(0) == Ok(sum(numbers))
