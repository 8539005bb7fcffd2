"""The keymap is one table: what it promises holds on every screen."""

from collections import Counter, defaultdict

import pytest

from lexiconsole.tui.keymap import KEYS, MOVES, Place, keys_at, shown_key


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
