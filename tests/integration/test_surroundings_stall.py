"""The real command on a real sshd while the outer terminal does not read: the connection goes on."""

from __future__ import annotations

import re
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.integration.surroundings_terminal import Terminal
from tests.servers.openssh import OpenSSH

COMMAND = Path(sys.executable).with_name("sshtui")
STALL = 12
"""Seconds; the server gives a silent client up after about 4."""

_STYLING = re.compile(rb"\x1b\[[0-9;?]*[A-Za-z]")


@pytest.mark.slow
def test_a_stalled_terminal_costs_no_connection(
    start_sshd: Callable[..., OpenSSH], client_key: Path, surroundings: Path, tmp_path: Path
) -> None:
    sshd = start_sshd(extra=("ClientAliveInterval 1", "ClientAliveCountMax 3"))
    (surroundings / ".ssh").mkdir(mode=0o700)
    (surroundings / ".ssh" / "known_hosts").write_text(f"[127.0.0.1]:{sshd.port} {sshd.host_keys[0].line}\n")
    destination = f"{sshd.user}@127.0.0.1:{sshd.port}"
    terminal = Terminal([COMMAND, "--config-dir", tmp_path / "config", "-i", client_key, destination])

    def shown(text: bytes) -> bool:
        return text in _STYLING.sub(b"", terminal.seen)

    try:
        terminal.read_until(lambda: shown(b"connected"), 30)
        terminal.type("echo ready-$((40+2))\r")
        terminal.read_until(lambda: shown(b"ready-42"))
        terminal.type("while :; do echo flood $RANDOM $RANDOM $RANDOM; done\r")
        terminal.read_until(lambda: shown(b"flood 1"))
        until = time.monotonic() + STALL
        terminal.wait_without_reading(lambda: time.monotonic() > until, STALL + 5)
        terminal.seen = b""
        terminal.type("\x03")
        terminal.type("\recho alive-$((40+2))\r")
        terminal.read_until(lambda: shown(b"alive-42"))
        assert sshd.connections() <= 2
        assert "Timeout, client not responding" not in sshd.log
    finally:
        terminal.end()
