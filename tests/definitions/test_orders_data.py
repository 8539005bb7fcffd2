"""The example file is what its script makes: 28,000 orders, and bad ones for a reason each."""

from __future__ import annotations

import runpy
from pathlib import Path

DATA = Path(__file__).parents[2] / "definitions" / "data"


def test_the_script_makes_the_file_that_is_shipped() -> None:
    made = runpy.run_path(str(DATA / "make_orders.py"), run_name="make_orders")
    assert (DATA / "orders.csv").read_bytes() == made["text"]().encode()


def test_it_is_small_enough_to_be_shipped() -> None:
    assert (DATA / "orders.csv").stat().st_size < 3_000_000
