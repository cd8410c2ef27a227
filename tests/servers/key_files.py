"""Key files made by `ssh-keygen`, the second source for everything we read and write about keys."""

from __future__ import annotations

import base64
import shutil
import subprocess
from pathlib import Path

from sshtui.model.host_keys import HostKey


def make_key_file(path: Path, kind: str = "ed25519", *, bits: int = 0, passphrase: str = "", comment: str = "") -> Path:
    """A new private key at `path` (0600) and its public half beside it in `.pub`."""
    if not bits and kind == "rsa":
        bits = 2048
    size = ["-b", str(bits)] if bits else []
    subprocess.run(
        [_ssh_keygen(), "-q", "-t", kind, *size, "-N", passphrase, "-C", comment, "-f", str(path)], check=True
    )
    return path


def public_line(path: Path) -> str:
    """The one line of `path`'s `.pub` file: algorithm, base64, comment."""
    return path.with_name(path.name + ".pub").read_text().strip()


def public_key(path: Path) -> HostKey:
    """The public half of the key file at `path`."""
    return HostKey(base64.b64decode(public_line(path).split()[1]))


def sign(authority: Path, file: Path, principals: str, *options: str) -> Path:
    """The certificate `test` that `authority` gives to the public half of `file`, for an account or several."""
    command = [_ssh_keygen(), "-q", "-s", str(authority), "-I", "test", "-n", principals, *options, f"{file}.pub"]
    subprocess.run(command, check=True, capture_output=True)
    return file.with_name(file.name + "-cert.pub")


def _ssh_keygen() -> str:
    program = shutil.which("ssh-keygen")
    assert program, "ssh-keygen is not installed"
    return program
