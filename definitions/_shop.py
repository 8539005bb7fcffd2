"""A small shop on SQLite: orders, stock, a ledger, courier bookings and an outbox. Plain Python; nothing here knows of workflows.

The books only grow. What was done is never changed or deleted; it is undone by a row that says the opposite, so the whole
story can be read afterwards and an order whose rows add up to zero has left nothing behind. Every row carries the
idempotency key it was made under: the same call again, after a crash or a lost reply, finds its row and does nothing.
"""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

CARD_LIMIT = 1_000_00
"""Cents that a card pays at most; more is declined."""

_SHOP = 0x53484F50  # "SHOP": how a shop's file is told from any other database

_TABLES = """
CREATE TABLE products (sku TEXT PRIMARY KEY, name TEXT NOT NULL, cents INTEGER NOT NULL);
CREATE TABLE stock_moves (
    key TEXT, sku TEXT REFERENCES products, order_id TEXT, quantity INTEGER NOT NULL,
    at TEXT DEFAULT CURRENT_TIMESTAMP, PRIMARY KEY (key, sku)
);
CREATE TABLE ledger (
    key TEXT PRIMARY KEY, order_id TEXT, what TEXT, cents INTEGER NOT NULL, at TEXT DEFAULT CURRENT_TIMESTAMP
);
CREATE TABLE bookings (
    key TEXT PRIMARY KEY, order_id TEXT, what TEXT, parcels INTEGER NOT NULL, at TEXT DEFAULT CURRENT_TIMESTAMP
);
CREATE TABLE outbox (
    key TEXT PRIMARY KEY, order_id TEXT, recipient TEXT, text TEXT, promises INTEGER NOT NULL,
    at TEXT DEFAULT CURRENT_TIMESTAMP
);
CREATE TABLE outages (order_id TEXT, step TEXT, times INTEGER NOT NULL, PRIMARY KEY (order_id, step));
"""

_ORDERS = """
CREATE TABLE IF NOT EXISTS orders (
    key TEXT PRIMARY KEY, order_id TEXT, what TEXT, orders INTEGER NOT NULL, at TEXT DEFAULT CURRENT_TIMESTAMP
)
"""
"""A shop that was opened before it kept a book of orders gets one."""

_PRODUCTS = [  # sku, name, cents, pieces delivered when the shop opens
    ("mug", "Stoneware mug", 12_50, 5_000),
    ("teapot", "Cast iron teapot", 64_00, 2_000),
    ("kettle", "Gooseneck kettle", 89_90, 1_000),
    ("samovar", "Brass samovar", 1_450_00, 20),
    ("caddy", "Cherry bark tea caddy", 38_00, 1),
]


class ShopError(Exception):
    """The shop says no, in a sentence for the customer. Asking again does not help."""


class ShopUnavailableError(Exception):
    """A service of the shop does not answer just now; the next attempt may succeed."""


@dataclass(frozen=True, slots=True)
class Receipt:
    """What a service gives back: for which order, under which number, and what it comes to in cents."""

    order: str
    number: str
    cents: int = 0


@dataclass(frozen=True, slots=True)
class Balance:
    """What an order holds: itself in the book, pieces off the shelf, cents taken, parcels booked, promises made.

    All zero when undone.
    """

    orders: int = 0
    pieces: int = 0
    cents: int = 0
    parcels: int = 0
    promises: int = 0


class Shop:
    """The shop in the file at `path`, opened for business (made and stocked) at its first transaction."""

    def __init__(self, path: Path) -> None:
        self.path = path

    # what the order does

    def place(self, order: str, customer: str, key: str) -> Receipt:
        """Writes the order into the book."""
        with self._transaction() as db:
            db.execute(
                "INSERT INTO orders (key, order_id, what, orders) VALUES (?, ?, ?, 1) ON CONFLICT DO NOTHING",
                (key, order, f"placed by {customer}"),
            )
        return Receipt(order, _number("OR", key))

    def reserve(self, order: str, items: Mapping[str, int], key: str) -> Receipt:
        """Takes the items off the shelf and tells their price. All of them, or none and a ShopError."""
        with self._transaction() as db:
            total = sum(self._product(db, sku)["cents"] * quantity for sku, quantity in items.items())
            if not db.execute("SELECT 1 FROM stock_moves WHERE key = ?", (key,)).fetchone():
                for sku, quantity in items.items():
                    self._take(db, order, sku, quantity, key)
        return Receipt(order, _number("RS", key), total)

    def charge(self, order: str, customer: str, cents: int, key: str) -> Receipt:
        """Takes money from the customer's card, or raises ShopError when the card is declined."""
        if cents > CARD_LIMIT:
            raise ShopError(
                f"the card of {customer} was declined: {money(cents)} are more than its limit of {money(CARD_LIMIT)}"
            )
        with self._transaction() as db:
            db.execute(
                "INSERT INTO ledger (key, order_id, what, cents) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING",
                (key, order, f"charged to {customer}", cents),
            )
        return Receipt(order, _number("CH", key), cents)

    def book_courier(self, order: str, customer: str, key: str) -> Receipt:
        """Has a parcel collected."""
        receipt = Receipt(order, _number("CR", key))
        with self._transaction() as db:
            db.execute(
                "INSERT INTO bookings (key, order_id, what, parcels) VALUES (?, ?, ?, 1) ON CONFLICT DO NOTHING",
                (key, order, f"{receipt.number} to {customer}"),
            )
        return receipt

    def promise(self, order: str, customer: str, text: str, key: str) -> Receipt:
        """Tells the customer that the order comes."""
        with self._transaction() as db:
            db.execute(
                "INSERT INTO outbox (key, order_id, recipient, text, promises) VALUES (?, ?, ?, ?, 1) ON CONFLICT DO NOTHING",
                (key, order, customer, text),
            )
        return Receipt(order, _number("MS", key))

    # and how each is undone: by what the books still hold for the order, so undoing nothing is nothing

    def withdraw(self, order: str, key: str) -> None:
        """Strikes the order."""
        with self._transaction() as db:
            db.execute(
                "INSERT INTO orders (key, order_id, what, orders) SELECT ?, order_id, 'withdrawn', -sum(orders)"
                " FROM orders WHERE order_id = ? GROUP BY order_id HAVING sum(orders) <> 0",
                (key, order),
            )

    def release(self, order: str, key: str) -> None:
        """Puts back on the shelf what the order still holds."""
        with self._transaction() as db:
            db.execute(
                "INSERT INTO stock_moves (key, sku, order_id, quantity) SELECT ?, sku, order_id, -sum(quantity)"
                " FROM stock_moves WHERE order_id = ? GROUP BY sku HAVING sum(quantity) <> 0",
                (key, order),
            )

    def refund(self, order: str, key: str) -> None:
        """Gives back what was charged."""
        with self._transaction() as db:
            db.execute(
                "INSERT INTO ledger (key, order_id, what, cents) SELECT ?, order_id, 'refund', -sum(cents)"
                " FROM ledger WHERE order_id = ? GROUP BY order_id HAVING sum(cents) <> 0",
                (key, order),
            )

    def cancel_courier(self, order: str, key: str) -> None:
        """Calls off the courier."""
        with self._transaction() as db:
            db.execute(
                "INSERT INTO bookings (key, order_id, what, parcels) SELECT ?, order_id, 'cancelled', -sum(parcels)"
                " FROM bookings WHERE order_id = ? GROUP BY order_id HAVING sum(parcels) <> 0",
                (key, order),
            )

    def take_back_promise(self, order: str, key: str) -> None:
        """Tells the customer, if they were promised something, that it will not come."""
        with self._transaction() as db:
            db.execute(
                "INSERT INTO outbox (key, order_id, recipient, text, promises)"
                " SELECT ?, order_id, recipient, 'We are sorry: it does not come.', -sum(promises)"
                " FROM outbox WHERE order_id = ? GROUP BY order_id, recipient HAVING sum(promises) <> 0",
                (key, order),
            )

    # for whoever watches

    def suffer(self, order: str, step: str, times: int) -> None:
        """An outage on purpose: raises ShopUnavailableError the first `times` times it is called for that step, 0 for always.

        The calls are counted in the file, so an outage neither grows nor shrinks when the process is killed.
        """
        with self._transaction() as db:
            [so_far] = db.execute(
                "INSERT INTO outages VALUES (?, ?, 1) ON CONFLICT DO UPDATE SET times = times + 1 RETURNING times",
                (order, step),
            ).fetchone()
        if not times or so_far <= times:
            raise ShopUnavailableError(
                f"{step} does not answer ({'for good' if not times else f'{so_far} of {times} times'}, as asked)"
            )

    def balance(self, order: str) -> Balance:
        """What the order holds now; `Balance()` when it holds nothing."""
        with self._transaction() as db:
            row = db.execute(
                "SELECT (SELECT total(orders) FROM orders WHERE order_id = :order),"
                " (SELECT -total(quantity) FROM stock_moves WHERE order_id = :order),"
                " (SELECT total(cents) FROM ledger WHERE order_id = :order),"
                " (SELECT total(parcels) FROM bookings WHERE order_id = :order),"
                " (SELECT total(promises) FROM outbox WHERE order_id = :order)",
                {"order": order},
            ).fetchone()
        return Balance(*map(int, row))

    def stock(self) -> dict[str, int]:
        """Pieces on the shelf by SKU."""
        with self._transaction() as db:
            return dict(db.execute("SELECT sku, sum(quantity) FROM stock_moves GROUP BY sku").fetchall())

    # the file

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        """One connection for one transaction: nothing is shared between threads, and a kill leaves all of it or nothing."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        db = sqlite3.connect(self.path, timeout=30, isolation_level=None)
        try:
            db.row_factory = sqlite3.Row
            db.execute("BEGIN IMMEDIATE")
            self._open_for_business(db)
            yield db
            db.execute("COMMIT")
        except sqlite3.DatabaseError as fault:
            kind = ShopUnavailableError if fault.sqlite_errorcode == sqlite3.SQLITE_BUSY else ShopError
            raise kind(f"the shop in {self.path} can not be used: {fault}") from fault
        finally:
            db.close()  # rolls back what was not committed

    def _open_for_business(self, db: sqlite3.Connection) -> None:
        [mark] = db.execute("PRAGMA application_id").fetchone()
        if mark == _SHOP:
            db.execute(_ORDERS)
            return
        if db.execute("SELECT 1 FROM sqlite_schema").fetchone():
            raise ShopError(f"{self.path} holds something else than a shop; name another file")
        for statement in (*_TABLES.split(";"), _ORDERS):
            db.execute(statement)
        for sku, name, cents, pieces in _PRODUCTS:
            db.execute("INSERT INTO products VALUES (?, ?, ?)", (sku, name, cents))
            db.execute("INSERT INTO stock_moves (key, sku, quantity) VALUES ('delivery', ?, ?)", (sku, pieces))
        db.execute(f"PRAGMA application_id = {_SHOP}")

    def _product(self, db: sqlite3.Connection, sku: str) -> sqlite3.Row:
        row: sqlite3.Row | None = db.execute("SELECT * FROM products WHERE sku = ?", (sku,)).fetchone()
        if row is None:
            known = ", ".join(sku for [sku] in db.execute("SELECT sku FROM products ORDER BY sku"))
            raise ShopError(f"the shop does not sell {sku!r}; it sells {known}")
        return row

    def _take(self, db: sqlite3.Connection, order: str, sku: str, quantity: int, key: str) -> None:
        [left] = db.execute("SELECT sum(quantity) FROM stock_moves WHERE sku = ?", (sku,)).fetchone()
        if left < quantity:
            raise ShopError(f"only {left} of {sku!r} left, {quantity} wanted")
        db.execute(
            "INSERT INTO stock_moves (key, sku, order_id, quantity) VALUES (?, ?, ?, ?)", (key, sku, order, -quantity)
        )


def _number(kind: str, key: str) -> str:
    """The same number whenever something is asked for under the same key."""
    return f"{kind}-{hashlib.sha256(key.encode()).hexdigest()[:8].upper()}"


def money(cents: int) -> str:
    """Cents as people write them."""
    return f"{cents / 100:,.2f} EUR"
