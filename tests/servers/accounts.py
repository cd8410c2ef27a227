"""Throw-away accounts of this machine, for logins with a real password. Root only."""

from __future__ import annotations

import contextlib
import fcntl
import os
import pwd
import secrets
import signal
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tests.servers.process import send_signal
from tests.waiting import until


@dataclass(frozen=True)
class Account:
    """A user of this machine that lives as long as the test."""

    name: str
    password: str = field(repr=False)

    @property
    def home(self) -> Path:
        """Its home directory."""
        return Path(pwd.getpwnam(self.name).pw_dir)

    @property
    def uid(self) -> int:
        """Its number."""
        return pwd.getpwnam(self.name).pw_uid

    def authorise(self, public_line: str) -> None:
        """Let the key pair of `public_line` log in, by its own `~/.ssh/authorized_keys`."""
        directory = self.home / ".ssh"
        directory.mkdir(mode=0o700, exist_ok=True)
        file = directory / "authorized_keys"
        with file.open("a") as lines:
            lines.write(public_line + "\n")
        file.chmod(0o600)
        entry = pwd.getpwnam(self.name)
        for path in (directory, file):
            os.chown(path, entry.pw_uid, entry.pw_gid)

    def trust_host(self, name: str, user: str, public_lines: Sequence[str]) -> None:
        """Let `user` of the computer `name`, which has these host keys, log in by them (`~/.shosts`, sshd(8))."""
        directory = self.home / ".ssh"
        directory.mkdir(mode=0o700, exist_ok=True)
        known = directory / "known_hosts"
        known.write_text("".join(f"{name} {line.strip()}\n" for line in public_lines))
        trusted = self.home / ".shosts"
        trusted.write_text(f"{name} {user}\n")
        entry = pwd.getpwnam(self.name)
        for path in (directory, known, trusted):
            os.chown(path, entry.pw_uid, entry.pw_gid)

    def expire_password(self) -> None:
        """Demand another password at the next login (`chage -d 0`)."""
        _run("chage", "-d", "0", self.name)

    def close(self) -> None:
        """Let nobody in any more (`chage -E 0`)."""
        _run("chage", "-E", "0", self.name)

    def empty_password(self) -> None:
        """Let it have none at all: a server that permits that lets everybody in."""
        _run("passwd", "-d", self.name)

    def set_password(self, password: str) -> None:
        """Set it as root would."""
        _run("chpasswd", text=f"{self.name}:{password}\n")

    def processes(self) -> tuple[int, ...]:
        """What runs under this account."""
        listing = subprocess.run(["ps", "-o", "pid=", "-u", str(self.uid)], capture_output=True, text=True, check=False)
        return tuple(map(int, listing.stdout.split()))


@contextlib.contextmanager
def temporary_account(*, password: str | None = None, shell: str = "/bin/bash") -> Iterator[Account]:
    """A fresh account with a home and a password (a random one unless given); removed with all it left."""
    account = Account("t" + secrets.token_hex(6), password or secrets.token_urlsafe(12))
    with _one_at_a_time():
        _run("useradd", "-m", "-s", shell, account.name)
    try:
        account.set_password(account.password)
        yield account
    finally:
        send_signal(signal.SIGKILL, *account.processes())
        until(lambda: not account.processes(), f"end of the processes of {account.name}")
        with _one_at_a_time():
            _run("userdel", "-r", "-f", account.name)


@contextlib.contextmanager
def _one_at_a_time() -> Iterator[None]:
    """useradd and userdel give up when another one holds the lock of /etc/passwd; tests run side by side."""
    with (Path(tempfile.gettempdir()) / "sshtui-tests-accounts.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _run(program: str, *arguments: str, text: str | None = None) -> None:
    environment = {**os.environ, "PATH": os.environ.get("PATH", "") + ":/usr/sbin:/sbin"}
    subprocess.run([program, *arguments], input=text, text=True, check=True, capture_output=True, env=environment)
