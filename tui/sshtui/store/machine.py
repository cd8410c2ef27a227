"""What reading ssh_config may ask of this machine and its network when a connection is about to be made."""

from __future__ import annotations

import itertools
import os
import signal
import socket
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

COMMAND_LIMIT = 10.0
"""Seconds that a command of `Match exec` may take; one that takes longer does not hold."""

IPV4_ADDRESSES = Path("/proc/net/fib_trie")
IPV6_ADDRESSES = Path("/proc/net/if_inet6")


@dataclass(frozen=True)
class Machine:
    """The questions that may be asked; None where asking is not allowed. Any of them may take seconds."""

    execute: Callable[[str], bool] | None = None
    """Whether the command of a `Match exec` succeeds."""
    look_up: Callable[[str, str], str | None] | None = None
    """The canonical name of a name, of AddressFamily `any`, `inet` or `inet6`; None for one that does not resolve."""
    addresses: Callable[[], tuple[str, ...]] | None = None
    """The addresses of the network interfaces."""


SILENT = Machine()
"""Nothing is asked: for lists, which must not run, send or wait for anything."""


def this_machine(*, match_exec: bool) -> Machine:
    """The machine we run on; commands of `Match exec` run only with `match_exec`."""
    addresses = local_addresses if IPV4_ADDRESSES.exists() else None
    return Machine(run_command if match_exec else None, look_up, addresses)


def run_command(line: str, limit: float = COMMAND_LIMIT) -> bool:
    """Whether `line` ends with 0 in the user's shell within `limit` seconds; run as by ssh (`readconf.c`,
    execute_in_shell)."""
    import subprocess

    shell = os.environ.get("SHELL") or "/bin/sh"
    try:
        # In a session of its own it cannot reach for our terminal, and ends whole with all it started.
        process = subprocess.Popen(
            [shell, "-c", line], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            start_new_session=True,
        )  # fmt: skip
    except (OSError, ValueError):
        return False
    try:
        return process.wait(limit) == 0
    except subprocess.TimeoutExpired:
        # One that runs as another account (sudo) can be neither killed nor waited for.
        with suppress(PermissionError):
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        return False


def look_up(name: str, family: str) -> str | None:
    """The canonical name the resolver gives for `name`, `name` itself when it gives none, None without an address."""
    families = {"inet": socket.AF_INET, "inet6": socket.AF_INET6}
    try:
        found = socket.getaddrinfo(
            name, None, families.get(family, socket.AF_UNSPEC), socket.SOCK_STREAM, 0, socket.AI_CANONNAME
        )
    except (OSError, UnicodeError):
        return None
    return found[0][3] or name


def local_addresses() -> tuple[str, ...]:
    """The addresses of this machine's interfaces, as Linux tells them under /proc/net."""
    from ipaddress import ip_address

    found = []
    with suppress(OSError, ValueError):
        lines = IPV4_ADDRESSES.read_text().splitlines()
        # A leaf `|-- 10.0.0.5` is an address of ours when the line below it says so.
        for line, below in itertools.pairwise(lines):
            if "/32 host LOCAL" in below and "|-- " in line:
                found.append(str(ip_address(line.rpartition("|-- ")[2].strip())))
    with suppress(OSError, ValueError):
        for line in IPV6_ADDRESSES.read_text().splitlines():
            found.append(str(ip_address(bytes.fromhex(line.split()[0]))))
    return tuple(dict.fromkeys(found))
