"""Lets the published suite's assertions show their values, as if they stood here."""

import pytest

pytest.register_assert_rewrite("lexiconsole.store.conformance")
