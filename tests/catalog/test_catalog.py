"""What the catalogue finds, what it says about the rest, and that nothing a file does can take the others along."""

import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from lexiconsole.catalog import Catalog, ProblemKind, bundled_folder
from lexiconsole.errors import DefinitionError, NotFoundError
from tests.catalog.writing import FIRST, Folder


def names(catalog: Catalog) -> list[str]:
    return [definition.name for definition in catalog.definitions]


def only_problem(catalog: Catalog):
    assert len(catalog.problems) == 1, catalog.problems
    return catalog.problems[0]


def test_definitions_of_several_folders_are_found_by_name_with_file_and_line(folder, tmp_path):
    other = Folder(tmp_path / "more")
    first = folder.flow("shop.py", "order")
    second = other.flow("shop.py", "refund")  # the same file name twice is no matter
    catalog = Catalog.load([folder.path, str(other.path)])
    assert names(catalog) == ["order", "refund"]
    assert (catalog.get("order").source.file, catalog.get("order").source.line) == (str(first), FIRST + 1)
    assert catalog.get("refund").source.file == str(second)
    assert catalog.problems == ()


def test_hidden_files_folders_and_other_endings_are_not_looked_into(folder):
    for name in ("_private.py", ".#lock.py", "notes.txt", "kit/inner.py"):
        folder.raw(name, "raise SystemExit('imported')")
    (folder.path / "folder.py").mkdir()
    assert Catalog.load([folder.path]).problems == ()


def test_only_what_says_so_itself_is_a_definition(folder):
    """A subclass does not count for its parent, an object not for its class, a second name not at all."""
    folder.write("shop.py", """
        import functools
        @_flow("parent")
        class Parent: pass
        class Child(Parent): pass
        thing = Parent()
        again = Parent
        own = Parent()
        own.__definition__ = _Definition("own", _Kind.SAGA, lambda value: None)
        bare = _Definition("bare", _Kind.SAGA, lambda value: None)
        class Made:
            def __init__(self, name): self.name = name
            @property
            def __definition__(self): return _Definition(self.name, _Kind.SAGA, lambda value: None)
        made, made_again = Made("made"), None
        made_again = made
        @_flow("wrapped")
        def inner(): pass
        @functools.wraps(inner)
        def outer(): pass
        wrong = lambda: None
        wrong.__definition__ = "no definition"
    """)  # fmt: skip
    catalog = Catalog.load([folder.path])
    assert catalog.problems == ()
    assert names(catalog) == ["bare", "made", "own", "parent", "wrapped"]


def test_a_definition_that_can_not_say_what_it_is_does_not_hide_the_others_of_its_file(folder):
    folder.write("shop.py", """
        class Made:
            @property
            def __definition__(self): raise ValueError("no name")
        bad = Made()
        @_flow("good")
        def good(): pass
    """)  # fmt: skip
    catalog = Catalog.load([folder.path])
    assert names(catalog) == ["good"]
    problem = only_problem(catalog)
    assert problem.message == "ValueError: no name"
    assert problem.line == FIRST + 2


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("x = 1\nraise ValueError('bad day')", 2, "ValueError: bad day"),
        ("import sys\nsys.exit(3)", 2, "it calls sys.exit(3)"),
        ("raise SystemExit", 1, "it calls sys.exit()"),
        ("import sys\nsys.exit('usage: x')", 2, "it calls sys.exit('usage: x')"),
        ("class Odd(BaseException): pass\nraise Odd", 2, "Odd"),
        ("\ndef broken(:\n    pass", 2, "SyntaxError: invalid syntax"),
        ("if True:\nx = 1", 2, "IndentationError: expected an indented block after 'if' statement on line 1"),
        ("x = '\0'", 1, "SyntaxError: source code string cannot contain null bytes"),
        ("import nowhere_to_be_found", 1, "ModuleNotFoundError: No module named 'nowhere_to_be_found'"),
        ("from . import nothing", 1, "ImportError: cannot import name 'nothing' from 'the folder' (unknown location)"),
        ("name = input('who? ')", 1, "it asks for input, where nobody can answer"),
        ("open('/nowhere/at/all')", 1, "No such file or directory: /nowhere/at/all"),
        ("def f(): f()\nf()", 1, "RecursionError: maximum recursion depth exceeded"),
        ("class Mute(Exception):\n    def __str__(self): return 1 / 0\nraise Mute", 3, "Mute: (its message can not be made: ZeroDivisionError)"),
        ("(" * 300 + ")" * 300, 1, "SyntaxError: too many nested parentheses"),
        ("# coding: klingon", 1, "SyntaxError: unknown encoding: klingon"),
    ],
)  # fmt: skip
def test_a_broken_file_is_told_with_its_line_and_hides_nothing(folder, text, line, message):
    file = folder.raw("broken.py", text)
    folder.flow("works.py", "works")
    catalog = Catalog.load([folder.path])
    assert names(catalog) == ["works"]
    problem = only_problem(catalog)
    assert (problem.file, problem.message, problem.kind) == (str(file), message, ProblemKind.BROKEN)
    assert problem.line == line
    assert "importlib" not in problem.traceback
    assert "lexiconsole/catalog" not in problem.traceback


def test_bytes_that_are_no_text_are_told(folder):
    (folder.path / "broken.py").write_bytes(b"x = '\xff\xfe'")
    assert only_problem(Catalog.load([folder.path])).message.startswith("SyntaxError: ")


def test_the_traceback_leads_through_the_users_own_files_only(folder):
    folder.raw("_kit.py", "import json\ndef load(text):\n    return json.loads(text)\n")
    folder.raw("flow.py", "from _kit import load\n\nload('{')\n")
    problem = only_problem(Catalog.load([folder.path]))
    assert problem.line == 3
    assert problem.message.endswith("(in _kit.py:3)")
    assert problem.traceback.count("  File ") == 2
    assert "load('{')" in problem.traceback
    assert "json/decoder" not in problem.traceback
    assert "definitions_" not in problem.traceback + problem.message


def test_a_fault_in_a_helper_is_told_for_the_file_that_needs_it(folder):
    folder.raw("_kit.py", "x = 1\ny = (\n")
    folder.raw("flow.py", "\nfrom _kit import x\n")
    problem = only_problem(Catalog.load([folder.path]))
    assert Path(problem.file).name == "flow.py"
    assert problem.line == 2
    assert problem.message == "SyntaxError: '(' was never closed (in _kit.py:2)"


def test_a_file_without_read_permission_is_a_problem(folder, monkeypatch):
    folder.flow("locked.py", "locked")

    def refuse(path: Path) -> bytes:
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(Path, "read_bytes", refuse)  # root, who runs this in containers, may read everything
    assert only_problem(Catalog.load([folder.path])).message == "the file can not be read: Permission denied"


def test_what_can_not_be_opened_as_a_file_is_a_problem(folder):
    (folder.path / "gone.py").symlink_to("nothing.py")
    (folder.path / "loop.py").symlink_to("loop.py")
    os.mkfifo(folder.path / "pipe.py")
    folder.raw("my-flow.py", "")
    folder.raw("a.b.py", "")
    messages = {Path(problem.file).name: problem.message for problem in Catalog.load([folder.path]).problems}
    unnameable = "a file of that name can not be imported; use letters, digits and _"
    assert messages == {
        "gone.py": "the file can not be read: No such file or directory",
        "loop.py": "the file can not be read: Too many levels of symbolic links",
        "pipe.py": "this is no regular file",
        "my-flow.py": unnameable,
        "a.b.py": unnameable,
    }


def test_a_folder_that_is_missing_a_file_or_a_loop_is_a_problem(tmp_path):
    (tmp_path / "loop").symlink_to("loop")
    (tmp_path / "file").write_text("")
    for name in ("missing", "loop", "file", "missing.py"):
        assert "can not be read" in only_problem(Catalog.load([tmp_path / name])).message


def test_one_file_reached_on_two_ways_counts_once(folder, tmp_path):
    folder.flow("shop.py", "order")
    (folder.path / "also.py").symlink_to("shop.py")
    (tmp_path / "link").symlink_to(folder.path)
    catalog = Catalog.load([folder.path, folder.path / "..//definitions", tmp_path / "link", folder.path / "shop.py"])
    assert names(catalog) == ["order"]
    assert catalog.problems == ()


def test_a_single_file_can_be_loaded_with_what_it_imports(folder):
    folder.flow("other.py", "other")
    folder.raw("_kit.py", "name = 'order'")
    file = folder.write("shop.py", "from _kit import name\n@_flow(name)\ndef order(): pass\n")
    assert names(Catalog.load([file])) == ["order"]


def test_what_a_file_prints_is_kept_and_not_shown(folder, capfd):
    folder.write("loud.py", """
        import sys
        print("hello"); print("oh", file=sys.stderr); sys.stdout.write("more")
    """)  # fmt: skip
    catalog = Catalog.load([folder.path])
    assert capfd.readouterr() == ("", "")
    assert list(catalog.printed.values()) == ["hello\noh\nmore"]
    print("after")
    assert capfd.readouterr().out == "after\n"


def test_other_threads_print_where_they_always_did(folder, capsys):
    folder.raw(
        "threads.py",
        """
import threading
thread = threading.Thread(target=print, args=["from a thread"])
thread.start(); thread.join()
print("from the file")
""",
    )
    catalog = Catalog.load([folder.path])
    assert capsys.readouterr().out == "from a thread\n"
    assert list(catalog.printed.values()) == ["from the file\n"]


def test_a_stream_that_a_file_kept_leads_on_to_where_printing_goes_later(folder, capsys):
    folder.write("keeps.py", """
        import sys
        stream = sys.stdout
        @_flow("say")
        def say(): print("later", file=stream, flush=True)
    """)  # fmt: skip
    catalog = Catalog.load([folder.path])
    function = sys.modules[next(name for name in sys.modules if name.endswith(".keeps"))]
    function.say()
    assert capsys.readouterr().out == "later\n"
    assert catalog.printed == {}


def test_two_definitions_of_one_name_are_told_at_both_places_and_neither_runs(folder):
    one, two = folder.flow("one.py", "order"), folder.flow("two.py", "order")
    folder.flow("three.py", "refund")
    catalog = Catalog.load([folder.path])
    assert names(catalog) == ["refund"]
    first, second = catalog.problems
    assert (first.file, first.line, second.file, second.line) == (str(one), FIRST + 1, str(two), FIRST + 1)
    assert f"{two}:{FIRST + 1}" in first.message
    assert f"{one}:{FIRST + 1}" in second.message
    assert first.kind is ProblemKind.CLASH
    for look in (catalog.get, catalog.fingerprint):
        with pytest.raises(DefinitionError, match="also defined at"):
            look("order")


def test_two_of_one_name_in_one_file_clash_too(folder):
    folder.write("shop.py", '@_flow("order")\ndef one(): pass\n@_flow("order")\ndef two(): pass\n')
    catalog = Catalog.load([folder.path])
    assert [problem.line for problem in catalog.problems] == [FIRST + 1, FIRST + 3]


def test_an_unknown_name_is_refused_with_the_nearest(folder):
    folder.flow("shop.py", "order_fulfilment")
    with pytest.raises(NotFoundError, match="did you mean 'order_fulfilment'"):
        Catalog.load([folder.path]).get("order_fulfillment")


def test_an_unknown_name_beside_a_broken_file_says_that_it_may_be_there(folder):
    folder.raw("shop.py", "import nowhere")
    with pytest.raises(NotFoundError, match=r"it may be in a file that is broken: .*shop.py:1: ModuleNotFoundError"):
        Catalog.load([folder.path]).get("order")


def test_a_definition_imported_from_another_file_with_definitions_belongs_there(folder):
    """Naming what a neighbour defines is no second definition, in whatever way it is imported."""
    order = folder.flow("zz_shop.py", "order")
    folder.raw("a.py", "from zz_shop import order\n")
    folder.raw("b.py", "from .zz_shop import order as other\n")
    folder.raw("c.py", "import zz_shop\norder = zz_shop.order\n")
    folder.raw("d.py", "from zz_shop import *\n")
    folder.raw("e.py", "from definitions.zz_shop import order\n")
    catalog = Catalog.load([folder.path])
    assert catalog.problems == ()
    assert names(catalog) == ["order"]
    assert catalog.get("order").source.file == str(order)


def test_a_definition_from_a_private_file_or_elsewhere_can_be_offered_by_importing_it(folder):
    private = folder.flow("_flows.py", "order")
    folder.raw("shop.py", "from _flows import order\n")
    catalog = Catalog.load([folder.path])
    assert catalog.get("order").source.file == str(private)
    assert catalog.get("order").source.line == FIRST


def test_classes_of_a_definitions_file_work_like_those_of_any_module(folder):
    """Dataclasses, pydantic models, pickles and type hints all look their module up by name."""
    folder.write("shop.py", "")  # so that the next one is not alone
    folder.raw(
        "kinds.py",
        """
from __future__ import annotations
import dataclasses, pickle, typing, enum
from pydantic import BaseModel
class Size(enum.Enum):
    SMALL = 1
@dataclasses.dataclass(slots=True)
class Item:
    size: Size
    rest: list[Item] = dataclasses.field(default_factory=list)
class Order(BaseModel):
    items: list[Item]
    again: Order | None = None
def step(order: Order) -> list[Item]: ...
assert typing.get_type_hints(step)["return"] == list[Item]
assert Order.model_validate({"items": [{"size": 1}], "again": {"items": []}}).items[0].size is Size.SMALL
assert pickle.loads(pickle.dumps(Item(Size.SMALL))) == Item(Size.SMALL)
assert __file__.endswith("kinds.py") and __name__ != "__main__"
""",
    )
    assert Catalog.load([folder.path]).problems == ()


def test_local_imports_of_every_form_find_the_files_of_the_folder(folder):
    folder.raw("_kit.py", "value = 7\n")
    folder.raw("pack/__init__.py", "from .deep import value as deeper\nfrom .._kit import value\n")
    folder.raw("pack/deep.py", "from _kit import value\nfrom .. import _kit\nassert _kit.value == value\n")
    folder.raw("plain/thing.py", "from ..pack.deep import value\n")
    folder.raw(
        "all.py",
        """
import _kit
import _kit as kit
import pack.deep
import pack.deep as deep
from . import _kit as dotted
from ._kit import value
from pack import deep as deeper
from .pack.deep import value as third
from plain.thing import value as fourth
from definitions import _kit as by_folder
from definitions._kit import value as by_name
assert _kit is kit is dotted is by_folder
assert pack.deep is deep is deeper
assert value == third == fourth == pack.value == pack.deep.value == by_name == 7
def late():
    from _kit import value
    import _kit as again
    return again is _kit and value
assert late() == 7
""",
    )
    assert [str(problem) for problem in Catalog.load([folder.path]).problems] == []


def test_a_file_named_like_a_standard_module_does_not_take_its_place(folder):
    folder.raw("json.py", "value = 1\n")
    folder.raw("flow.py", "import json\njson.dumps(1)\nfrom .json import value\nassert value == 1\n")
    assert Catalog.load([folder.path]).problems == ()


def test_files_may_import_each_other_in_a_circle(folder):
    folder.flow("a.py", "a").write_text("import b\nname = 'a'\ndef other(): return b.name\n")
    folder.raw("b.py", "import a\nname = 'b'\ndef other(): return a.name\n")
    catalog = Catalog.load([folder.path])
    assert catalog.problems == ()


def test_a_helper_is_one_module_for_all_who_import_it(folder):
    folder.raw("_kit.py", "seen = []\n")
    folder.raw("a.py", "from _kit import seen\nseen.append('a')\n")
    folder.raw("b.py", "from _kit import seen\nseen.append('b')\nassert seen == ['a', 'b']\n")
    assert Catalog.load([folder.path]).problems == ()


def test_loading_leaves_no_traces_in_the_folder_and_in_the_names_of_modules(folder):
    folder.flow("some_flow.py", "order")
    path = list(sys.path)
    Catalog.load([folder.path])
    assert [file.name for file in folder.path.iterdir()] == ["some_flow.py"]
    assert sys.path == path
    assert "some_flow" not in sys.modules


def test_ctrl_c_while_loading_is_not_swallowed(folder):
    folder.raw("slow.py", "raise KeyboardInterrupt")
    stdout = sys.stdout
    with pytest.raises(KeyboardInterrupt):
        Catalog.load([folder.path])
    assert sys.stdout is stdout


def test_several_threads_may_load_at_once(folder):
    for number in range(20):
        folder.flow(f"f{number}.py", f"flow{number}")
    catalogs: list[Catalog] = []
    threads = [threading.Thread(target=lambda: catalogs.append(Catalog.load([folder.path]))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [len(catalog.definitions) for catalog in catalogs] == [20] * 4
    assert all(catalog.problems == () for catalog in catalogs)


def test_loading_needs_neither_a_terminal_toolkit_nor_a_database():
    code = (
        "import sys\nfrom lexiconsole.catalog import Catalog\nCatalog.load(['.'])\n"
        "print([name for name in ('textual', 'rich', 'aiosqlite', 'typer', 'yaml') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def test_the_bundled_folder_exists():
    assert bundled_folder().is_dir()
