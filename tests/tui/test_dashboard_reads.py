"""What the dashboard reads beside its list: what could not be read once is read when it can be."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import pytest

from lexiconsole.errors import StoreError
from lexiconsole.tui.screens.dashboard_reads import Read
from lexiconsole.types import RunStatus


@pytest.mark.parametrize("fails", ["failures", "latest"])
def test_a_fault_leaves_nothing_out_of_the_next_look(tmp_path: Path, fails: str) -> None:
    """Nothing was committed in between; the pane would say that nothing failed."""

    def fault(*_: object) -> None:
        raise StoreError("the store is locked")

    look = SimpleNamespace(
        path=tmp_path / "store.db",
        owners=list,
        next_wake=lambda: None,
        head=lambda: 7,
        counts=lambda: dict.fromkeys(RunStatus, 1),
        names=lambda: ["trip"],
        failures=lambda _: [],
        latest=lambda names, _: dict.fromkeys(names, ()),
    )
    read, works = Read(), getattr(look, fails)
    setattr(look, fails, fault)
    with pytest.raises(StoreError):
        read.slow(look, ())
    setattr(look, fails, works)
    news = read.slow(look, ())
    assert (news.incidents, news.latest) == ([], {"trip": ()})
    assert read.slow(look, ()).latest is None, "and what did not change is not read again"
