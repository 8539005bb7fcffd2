"""The keymap is one table: what it promises holds on every screen."""

import ast
import re
from collections import Counter, defaultdict
from pathlib import Path

import pytest

from lexiconsole.tui import keymap
from lexiconsole.tui.keymap import KEYS, MOVES, Place, key_of, keys_at, shown_key


@pytest.mark.parametrize("place", Place)
def test_no_key_means_two_things_on_one_screen(place):
    names = Counter(name for key in keys_at(place) for name in key.keys)
    assert [name for name, times in names.items() if times > 1] == []


@pytest.mark.parametrize("place", Place)
def test_no_action_takes_a_key_that_moves_the_cursor(place):
    moves = {name for _, names in MOVES for name in names}
    assert [key.action for key in keys_at(place) if moves & set(key.keys)] == []


def test_a_change_has_the_same_key_everywhere():
    keys = defaultdict(set)
    for key in KEYS:
        if key.changes:
            keys[key.action].add(key.keys)
    assert {action: names for action, names in keys.items() if len(names) > 1} == {}


def test_changes_of_one_name_have_one_key():
    """Also where another screen's method does it."""
    keys = defaultdict(set)
    for key in KEYS:
        if key.changes:
            keys[key.label].add(key.keys)
    assert {label: names for label, names in keys.items() if len(names) > 1} == {}


BOUND = re.compile(r"Binding\(\s*\"([^\"]+)\"|def key_(\w+)\(self|_bindings\.bind\(\s*\"([^\"]+)\"")
ON_TOP = {
    "app.py": {"ctrl+c"},  # says how to leave
    "screens/doubt.py": {"j", "k"},  # moves
    "widgets/choice.py": {"left,up", "right,down", "space,enter"},
    "widgets/form.py": {"ctrl+s", "ctrl+r", "ctrl+t", "ctrl+e", "escape"},
    "widgets/reason.py": {"ctrl+s"},
    "widgets/panel.py": {"escape", "j", "k"},
    "widgets/welcome.py": {"t", "q"},
}
"""Keys bound elsewhere than in the table: in fields and forms, where letters are letters, and in panels over a screen."""


def test_keys_are_bound_in_one_table():
    folder = Path(keymap.__file__).parent
    found = {}
    for file in folder.rglob("*.py"):
        names = {next(filter(None, match)) for match in BOUND.findall(file.read_text(encoding="utf-8"))}
        if names:
            found[file.relative_to(folder).as_posix()] = names
    assert found == ON_TOP, "a key of a screen belongs into keymap.py; one of a panel or a form is named here"


def test_a_form_takes_no_key_that_means_something_on_a_screen_with_a_form():
    """But those that every form has close it, and are its confirmation."""
    names = {
        name
        for place in (Place.START, Place.TASK, Place.INBOX, Place.DOUBT)
        for key in keys_at(place)
        for name in key.keys
    }
    assert names & ON_TOP["widgets/form.py"] == {"escape"}


def test_an_action_is_described_once_for_each_place():
    rows = Counter((key.action, place) for key in KEYS for place in set(key.places))
    assert [row for row, times in rows.items() if times > 1] == []


def test_keys_that_terminals_send_for_other_keys_are_not_bound():
    bound = {name for key in KEYS for name in key.keys} | {name for _, names in MOVES for name in names}
    assert bound & {"ctrl+i", "ctrl+m", "ctrl+h"} == set()


def test_nothing_that_changes_something_is_on_enter_or_escape():
    assert [key.action for key in KEYS if key.changes and {"enter", "escape", "y"} & set(key.keys)] == []


def test_every_key_has_a_name_that_people_write():
    names = {shown_key(name) for key in KEYS for name in key.keys}
    assert [name for name in names if "_" in name and len(name) > 1] == []


SIGN = r"(?<![\w{'`.:/()-])(?:[a-zA-Z\d?/;:=\[\].{}]|ctrl\+\w|\^\w)"
VERB = "opens|goes|starts|shows|closes|leaves|takes|marks|undoes|answers|approves|rejects|does|reads|adds|sets|retries|leads|writes"
VERB += "|copies|fires|all|exports|lets|compares|edits|looks|finds|asks|tries|says|is for|and a word"
NAMES_A_KEY = re.compile(rf"{SIGN} (?:{VERB})\b")
FIXED = {"y does", "ctrl+s approves", "^q leaves"}


def sentences():
    """Every text of the console that is no docstring, with the call that it stands in."""
    for file in Path(keymap.__file__).parent.rglob("*.py"):
        calls, tree = {}, ast.parse(file.read_text())
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                calls |= dict.fromkeys((id(each) for each in node.args), node.func.id)
            elif isinstance(node, ast.Expr):
                calls[id(node.value)] = "docstring"
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and calls.get(id(node)) != "docstring":
                yield node.value, calls.get(id(node), "")


def test_a_sentence_takes_its_key_from_the_table():
    """Whoever gave an action another key is told that one; what panels and forms keep is named as it is."""
    named = [text for text, _ in sentences() if (found := NAMES_A_KEY.search(text)) and found[0] not in FIXED]
    assert [text for text in named if not text.startswith("a ")] == []
    asked = {name for text, call in sentences() if call == "with_keys" for name in re.findall(r"\{(\w+)\}", text)}
    assert len(asked) > 10
    assert [name for name in asked if not key_of(name).keys] == []
