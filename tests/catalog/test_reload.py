"""A reload follows what changed, keeps what last worked, and leaves code that is in use alone."""

import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lexiconsole.catalog import Catalog, Changes
from lexiconsole.catalog.snapshot import Reader
from lexiconsole.errors import NotFoundError
from tests.catalog.writing import Folder


def value(catalog: Catalog, name: str):
    """What the definition's `build` gives: the tests' way to see which version of the code it is."""
    return catalog.get(name).build(None)


def flow(name: str, returns: str, head: str = "") -> str:
    return f'{head}\n@_flow("{name}", lambda value: {returns})\ndef {name}(): pass\n'


def test_nothing_changed_is_no_change_and_runs_nothing(folder):
    folder.write("shop.py", flow("order", "1", "import builtins\nbuiltins.times = getattr(builtins, 'times', 0) + 1"))
    folder.raw("broken.py", "import builtins\nbuiltins.tries = getattr(builtins, 'tries', 0) + 1\nraise ValueError")
    try:
        catalog = Catalog.load([folder.path])
        first = catalog.get("order")
        for _ in range(3):
            assert catalog.reload() == Changes()
            assert not catalog.reload()
        import builtins

        assert (builtins.times, builtins.tries) == (1, 1)
        assert catalog.get("order") is first
        assert len(catalog.problems) == 1
    finally:
        import builtins

        del builtins.times, builtins.tries


def test_added_changed_and_removed_files_are_followed(folder):
    folder.write("a.py", flow("alpha", "1"))
    gone = folder.write("b.py", flow("beta", "1"))
    catalog = Catalog.load([folder.path])
    before = catalog.fingerprint("alpha")
    folder.write("a.py", flow("alpha", "2"))
    folder.write("c.py", flow("gamma", "3"))
    gone.unlink()
    assert catalog.reload() == Changes(added=("gamma",), changed=("alpha",), removed=("beta",))
    assert (value(catalog, "alpha"), value(catalog, "gamma")) == (2, 3)
    assert catalog.fingerprint("alpha") != before
    with pytest.raises(NotFoundError):
        catalog.get("beta")


def test_touching_a_file_without_changing_it_is_no_change(folder):
    file = folder.write("a.py", flow("alpha", "1"))
    catalog = Catalog.load([folder.path])
    file.write_bytes(file.read_bytes())
    assert catalog.reload() == Changes()


def test_a_change_of_a_helper_reloads_those_who_import_it_and_nobody_else(folder):
    folder.raw("_deep.py", "number = 1\n")
    folder.raw("_kit.py", "from _deep import number\n")
    folder.write("user.py", flow("user", "number", "from _kit import number"))
    folder.write("late.py", flow("late", "fetch()", "def fetch():\n    from ._kit import number\n    return number"))
    folder.write("other.py", flow("other", "1"))
    catalog = Catalog.load([folder.path])
    other = catalog.get("other")
    folder.raw("_deep.py", "number = 22\n")
    assert catalog.reload() == Changes(changed=("late", "user"))
    assert (value(catalog, "user"), value(catalog, "late")) == (22, 22)
    assert catalog.get("other") is other


def test_code_in_use_keeps_its_old_helpers_also_those_it_imports_late(folder):
    """A run that started before the edit goes on with what it started with, whenever it gets there."""
    folder.raw("_kit.py", "number = 1\n")
    folder.write("user.py", flow("user", "late()", "def late():\n    from _kit import number\n    return number"))
    catalog = Catalog.load([folder.path])
    old = catalog.get("user")
    folder.raw("_kit.py", "number = 22\n")
    folder.write("user.py", flow("user", "late() * 10", "def late():\n    from _kit import number\n    return number"))
    catalog.reload()
    assert value(catalog, "user") == 220
    assert old.build(None) == 1


def test_a_helper_that_did_not_change_is_the_same_module_afterwards(folder):
    folder.raw("_kit.py", "class Kind: pass\n")
    folder.write("a.py", flow("alpha", "Kind", "from _kit import Kind"))
    folder.write("b.py", flow("beta", "Kind", "from _kit import Kind"))
    catalog = Catalog.load([folder.path])
    folder.write("a.py", flow("alpha", "(Kind, 2)", "from _kit import Kind"))
    assert catalog.reload() == Changes(changed=("alpha",))
    assert value(catalog, "alpha")[0] is value(catalog, "beta")


def test_a_failed_reload_keeps_the_last_good_version_and_says_so(folder):
    folder.write("shop.py", flow("order", "1"))
    catalog = Catalog.load([folder.path])
    good = catalog.fingerprint("order")
    folder.write("shop.py", flow("order", "2", "raise ValueError('half an edit')"))
    changes = catalog.reload()
    assert changes == Changes(broken=catalog.problems)
    (problem,) = catalog.problems
    assert problem.kept
    assert str(problem).endswith("ValueError: half an edit; its last good version stays in use")
    assert value(catalog, "order") == 1
    assert catalog.fingerprint("order") == good
    folder.write("shop.py", flow("order", "3"))
    assert catalog.reload() == Changes(changed=("order",))
    assert value(catalog, "order") == 3
    assert catalog.problems == ()


def test_an_edit_after_which_one_definition_can_not_say_what_it_is_is_a_failed_one(folder):
    made = """
        class Made:
            @property
            def __definition__(self): return _Definition("made", _Kind.SAGA, lambda value: {0})
        made = Made()
        @_flow("other", lambda value: {0})
        def other(): pass
    """
    folder.write("shop.py", made.format(1))
    catalog = Catalog.load([folder.path])
    folder.write("shop.py", made.format("2)[0"))
    (problem,) = catalog.reload().broken
    assert problem.kept
    assert (value(catalog, "made"), value(catalog, "other")) == (1, 1)


def test_taking_a_bad_edit_back_is_no_change(folder):
    file = folder.write("shop.py", flow("order", "1"))
    text = file.read_text()
    catalog = Catalog.load([folder.path])
    file.write_text("syntax error here")
    catalog.reload()
    file.write_text(text)
    assert catalog.reload() == Changes()
    assert catalog.problems == ()
    assert value(catalog, "order") == 1


def test_a_helper_that_breaks_keeps_those_who_import_it(folder):
    folder.raw("_kit.py", "number = 1\n")
    folder.write("user.py", flow("user", "number", "from _kit import number"))
    catalog = Catalog.load([folder.path])
    folder.raw("_kit.py", "number = (\n")
    (problem,) = catalog.reload().broken
    assert Path(problem.file).name == "user.py"
    assert problem.kept
    assert value(catalog, "user") == 1
    (folder.path / "_kit.py").unlink()
    (problem,) = catalog.reload().broken
    assert "ModuleNotFoundError: No module named '_kit'" in problem.message
    assert value(catalog, "user") == 1


def test_a_file_that_never_worked_has_nothing_to_keep(folder):
    folder.raw("shop.py", "raise ValueError(1)")
    catalog = Catalog.load([folder.path])
    folder.raw("shop.py", "raise ValueError(2)")
    (problem,) = catalog.reload().broken
    assert not problem.kept
    folder.write("shop.py", flow("order", "1"))
    assert catalog.reload() == Changes(added=("order",))


def test_a_renamed_definition_is_one_removed_and_one_added(folder):
    folder.write("shop.py", flow("order", "1"))
    catalog = Catalog.load([folder.path])
    folder.write("shop.py", flow("purchase", "1"))
    assert catalog.reload() == Changes(added=("purchase",), removed=("order",))


def test_a_clash_takes_the_name_away_until_it_is_gone(folder):
    folder.write("a.py", flow("order", "1"))
    catalog = Catalog.load([folder.path])
    clash = folder.write("b.py", flow("order", "2"))
    changes = catalog.reload()
    assert changes.removed == ("order",)
    assert len(changes.broken) == 2
    clash.unlink()
    assert catalog.reload() == Changes(added=("order",))
    assert value(catalog, "order") == 1


def test_a_folder_that_can_not_be_read_for_a_moment_keeps_its_definitions(folder):
    folder.write("a.py", flow("alpha", "1"))
    catalog = Catalog.load([folder.path])
    away = folder.path.rename(folder.path.with_name("away"))
    (problem,) = catalog.reload().broken
    assert problem.kept
    assert "the folder can not be read: No such file or directory" in problem.message
    assert value(catalog, "alpha") == 1
    away.rename(folder.path)
    assert catalog.reload() == Changes()
    assert catalog.problems == ()


def test_a_new_file_can_take_the_place_of_a_package_that_was_imported(folder):
    """`import pyte` meant the installed one; once the folder has a pyte.py it means that."""
    folder.write("user.py", flow("user", "pyte.__name__.startswith('definitions_')", "import pyte"))
    catalog = Catalog.load([folder.path])
    assert value(catalog, "user") is False
    folder.raw("pyte.py", "")
    assert catalog.reload() == Changes(changed=("user",))
    assert value(catalog, "user") is True


def test_two_catalogues_of_one_folder_share_its_modules(folder):
    folder.raw("_kit.py", "class Kind: pass\n")
    folder.write("a.py", flow("alpha", "Kind", "from _kit import Kind"))
    assert value(Catalog.load([folder.path]), "alpha") is value(Catalog.load([folder.path]), "alpha")


def test_modules_stay_known_by_name_after_a_reload(folder):
    """Type hints and pickles of objects from before the edit look their module up by its name."""
    folder.write("a.py", flow("alpha", "Kind", "class Kind: pass"))
    catalog = Catalog.load([folder.path])
    old = value(catalog, "alpha")
    folder.write("a.py", flow("alpha", "Kind", "class Kind: new = True"))
    catalog.reload()
    assert sys.modules[old.__module__].Kind is old
    assert value(catalog, "alpha") is not old


@settings(max_examples=60, deadline=None)
@given(
    edges=st.sets(st.tuples(st.integers(0, 5), st.integers(0, 5)), max_size=14),
    edited=st.integers(0, 5),
    dots=st.booleans(),
)
def test_a_fingerprint_changes_exactly_when_something_reachable_does(tmp_path_factory, edges, edited, dots):
    """Over any graph of imports, circles included."""
    folder = Folder(tmp_path_factory.mktemp("f") / "definitions")

    def write(number: int, text: str) -> None:
        start = "from . import" if dots else "import"
        lines = [f"{start} m{target}" for source, target in sorted(edges) if source == number]
        folder.raw(f"m{number}.py", "\n".join([text, *lines, ""]))

    for number in range(6):
        write(number, "x = 1")
    reader = Reader()
    before = reader.snapshot(folder.path).fingerprints
    write(edited, "x = 22")
    after = reader.snapshot(folder.path).fingerprints
    reaching = {edited}
    while more := {source for source, target in edges if target in reaching} - reaching:
        reaching |= more
    assert {name for name in before if before[name] != after[name]} == {f"m{number}" for number in reaching}
    assert Reader().snapshot(folder.path).fingerprints == after, "another process sees the same"


def test_what_moved_is_seen_without_reading_a_file(folder):
    """Names and times are enough; helpers that a file imports count, other files of the folder do not."""
    folder.flow("order.py", "order")
    folder.write("_help.py", "VALUE = 1\n")
    folder.write("uses.py", "from _help import VALUE\n")
    catalog = Catalog.load([folder.path])
    assert not catalog.moved
    folder.raw("_other.py", "x = 1\n")
    folder.raw("notes.txt", "x")
    assert not catalog.moved
    for change in (
        lambda: folder.flow("new.py", "new"),
        lambda: folder.write("_help.py", "VALUE = 22\n"),
        lambda: (folder.path / "new.py").unlink(),
        lambda: folder.raw("order.py", "x = \n"),
    ):
        change()
        assert catalog.moved
        catalog.reload()
        assert not catalog.moved
    (broken,) = [file for file in catalog.files if file.problems]
    assert (broken.path.name, broken.names, broken.problems[0].kept) == ("order.py", ("order",), True)
    (uses,) = [file for file in catalog.files if file.path.name == "uses.py"]
    assert [path.name for path in uses.helpers] == ["_help.py"]


@pytest.mark.parametrize(
    ("text", "helper"),
    [
        ("from _help import VALUE\n", "_help.py"),
        ("from ._help import VALUE\n", "_help.py"),
        ("import parts.help\n", "parts/help.py"),
        ("from parts import help\n", "parts/help.py"),
        ("from definitions.parts.help import VALUE\n", "parts/help.py"),
        ("from pydantic import BaseModel\n", "pydantic.py"),
    ],
)
@pytest.mark.parametrize("around", [True, False], ids=["its folder is there", "its folder comes too"])
def test_a_file_that_one_imports_is_seen_to_come(folder, text, helper, around):
    """Also where nothing else moves: the file that imports it was written first and could not be loaded."""
    path = folder.path / helper
    if around:
        path.parent.mkdir(parents=True, exist_ok=True)
    folder.write("uses.py", text)
    catalog = Catalog.load([folder.path])
    assert not catalog.moved
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("VALUE = 1\nBaseModel = object\n")
    assert catalog.moved
    catalog.reload()
    assert catalog.problems == ()
    assert not catalog.moved
