"""The logger of applications. A library says nothing on its own: without a handler of the user's, it stays silent."""

from __future__ import annotations

import logging

__all__ = ["log"]

log = logging.getLogger("lexiconsole.app")
log.addHandler(logging.NullHandler())
