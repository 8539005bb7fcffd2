"""Lets the published conformance suite's assertions show their values, as if they stood here. Said first of all, since any
test may import a part of it.
"""

import pytest

pytest.register_assert_rewrite("lexiconsole.store.conformance")
