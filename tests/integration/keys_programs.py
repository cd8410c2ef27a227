"""Other programs as judges of what we write and makers of what we read."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Sequence
from pathlib import Path

import asyncssh

from tests.servers.openssh import OpenSSH


def run(*command: str | Path, stdin: str = "", **environment: str) -> str:
    """What the command printed on standard output; a failure fails the test with everything it said."""
    done = subprocess.run(
        [str(part) for part in command],
        input=stdin,
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, **environment},
    )
    assert done.returncode == 0, f"{command} ended with {done.returncode}: {done.stdout}{done.stderr}"
    return done.stdout


async def login(server: OpenSSH, signers: Sequence[asyncssh.SSHKeyPair]) -> bool:
    """Whether one of `signers` opens the account of this user."""

    offers = list(signers)

    class Offering(asyncssh.SSHClient):
        def public_key_auth_requested(self) -> asyncssh.SSHKeyPair | None:
            return offers.pop(0) if offers else None

    try:
        async with asyncssh.connect(
            "127.0.0.1",
            server.port,
            username=server.user,
            client_factory=Offering,
            config=None,
            known_hosts=None,
            agent_path=None,
            client_keys=None,
            preferred_auth="publickey",
        ):
            return True
    except asyncssh.PermissionDenied:
        return False
