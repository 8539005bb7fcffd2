"""Saved views: a small file beside the store that people may edit too."""

import pytest

from lexiconsole.app.saved_views import SavedViews
from lexiconsole.errors import ConfigurationError, NotFoundError, UsageError


@pytest.fixture
def views(tmp_path):
    return SavedViews(tmp_path / "w" / "store.db")


def test_what_was_saved_is_there_for_the_next_process(views, tmp_path):
    views.save("mine", 'state:me  err~"a\\b"')
    views.save("late", "age>1d")
    views.save("mine", "state:me err~é")
    again = SavedViews(tmp_path / "w" / "store.db")
    assert again.all() == {"mine": "state:me err~é", "late": "age>1d"}
    again.forget("late")
    assert views.all() == {"mine": "state:me err~é"}


@pytest.mark.parametrize("name", ["", "a b", "x=1", "[t]", "-a", "ü"])
def test_a_name_that_the_file_could_not_hold_is_refused(views, name):
    with pytest.raises(UsageError, match="no name for a view"):
        views.save(name, "state:me")


def test_what_is_no_filter_is_refused_and_changes_nothing(views):
    views.save("mine", "state:me")
    with pytest.raises(UsageError, match="did you mean failed"):
        views.save("mine", "state:faild")
    assert views.get("mine") == "state:me"


def test_an_unknown_name_names_the_nearest(views):
    views.save("broken", "state:failed")
    with pytest.raises(NotFoundError, match="did you mean 'broken'"):
        views.get("brokn")


@pytest.mark.parametrize(
    ("text", "said"), [("a = ", "views.toml"), ("a = 1", "a is no filter"), ('a = "state:faild"', "a: state:faild")]
)
def test_a_mistake_in_the_file_is_named_and_the_file_left_alone(views, text, said):
    views.file.parent.mkdir()
    views.file.write_text(text)
    with pytest.raises(ConfigurationError, match=said):
        views.save("b", "state:me")
    assert views.file.read_text() == text


def test_what_an_editor_may_have_written_is_still_there_after_a_save(views):
    """Every line but the one that is meant: remarks, empty lines, a name in quotes, the order, the ends of lines. A letter
    that JSON would write as two, and what TOML has to escape, come back too.
    """
    views.file.parent.mkdir()
    views.file.write_bytes(
        b'# ours, see the wiki\r\n"my view" = "state:failed"  # Monday\r\n\r\n# old\r\nlate = \'age>2d\'  # why\r\n'
    )
    views.save("shown", "err~\U0001f600")
    views.save("late", 'age>1d err~"\\d\x7f"')
    views.save("gone", "state:me")
    views.forget("gone")
    assert views.all() == {"my view": "state:failed", "late": 'age>1d err~"\\d\x7f"', "shown": "err~\U0001f600"}
    lines = views.file.read_bytes().decode().splitlines()
    assert lines[:4] == ["# ours, see the wiki", '"my view" = "state:failed"  # Monday', "", "# old"]
    assert lines[4].startswith("late = ") and lines[4].endswith("  # why")
    views.forget("late")
    assert views.file.read_bytes().decode().splitlines()[:4] == lines[:4]


def test_a_filter_that_no_file_can_hold_is_refused_and_changes_nothing(views):
    views.save("mine", "state:me")
    with pytest.raises(UsageError, match="no UTF-8"):
        views.save("odd", "err~\udc80")
    assert views.all() == {"mine": "state:me"}
