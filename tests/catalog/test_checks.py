"""The checks: what they find, where, and that a definition's own code can not stop them."""

import pytest

from lexiconsole.catalog import CODES, Catalog, Severity, check, explain
from lexiconsole.catalog.picture import holes as _holes
from lexiconsole.durable.outline import EdgeKind, NodeKind, Outline, OutlineEdge, OutlineNode
from lexiconsole.errors import NotFoundError
from lexiconsole.types import ModelKind
from tests.catalog.writing import FIRST

MODEL = """
    from pydantic import BaseModel
    class Model:
        def __init__(self, outline): self._outline = outline
        def outline(self): return self._outline() if callable(self._outline) else self._outline
    class Order(BaseModel):
        item: str
        count: int = 1
"""


def findings(folder, text: str) -> list[tuple[str, int, str]]:
    folder.write("flow.py", MODEL + text)
    return [(f.code, f.line, f.message) for f in check(Catalog.load([folder.path]))]


LINE = FIRST + MODEL.lstrip("\n").count("\n") + 1


def test_a_definition_that_is_as_it_should_be_has_no_findings(folder):
    text = """
    @_flow("order", lambda order: Model(_Outline()), input=Order, example={"item": "tea"}, about="Sells tea.")
    def order(): pass
    """
    assert findings(folder, text) == []


def test_without_a_word_about_itself_there_is_a_hint(folder):
    text = '\n    @_flow("order", lambda order: Model(_Outline()))\n    def order(): pass\n'
    assert findings(folder, text) == [("LX008", LINE + 1, "order: has no docstring; its first line is shown in lists")]


def test_an_example_that_does_not_fit_is_told_field_by_field(folder):
    text = """
    @_flow("order", lambda order: Model(_Outline()), input=Order, example={"count": "x"}, about="…")
    def order(): pass
    """
    (found,) = findings(folder, text)
    assert found[:2] == ("LX003", LINE + 1)
    assert "item: Field required; count: Input should be a valid integer" in found[2]


@pytest.mark.parametrize(
    ("build", "message"),
    [
        ("1 / 0", "ZeroDivisionError: division by zero"),
        ("exit(2)", "it calls sys.exit(2)"),
        ("None", "AttributeError: 'NoneType' object has no attribute 'outline'"),
        ("Model(lambda: [][1])", "IndexError: list index out of range"),
    ],
)
def test_an_outline_that_can_not_be_made_is_told(folder, build, message):
    text = f'\n    @_flow("order", lambda order: {build}, about="…")\n    def order(): pass\n'
    ((code, line, said),) = findings(folder, text)
    assert (code, line) == ("LX004", LINE + 1)
    assert said.startswith(f"order: its outline can not be made: {message}")


def test_an_input_that_pydantic_can_not_use_is_told(folder):
    text = '\n    @_flow("order", lambda order: Model(_Outline()), input=open, example=1, about="…")\n    def order(): pass\n'
    ((code, _, said),) = findings(folder, text)
    assert code == "LX003"
    assert "Pydantic" in said


def test_broken_files_clashes_and_printing_are_findings(folder):
    folder.raw("broken.py", "raise ValueError('x')")
    folder.raw("loud.py", "print('hello\\nworld')")
    folder.flow("one.py", "order")
    folder.flow("two.py", "order")
    found = check(Catalog.load([folder.path]))
    assert [(f.code, f.severity) for f in found] == [
        ("LX001", Severity.ERROR),
        ("LX009", Severity.HINT),
        ("LX002", Severity.ERROR),
        ("LX002", Severity.ERROR),
    ]
    assert "raise ValueError" in found[0].traceback
    assert found[1].message == "prints while it is imported: 'hello'"


def test_checking_shows_nothing_of_what_definitions_print(folder, capfd):
    findings(
        folder,
        '\n    @_flow("order", lambda order: Model(lambda: print("hello") or _Outline()), about="…")\n    def order(): pass\n',
    )
    assert capfd.readouterr() == ("", "")


def outline(nodes: str, edges: str, kinds: dict[str, NodeKind] | None = None, parents: dict[str, str] | None = None):
    kinds, parents = kinds or {}, parents or {}
    return Outline(
        tuple(OutlineNode(key, kinds.get(key, NodeKind.TASK), parent=parents.get(key, "")) for key in nodes.split()),
        tuple(OutlineEdge(*edge.split(">"), EdgeKind.NEXT) for edge in edges.split()),
    )


@pytest.mark.parametrize(
    ("picture", "kind", "found"),
    [
        (outline("a b c", "a>b b>c"), ModelKind.PIPELINE, []),
        (outline("a b c", ""), ModelKind.BULK, []),
        (outline("", ""), ModelKind.WORKFLOW, []),
        (outline("a b b", "a>b"), ModelKind.SAGA, ["LX005 the key 'b' is used 2 times"]),
        (outline("a bee", "a>be"), ModelKind.GRAPH, ["LX007 the edge a → be names 'be', which is no step; did you mean 'bee'?", "LX006 no way leads to 'bee'"]),
        (outline("a b c", "a>b"), ModelKind.GRAPH, ["LX006 no way leads to 'c'"]),
        (outline("a b c", "a>b"), ModelKind.PIPELINE, []),
        (outline("a b c", "b>c c>b"), ModelKind.PIPELINE, ["LX006 no way leads to 'b'", "LX006 no way leads to 'c'"]),
        (outline("a b s", "s>b", {"s": NodeKind.START}), ModelKind.GRAPH, ["LX006 no way leads to 'a'"]),
        (outline("a group x y b", "a>group group>b", parents={"x": "group", "y": "group"}), ModelKind.GRAPH, []),
        (outline("a group x b", "a>x group>b", parents={"x": "group"}), ModelKind.GRAPH, []),
        (outline("a b", "a>b b>a"), ModelKind.MACHINE, []),
        (outline("a b", "a>b b>a"), ModelKind.PIPELINE, ["LX006 no way leads to 'a'", "LX006 no way leads to 'b'"]),
    ],
)  # fmt: skip
def test_holes_in_a_picture_are_found(picture, kind, found):
    assert [f"{code} {message}" for code, message in _holes(picture, kind)] == found


@pytest.mark.parametrize("code", sorted(CODES))
def test_every_code_is_explained(code):
    text = explain(code.lower())
    assert text.startswith(f"{code} ({CODES[code].severity}): ")
    assert len(text) > 120


def test_an_unknown_code_is_refused_with_the_nearest():
    with pytest.raises(NotFoundError, match="there is no code 'LX0001'; did you mean 'LX001'"):
        explain("LX0001")
