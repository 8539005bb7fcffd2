"""Files that are replaced as a whole: by two at once, behind a link, with the permissions they had."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from lexiconsole.app.saved_views import SavedViews
from lexiconsole.replacing import in_turn, replace_file


def test_a_file_behind_a_link_is_replaced_and_the_link_stays(tmp_path: Path) -> None:
    kept, link = tmp_path / "dotfiles" / "views.toml", tmp_path / "store" / "views.toml"
    for file in (kept, link):
        file.parent.mkdir()
    kept.write_text('late = "age>1d"\n')
    kept.chmod(0o640)
    link.symlink_to(kept)
    SavedViews(link.parent / "store.db").save("mine", "state:me")
    assert link.is_symlink() and kept.read_text() == 'late = "age>1d"\nmine = "state:me"\n'
    assert kept.stat().st_mode & 0o777 == 0o640
    assert [*kept.parent.iterdir(), *link.parent.iterdir()] == [kept, link]


def test_consoles_that_save_in_the_same_moment_lose_nothing(tmp_path: Path) -> None:
    (tmp_path / "w").mkdir()
    names = [f"v{number}" for number in range(24)]
    begin = threading.Barrier(4)

    def save(mine: list[str]) -> None:
        views = SavedViews(tmp_path / "w" / "store.db")
        begin.wait(60)
        for name in mine:
            views.save(name, "state:me")

    with ThreadPoolExecutor(4) as consoles:
        list(consoles.map(save, [names[n::4] for n in range(4)]))
    assert sorted(SavedViews(tmp_path / "w" / "store.db").all()) == sorted(names)


def test_what_can_not_be_written_leaves_the_file_and_nothing_beside_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "kept"
    replace_file(file, "before", private=True)
    assert file.stat().st_mode & 0o777 == 0o600

    def full(*_: object) -> None:
        raise OSError("the disk is full")

    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(OSError, match="full"), in_turn(tmp_path):
        replace_file(file, "after")
    assert file.read_text() == "before" and [*tmp_path.iterdir()] == [file]
