"""Tokens in values of ssh_config: `%h`, `%r` and their like."""

from __future__ import annotations

import os
import re
import socket
from pathlib import Path

from sshtui.model.hosts import DEFAULT_PORT
from sshtui.store.ssh_config_resolve import Effective, local_user


def expanded(text: str, effective: Effective, home: Path) -> str:
    """`text` with its tokens filled in (ssh_config(5), TOKENS); one that is not known before connecting stays."""
    if "%" not in text:
        return text
    user = effective.first("user") or local_user()
    machine = socket.gethostname()
    tokens = {
        "%": "%",
        "d": str(home),
        "h": effective.hostname,
        "i": str(os.getuid()),
        "j": effective.first("proxyjump"),
        "k": effective.first("hostkeyalias") or effective.name,
        "L": machine.partition(".")[0],
        "l": machine,
        "n": effective.name,
        "p": effective.first("port") or str(DEFAULT_PORT),
        "r": user,
        "u": local_user(),
    }
    return re.sub(r"%(.)", lambda found: tokens.get(found[1], found[0]), text)
