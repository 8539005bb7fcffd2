"""Makes orders.csv: 28,000 orders as a shop's export has them, with quotes, line breaks, umlauts and a few bad records.

    python definitions/data/make_orders.py

The same bytes every time. The bad records stand far enough behind the start for the types to be told from good ones.
"""

from __future__ import annotations

import csv
import io
import random
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TypeVar

ORDERS = 28_000
COLUMNS = ("order", "ordered_at", "customer", "country", "postcode", "sku", "quantity", "unit_price", "express", "note")

_FIRST = ["Ada", "Björn", "Chloé", "Dmitri", "Elif", "Grace", "Hiro", "Inés", "Jürgen", "Kofi", "Małgorzata", "Noor"]
_LAST = ["Okafor", "Müller", "García", "Novák", "O'Brien", "Sato", "Lindqvist", "Rossi", "Şahin", "Nguyen", "Haddad"]
_COUNTRIES = ["DE", "FR", "GB", "ES", "PL", "SE", "IT", "NG", "JP", "CZ"]
_PRICES = {"mug": "12.50", "teapot": "64.00", "kettle": "89.90", "caddy": "38.00", "samovar": "1450.00"}
_NOTES = [
    "a gift, please wrap it",
    "leave it with the neighbour",
    'call first:\n"2nd floor, left"',
    "no plastic; thanks",
]
_FAULTS = {  # every so many orders one of these goes wrong, in the column named
    1_997: ("quantity", "three"),
    4_751: ("unit_price", "12,50"),
    6_007: ("ordered_at", "31.02.2026"),
}

T = TypeVar("T")


def orders() -> Iterator[list[str]]:
    """The records behind the header."""
    chance = random.Random(28_000)
    moment = datetime(2026, 1, 1, 6, tzinfo=UTC)

    def one_of(choices: Sequence[T]) -> T:
        return choices[int(chance.random() * len(choices))]  # the one method whose sequence Python promises to keep

    for number in range(1, ORDERS + 1):
        moment += timedelta(seconds=int(chance.random() * 900))
        sku = one_of(list(_PRICES))
        order = {
            "order": str(100_000 + number),
            "ordered_at": f"{moment:%Y-%m-%d %H:%M:%S}",
            "customer": f"{one_of(_FIRST)} {one_of(_LAST)}",
            "country": one_of(_COUNTRIES),
            "postcode": f"{int(chance.random() * 100_000):05}",
            "sku": sku,
            "quantity": str(1 + int(chance.random() * chance.random() * 12)),
            "unit_price": _PRICES[sku],
            "express": one_of(("yes", "no", "no", "no")),
            "note": one_of(_NOTES) if chance.random() < 0.06 else "",
        }
        for every, (column, value) in _FAULTS.items():
            if number % every == 0:
                order[column] = value
        yield list(order.values())[: 7 if number % 9_001 == 0 else None]  # and sometimes the end of a record is missing


def text() -> str:
    """The whole file."""
    written = io.StringIO()
    writer = csv.writer(written, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows(orders())
    return written.getvalue()


if __name__ == "__main__":
    Path(__file__).with_name("orders.csv").write_bytes(text().encode())
