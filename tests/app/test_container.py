"""The container: one instance per type, however it is made, by whom and how often it is asked for."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import Protocol

import pytest

from lexiconsole.app.container import Container
from lexiconsole.contracts.core.di import ContainerRegistrarProtocol
from lexiconsole.errors import DefinitionError, NotFoundError


class Port(Protocol):
    value: int


class Thing:
    def __init__(self, value: int = 7) -> None:
        self.value = value


class Callable_(Thing):
    def __call__(self) -> str:
        return "called"


@pytest.fixture
async def container():
    made = Container()
    yield made
    await made.close()


def test_it_is_the_registrar_of_the_contracts(container):
    assert isinstance(container, ContainerRegistrarProtocol)


async def async_factory() -> Thing:
    await asyncio.sleep(0)
    return Thing(5)


def wants_container(container: Container) -> Thing:
    return Thing(container.get(int))


@pytest.mark.parametrize(
    ("factory", "value"),
    [
        (Thing, 7),
        (lambda: Thing(1), 1),
        (partial(Thing, 2), 2),
        (Thing(3), 3),
        (async_factory, 5),
        (wants_container, 9),
    ],
    ids=["class", "lambda", "partial", "instance", "async", "container"],
)
async def test_a_factory_or_an_instance(container, factory, value):
    container.singleton(int, partial(int, 9))
    container.singleton(Port, factory)
    first = await container.resolve(Port)
    assert first.value == value
    assert await container.resolve(Port) is first
    assert container.get(Port) is first


async def test_an_object_that_could_be_called_is_taken_as_it_is(container):
    made = Callable_()
    container.singleton(Port, made)
    assert await container.resolve(Port) is made


async def test_many_tasks_get_the_one_instance_that_is_made_once(container):
    made = []

    async def slowly() -> Thing:
        made.append(1)
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        return Thing()

    container.singleton(Thing, slowly)
    got = await asyncio.gather(*(container.resolve(Thing) for _ in range(10)))
    assert len(made) == 1
    assert len({id(one) for one in got}) == 1


async def test_a_factory_that_failed_is_tried_again(container):
    tries = []

    async def at_second() -> Thing:
        tries.append(1)
        if len(tries) == 1:
            raise OSError("not yet")
        return Thing()

    container.singleton(Thing, at_second)
    with pytest.raises(OSError, match="not yet"):
        await container.resolve(Thing)
    assert (await container.resolve(Thing)).value == 7


async def test_generators_tidy_up_in_reverse_when_the_container_closes():
    container, log = Container(), []

    def database():
        log.append("open")
        yield Thing(1)
        log.append("close")

    async def service(container: Container):
        thing = await container.resolve(int)
        yield Callable_(thing.value)
        log.append("stop")

    container.singleton(int, database)
    container.singleton(Callable_, service)
    assert (await container.resolve(Callable_)).value == 1
    await container.close()
    assert log == ["open", "stop", "close"]


async def test_what_nobody_asked_for_is_never_made():
    container = Container()
    container.singleton(Thing, lambda: 1 / 0)
    await container.close()


async def test_what_is_not_registered_is_told_with_the_nearest_name(container):
    container.singleton(Thing, Thing)

    class Thingy: ...

    for ask in (container.resolve, None):
        with pytest.raises(NotFoundError, match="no registration 'Thingy'; did you mean 'Thing'"):
            await ask(Thingy) if ask is not None else container.get(Thingy)


async def test_things_that_need_each_other_are_told_with_the_circle(container):
    async def one(container: Container) -> int:
        return await container.resolve(str)

    container.singleton(int, one)
    container.singleton(str, needs_int)
    with pytest.raises(DefinitionError, match="int → str → int"):
        await container.resolve(int)


async def needs_int(container: Container) -> str:
    return str(await container.resolve(int))


async def test_a_registration_is_replaced_until_somebody_has_it(container):
    container.singleton(Thing, Thing)
    container.singleton(Thing, Thing(2))
    assert container.get(Thing).value == 2
    with pytest.raises(DefinitionError, match="in use already"):
        container.singleton(Thing, Thing(3))


async def test_what_an_async_factory_makes_can_be_had_without_await_once_it_is_made(container):
    container.singleton(Thing, async_factory)
    with pytest.raises(DefinitionError, match="async factory; use: await"):
        container.get(Thing)
    await container.resolve(Thing)
    assert container.get(Thing).value == 5


async def test_what_goes_on_beside_may_ask_for_what_began_it(container):
    asked: list[asyncio.Task[Thing]] = []

    async def begins(container: Container) -> Thing:
        async def later() -> Thing:
            await made.wait()
            return await container.resolve(Thing)

        asked.append(asyncio.create_task(later()))
        return Thing(3)

    made = asyncio.Event()
    container.singleton(Thing, begins)
    thing = await container.resolve(Thing)
    made.set()
    assert await asked[0] is thing
