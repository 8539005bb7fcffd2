"""What holds for every test.

The published conformance suite's assertions show their values, as if they stood here: said first of all, since any test may
import a part of it. A property has no deadline for one example: how long one takes tells how busy the machine is. A shell's background
job overlooks Ctrl-C, and so would every process that a test begins.
"""

import signal

import pytest
from hypothesis import settings

pytest.register_assert_rewrite("lexiconsole.store.conformance")

settings.register_profile("ours", deadline=None)
settings.load_profile("ours")

if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)
