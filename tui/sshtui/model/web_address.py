"""Addresses that a browser may be opened on."""

from __future__ import annotations

import re

LIMIT = 2000
"""Characters."""

_WEB = re.compile(r"https?://[\x21-\x7e]+\Z", re.IGNORECASE)


def is_web_address(text: str) -> bool:
    """Whether it is http or https, in the characters of an address (RFC 3986 section 2), and at most LIMIT long."""
    return len(text) <= LIMIT and _WEB.match(text) is not None
