"""Tokens in values of ssh_config: `%h`, `%r` and their like."""

from __future__ import annotations

import getpass
import hashlib
import os
import re
import socket
from pathlib import Path

from sshtui.model.hosts import DEFAULT_PORT
from sshtui.store.ssh_config_values import Effective


def local_user() -> str:
    """The name this program runs under, "" for an account without one (a container's bare uid)."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return ""


def expanded(text: str, effective: Effective, home: Path) -> str:
    """`text` with its tokens filled in (ssh_config(5), TOKENS); one that is not known before connecting stays."""
    if "%" not in text:
        return text
    user = effective.first("user") or local_user()
    machine = socket.gethostname()
    port = effective.first("port").removeprefix("ssh") or str(DEFAULT_PORT)
    # OpenSSH 9.2; the jump host joins in later ones, where it is empty without one (`readconf.c`, ssh_connection_hash).
    connection = f"{machine}{effective.hostname}{port}{user}{effective.first('proxyjump')}"
    tokens = {
        "%": "%",
        "C": hashlib.sha1(connection.encode(), usedforsecurity=False).hexdigest(),
        "d": str(home),
        "h": effective.hostname,
        "i": str(os.getuid()),
        "j": effective.first("proxyjump"),
        "k": effective.first("hostkeyalias") or effective.name,
        "L": machine.partition(".")[0],
        "l": machine,
        "n": effective.name,
        "p": port,
        "r": user,
        "u": local_user(),
    }
    return re.sub(r"%(.)", lambda found: tokens.get(found[1], found[0]), text)
