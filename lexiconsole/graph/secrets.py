"""Keeping secrets out of error messages: providers like to quote the key they refuse, and errors go into the journal."""

from __future__ import annotations

import os
import re

from lexiconsole.durable.codec import MASK

__all__ = ["scrubbed"]

_SECRET_NAME = re.compile(r"KEY|TOKEN|SECRET|PASSWORD", re.IGNORECASE)
SHORTEST = 6
"""Values with fewer characters are no secrets worth the name; masking them would mask half the text."""


def scrubbed(text: str, *secrets: str) -> str:
    """The text without the secrets given, and without the values of environment variables that are named like one."""
    found = {*secrets, *(value for name, value in os.environ.items() if _SECRET_NAME.search(name))}
    for secret in sorted(found, key=len, reverse=True):
        if len(secret) >= SHORTEST:
            text = text.replace(secret, MASK)
    return text
