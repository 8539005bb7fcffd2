"""The shop's books: every effect once per key, and every undo leaves nothing."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from _shop import Balance, Receipt, Shop, ShopError, ShopUnavailableError


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    return Shop(tmp_path / "shop.db")


def all_steps(shop: Shop, order: str) -> list[Callable[[], Receipt]]:
    return [
        lambda: shop.place(order, "Ada", f"{order}/place"),
        lambda: shop.reserve(order, {"mug": 2, "kettle": 1}, f"{order}/reserve"),
        lambda: shop.charge(order, "Ada", 114_90, f"{order}/charge"),
        lambda: shop.book_courier(order, "Ada", f"{order}/courier"),
        lambda: shop.promise(order, "Ada", "on its way", f"{order}/notify"),
    ]


def all_undos(shop: Shop, order: str) -> list[Callable[[], object]]:
    return [
        lambda: shop.take_back_promise(order, f"{order}/undo/notify"),
        lambda: shop.cancel_courier(order, f"{order}/undo/courier"),
        lambda: shop.refund(order, f"{order}/undo/charge"),
        lambda: shop.release(order, f"{order}/undo/reserve"),
        lambda: shop.withdraw(order, f"{order}/undo/place"),
    ]


def test_a_whole_order_is_in_the_books(shop: Shop) -> None:
    results = [step() for step in all_steps(shop, "A")]
    assert [receipt.cents for receipt in results] == [0, 114_90, 114_90, 0, 0]
    assert len({receipt.number for receipt in results}) == 5
    assert shop.balance("A") == Balance(orders=1, pieces=3, cents=114_90, parcels=1, promises=1)
    assert shop.stock()["mug"] == 4_998


@given(
    st.lists(st.integers(0, 4), max_size=8),
    st.lists(st.integers(0, 4), max_size=8),
)
@settings(max_examples=25, deadline=None)
def test_whatever_was_done_and_however_often_undoing_it_all_leaves_nothing(
    tmp_path_factory: pytest.TempPathFactory, done: list[int], undone: list[int]
) -> None:
    shop = Shop(tmp_path_factory.mktemp("shop") / "shop.db")
    before = shop.stock()
    for number in done:
        all_steps(shop, "A")[number]()
    for number in [*undone, 0, 1, 2, 3, 4]:
        all_undos(shop, "A")[number]()
    assert shop.balance("A") == Balance()
    assert shop.stock() == before


def test_the_same_key_again_has_no_second_effect_and_the_same_result(shop: Shop) -> None:
    first = [step() for step in all_steps(shop, "A")]
    books = shop.balance("A")
    assert [step() for step in all_steps(shop, "A")] == first
    assert shop.balance("A") == books


def test_undoing_one_order_leaves_the_others_alone(shop: Shop) -> None:
    for order in ("A", "B"):
        for step in all_steps(shop, order):
            step()
    held = shop.balance("B")
    for undo in all_undos(shop, "A"):
        undo()
    assert shop.balance("B") == held


def test_a_reservation_is_all_or_nothing(shop: Shop) -> None:
    with pytest.raises(ShopError, match="only 1 of 'caddy' left, 2 wanted"):
        shop.reserve("A", {"mug": 1, "caddy": 2}, "k")
    assert shop.balance("A") == Balance()
    assert shop.stock()["mug"] == 5_000


def test_a_product_that_is_not_sold_is_named_with_those_that_are(shop: Shop) -> None:
    with pytest.raises(ShopError, match="does not sell 'mugg'; it sells caddy, kettle, mug"):
        shop.reserve("A", {"mugg": 1}, "k")


def test_a_card_is_declined_above_its_limit(shop: Shop) -> None:
    with pytest.raises(ShopError, match="declined"):
        shop.charge("A", "Ada", 1_000_01, "k")
    assert shop.charge("A", "Ada", 1_000_00, "k").cents == 1_000_00


def test_an_outage_for_a_while_is_over_after_so_many_calls_even_in_another_process(shop: Shop) -> None:
    with pytest.raises(ShopUnavailableError, match="1 of 2"):
        shop.suffer("A", "charge", 2)
    again = Shop(shop.path)
    with pytest.raises(ShopUnavailableError, match="2 of 2"):
        again.suffer("A", "charge", 2)
    again.suffer("A", "charge", 2)
    with pytest.raises(ShopUnavailableError):
        again.suffer("B", "charge", 2)


def test_an_outage_for_good_never_ends(shop: Shop) -> None:
    for _ in range(5):
        with pytest.raises(ShopUnavailableError, match="for good"):
            shop.suffer("A", "charge", 0)


def test_a_foreign_database_is_refused_and_left_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "other.db"
    with sqlite3.connect(path) as db:
        db.execute("CREATE TABLE products (name TEXT)")
    db.close()
    before = path.read_bytes()
    with pytest.raises(ShopError, match="holds something else than a shop"):
        Shop(path).stock()
    assert path.read_bytes() == before


def test_a_file_that_is_no_database_is_refused_and_left_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "notes.txt"
    path.write_text("not a database, but long enough to be looked at as one " * 10)
    before = path.read_bytes()
    with pytest.raises(ShopError, match="can not be used: file is not a database"):
        Shop(path).stock()
    assert path.read_bytes() == before


def test_many_at_once_open_the_shop_once_and_never_sell_more_than_there_is(tmp_path: Path) -> None:
    path = tmp_path / "shop.db"
    sold: list[str] = []

    def buy(order: str) -> None:
        try:
            Shop(path).reserve(order, {"caddy": 1}, order)
        except ShopError:
            return
        sold.append(order)

    threads = [threading.Thread(target=buy, args=(f"o{number}",)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(sold) == 1
    assert Shop(path).stock()["caddy"] == 0


def test_a_shop_from_before_it_kept_a_book_of_orders_gets_one(shop: Shop) -> None:
    shop.stock()
    with closing(sqlite3.connect(shop.path)) as db:
        db.execute("DROP TABLE orders")
    shop.place("A", "Ada", "A/place")
    assert shop.balance("A").orders == 1
