"""`step`, `conditional` and `parallel`, as decorators and in one call."""

from __future__ import annotations

from lexiconsole.pipeline import FunctionStep, Pipeline, PipelineContext, conditional, parallel, step


async def test_step_in_every_form() -> None:
    @step(name="fetch", timeout=5.0, max_retries=2)
    async def get(ctx: PipelineContext) -> int:
        return 1

    @step
    def double(ctx: PipelineContext) -> int:
        return int(ctx["fetch"]) * 2

    @step()
    def triple(ctx: PipelineContext) -> int:
        return int(ctx["double"]) * 3

    last = step("last", lambda ctx: ctx["triple"] + 1, dependencies=["triple"])
    assert [s.name for s in (get, double, triple, last)] == ["fetch", "double", "triple", "last"]
    assert get.timeout == 5.0 and get.max_retries == 2 and isinstance(get, FunctionStep)
    assert (await Pipeline(steps=[get, double, last, triple]).execute()).unwrap().value == 7


async def test_conditional_as_a_decorator_and_its_other_branch() -> None:
    @conditional(name="route", condition=lambda ctx: ctx.get("is_premium", False))
    async def premium_path(ctx: PipelineContext) -> str:
        return "premium"

    async def standard_path(ctx: PipelineContext) -> str:
        return "standard"

    premium_path.otherwise(standard_path)
    for premium, way in ((True, "premium"), (False, "standard")):
        context = (await Pipeline(steps=[premium_path]).execute({"is_premium": premium})).unwrap()
        assert context["route"] == way == context[f"{way}_path"]


async def test_conditional_and_parallel_in_one_call() -> None:
    def one() -> int:
        return 1

    def two() -> int:
        return 2

    both = parallel("both", [one, two], fail_fast=False, timeout=5.0)
    way = conditional("way", lambda: False, one, two, dependencies=["both"])
    context = (await Pipeline(steps=[way, both]).execute()).unwrap()
    assert context["both"] == {"one": 1, "two": 2} and context["way"] == 2 and not both.fail_fast


async def test_parallel_as_a_decorator_takes_more() -> None:
    @parallel("notify")
    def email() -> str:
        return "sent"

    @email.also
    def sms() -> str:
        return "sent too"

    assert (await Pipeline(steps=[email]).execute()).unwrap().value == {"email": "sent", "sms": "sent too"}
    assert sms is email, "as a decorator it gives back the group"
