"""A fast way through the blocks that our own writer makes: one pattern that reads a host and checks it at once.

What it takes is a part of what `host_tables.from_table` takes, with the same meaning; everything else is left to it.
With ten thousand hosts that is most of the time until the list stands.
"""

from __future__ import annotations

import re
import sys
from functools import lru_cache

from sshtui.model.hosts import DEFAULT_PORT, Host

# Every class below is narrower than the rule of `model.hosts` for its field.
_TEXT = r'"([^"\\\x00-\x1f\x7f-\x9f]*)"'
_WORD = r"[A-Za-z0-9_.](?:[A-Za-z0-9_. -]{0,100}[A-Za-z0-9_.-])?"
_PART = rf'(?!\.\.?["/]){_WORD}'
_LABEL = r"[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,60}[A-Za-z0-9_])?"
_BYTE = r"(?:25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])"
_ADDRESS = rf"{_BYTE}(?:\.{_BYTE}){{3}}|(?=[^\"]{{1,253}}\")(?:{_LABEL}\.){{0,40}}(?![0-9]+\"){_LABEL}"
_HOP = r'[A-Za-z0-9_\[][^",\\\s\x00-\x1f\x7f-\x9f]*'
_PLAIN = re.compile(
    rf'\[\[hosts\]\]\nname = "({_WORD})"\n'
    rf'address = "({_ADDRESS})"\n'
    r"(?:port = ([1-9][0-9]{0,3}|[1-5][0-9]{4})\n)?"
    r'(?:user = "([A-Za-z0-9_][A-Za-z0-9_.@+-]{0,255})"\n)?'
    rf'(?:folder = "({_PART}(?:/{_PART})*)"\n)?'
    rf"(?:key_pair = {_TEXT}\n)?"
    rf'(?:jump = "({_HOP}(?:,{_HOP})*)"\n)?'
    rf"(?:tags = \[({_TEXT.replace('(', '(?:')}(?:, {_TEXT.replace('(', '(?:')})*)\]\n)?"
    rf"(?:notes = {_TEXT}\n)?"
    rf"(?:command = {_TEXT}\n)?"
    r"(?:keep_alive = (0|[1-9][0-9]{0,3})\n)?"
    rf"(?:theme = {_TEXT}\n)?"
    rf"(?:colour = {_TEXT}\n)?"
    r"(?:favourite = (true)\n)?\n*\Z"
)
_STRING = re.compile(r'"([^"]*)"')


def read_plain(block: str) -> Host | None:
    """The host of a block as our writer lays it out, with fields in its order; None for any other block."""
    found = _PLAIN.match(block)
    if found is None:
        return None
    name, address, port, user, folder, key_pair, jump, tags, notes, command, alive, theme, colour, favourite = (
        found.groups()
    )
    return Host(
        name,
        address,
        int(port) if port else DEFAULT_PORT,
        sys.intern(user) if user else "",
        sys.intern(folder) if folder else "",
        sys.intern(key_pair) if key_pair else "",
        sys.intern(jump) if jump else "",
        _tags(tags) if tags else (),
        notes or "",
        command or "",
        int(alive) if alive else None,
        theme or "",
        colour or "",
        favourite=favourite is not None,
    )


@lru_cache(maxsize=4096)
def _tags(texts: str) -> tuple[str, ...]:
    return tuple(_STRING.findall(texts))
