"""Colours of source: whatever stands in a file, its lines are shown as they are."""

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lexiconsole.tui.widgets.source_ink import Role, coloured
from lexiconsole.views.safe import harmless_lines


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.text(st.sampled_from("ab \t\n'\"#()@:def\\\r\x1b") | st.characters(), max_size=60))
def test_the_parts_of_a_line_are_the_line(text):
    lines = ["".join(part for part, _ in line) for line in coloured(text)]
    assert lines == harmless_lines(text)


def test_words_strings_remarks_and_names_are_told_apart():
    (first, *_) = coloured("def f(): return 'x'  # why\n")
    roles = dict(first)
    assert (roles["def"], roles["f"], roles["# why"]) == (Role.WORD, Role.NAME, Role.REMARK)
    assert Role.TEXT in roles.values()
