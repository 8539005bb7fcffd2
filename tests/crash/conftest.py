from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.crash.console import Console


@pytest.fixture
def console(tmp_path: Path) -> Iterator[Console]:
    console = Console(tmp_path)
    yield console
    console.close()
