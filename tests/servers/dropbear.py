"""A real dropbear of our own, the server of small machines."""

from __future__ import annotations

import base64
import contextlib
import getpass
import subprocess
from collections.abc import Iterator, Sequence
from pathlib import Path

from sshtui.model.host_keys import HostKey
from tests.servers.process import LOOPBACK, ServerProcess, free_port


class Dropbear(ServerProcess):
    """dropbear on a free loopback port."""

    def login_attempts(self) -> int:
        """How many logins it has seen end, well or badly."""
        return self.log.count("auth succeeded for") + self.log.count("Bad password attempt for")


@contextlib.contextmanager
def dropbear(
    directory: Path,
    program: str,
    keygen: str,
    *,
    host_key_kinds: Sequence[str] = ("ed25519",),
    password: bool = True,
    both: bool = False,
    forwarding: bool = True,
    banner: str = "",
    extra: Sequence[str] = (),
) -> Iterator[Dropbear]:
    """A running dropbear whose files are in `directory`; ended with all its sessions after the block.

    Key pairs are authorised in the account's own `~/.ssh/authorized_keys` (`Account.authorise`).
    `keygen` is dropbearkey(1). `both` demands a key pair and the password (`-t`); `extra` are further
    options of dropbear(8).
    """
    directory.mkdir(exist_ok=True, parents=True)
    host_keys, key_files = [], []
    for kind in host_key_kinds:
        file = directory / f"host_{kind}"
        if not file.exists():
            subprocess.run([keygen, "-t", kind, "-f", str(file)], check=True, capture_output=True)
        shown = subprocess.run([keygen, "-y", "-f", str(file)], check=True, capture_output=True, text=True)
        line = next(line for line in shown.stdout.splitlines() if line.startswith(("ssh-", "ecdsa-")))
        host_keys.append(HostKey(base64.b64decode(line.split()[1])))
        key_files.append(file)
    port = free_port()
    command = [program, "-F", "-E", "-p", f"{LOOPBACK}:{port}", "-P", str(directory / "dropbear.pid")]
    for file in key_files:
        command += ["-r", str(file)]
    if not password:
        command.append("-s")
    if both:
        command.append("-t")
    if not forwarding:
        command += ["-j", "-k"]
    if banner:
        (directory / "banner").write_text(banner)
        command += ["-b", str(directory / "banner")]
    server = Dropbear([*command, *extra], port, getpass.getuser(), host_keys, directory / "dropbear.log")
    with server.running_server():
        yield server
