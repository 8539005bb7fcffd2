"""The pace of moving pictures: every hop is seen for a quarter of a second, the present is reached, gaps are admitted."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from lexiconsole.durable.entry import Entry, EntryKind
from lexiconsole.durable.outline import Outline, OutlineNode
from lexiconsole.views.lanes import lanes_of
from lexiconsole.views.playback import HOP, MOST, Pacer, Playback


def test_a_hop_takes_its_time_and_its_entry_counts_when_it_has_arrived() -> None:
    pacer = Pacer()
    pacer.jump(3)
    pacer.heard(4, [4], now=10.0)
    under_way = pacer.at(10.1)
    assert (under_way.seq, under_way.hop, round(under_way.part, 2)) == (3, 4, 0.4)
    assert pacer.at(10.3).seq == 4
    assert not pacer.at(10.3).moving


def test_several_at_once_are_shown_one_after_the_other() -> None:
    pacer = Pacer()
    pacer.jump(1)
    pacer.heard(6, [2, 4], now=0.0)
    assert pacer.at(0.0).hop == 2
    assert pacer.at(0.0).said == "catching up: 1 more to come"
    assert pacer.at(HOP + 0.01).hop == 4
    assert pacer.at(HOP + 0.01).seq == 3
    assert pacer.at(3 * HOP).seq == 6


def test_far_behind_it_leaves_hops_out_and_says_so() -> None:
    pacer = Pacer()
    pacer.jump(0)
    pacer.heard(100, range(1, 101), now=0.0)
    assert pacer.at(0.0).left_out == 100 - MOST
    assert "left out" in pacer.at(0.0).said
    assert pacer.at(0.0).seq == 100 - MOST


def test_the_past_does_not_move() -> None:
    pacer = Pacer()
    pacer.heard(5, [5], now=0.0)
    pacer.jump(2)
    assert (pacer.at(0.1).seq, pacer.at(0.1).moving) == (2, False)


@given(st.lists(st.tuples(st.integers(1, 6), st.floats(0, 0.4)), max_size=30))
def test_what_is_shown_never_goes_back_and_ends_at_the_present(steps: list[tuple[int, float]]) -> None:
    pacer, head, now, shown = Pacer(), 0, 0.0, 0
    pacer.jump(0)
    for more, wait in steps:
        moves = range(head + 1, head + more + 1)
        head, now = head + more, now + wait
        pacer.heard(head, moves, now)
        assert pacer.at(now).seq >= shown
        shown = pacer.at(now).seq
        assert shown <= head
    assert pacer.at(now + HOP * (MOST + 1)).seq == head


STEPS = 300
LONG = Outline.sequence([OutlineNode(f"s{n}") for n in range(STEPS)])


def long_saga() -> list[Entry]:
    """1,351 entries: every step tried twice, the last one in vain, then half of them undone."""
    told: list[tuple[EntryKind, str, dict[str, object]]] = [(EntryKind.CREATED, "", {"name": "long", "input": None})]
    failed = {"error": {"type": "E", "message": "m", "key": f"s{STEPS - 1}"}}
    for n in range(STEPS):
        last = n == STEPS - 1
        told += [
            (EntryKind.STARTED, f"s{n}", {"intent": True}),
            (EntryKind.ATTEMPT_FAILED, f"s{n}", failed),
            (EntryKind.STEP_FAILED, f"s{n}", failed) if last else (EntryKind.DONE, f"s{n}", {"result": n}),
        ]
    for n in range(STEPS - 2, STEPS // 2 - 2, -1):
        told += [(EntryKind.STARTED, f"undo/s{n}", {}), (EntryKind.DONE, f"undo/s{n}", {"result": None})]
    return [Entry("r", seq, float(seq), kind, key, 1, data) for seq, (kind, key, data) in enumerate(told, 1)]


def test_a_moment_is_the_same_whichever_way_one_comes_to_it() -> None:
    entries = long_saga()
    playback = Playback(lambda: 0.0)
    playback.take(entries[:700], LONG)
    playback.take(entries, LONG)
    for seq in (len(entries), 3, 499, 500, 501, 500, 1001, 1000, 640, 1, len(entries) - 1, len(entries)):
        assert playback.lanes(seq) == lanes_of(entries[:seq], LONG), seq


def test_a_coarse_step_goes_to_where_the_token_went_on() -> None:
    entries = long_saga()
    playback = Playback(lambda: 0.0)
    playback.take(entries, LONG)
    stops = []
    for _ in range(4):
        playback.scrub_to_move(-1)
        stops.append(playback.past)
    assert all(
        len(playback.lanes(stop).path) == len(playback.lanes(stop - 1).path) + 1 for stop in stops if stop is not None
    )
    assert len(set(stops)) == 4
