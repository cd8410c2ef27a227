"""A server process on loopback: start and wait for its banner, stop, kill, read its log."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
from collections.abc import Iterator, Sequence
from pathlib import Path

from sshtui.model.host_keys import HostKey
from tests.waiting import until

LOOPBACK = "127.0.0.1"


def free_port() -> int:
    """A loopback port nobody listens on right now."""
    with socket.socket() as listener:
        listener.bind((LOOPBACK, 0))
        return int(listener.getsockname()[1])


def banner_of(port: int, address: str = LOOPBACK) -> bytes:
    """The first bytes the server on `port` says; b"" while nobody listens or nothing comes."""
    try:
        with socket.create_connection((address, port), timeout=1) as connection:
            return connection.recv(256)
    except OSError:
        return b""


def descendants(pid: int) -> tuple[int, ...]:
    """Every process below `pid`, children before grandchildren."""
    listing = subprocess.run(["ps", "-A", "-o", "pid=,ppid="], capture_output=True, text=True, check=True)
    parents = [tuple(map(int, line.split())) for line in listing.stdout.splitlines()]
    found, generation = [], {pid}
    while generation:
        generation = {child for child, parent in parents if parent in generation}
        found += sorted(generation)
    return tuple(found)


def send_signal(number: signal.Signals, *pids: int) -> None:
    """Send it to each process that still runs."""
    for pid in pids:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, number)


class ServerProcess:
    """An SSH server program of our own, restartable on the same port with the same host keys."""

    def __init__(
        self, command: Sequence[str], port: int, user: str, host_keys: Sequence[HostKey], log_file: Path
    ) -> None:
        self.address = LOOPBACK
        self.port = port
        self.user = user
        """An account that may log in: with the authorised key pairs, and by password where one is known."""
        self.host_keys = tuple(host_keys)
        self._command = tuple(command)
        self._log_file = log_file
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def log(self) -> str:
        """Everything it has logged, over restarts."""
        return self._log_file.read_text(errors="replace") if self._log_file.exists() else ""

    @property
    def pid(self) -> int:
        """The listening process."""
        assert self._process is not None, "the server is not running"
        return self._process.pid

    @property
    def running(self) -> bool:
        """Whether the listening process lives."""
        return self._process is not None and self._process.poll() is None

    def start(self) -> None:
        """Listen (again) on the same port; returns when the banner comes."""
        with self._log_file.open("ab") as log:
            self._process = subprocess.Popen(
                self._command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True
            )
        until(lambda: not self.running or banner_of(self.port).startswith(b"SSH-2.0"), "SSH banner")
        if not self.running:
            raise AssertionError(f"the server did not start:\n{self.log}")

    def sessions(self) -> tuple[int, ...]:
        """The processes below the listener: one or two a connection, and what runs in them."""
        return descendants(self.pid)

    def kill_sessions(self) -> None:
        """Cut every connection hard; the listener stays."""
        send_signal(signal.SIGKILL, *self.sessions())

    def stop(self) -> None:
        """Freeze it with all its sessions (SIGSTOP): the link stays open and nothing answers."""
        send_signal(signal.SIGSTOP, self.pid, *self.sessions())

    def resume(self) -> None:
        """Let it go on after `stop`."""
        send_signal(signal.SIGCONT, self.pid, *self.sessions())

    def kill(self) -> None:
        """End it and its sessions at once (SIGKILL), as a power failure would; safe to call twice."""
        if self._process is None:
            return
        if self._process.poll() is None:
            # The listener first: it must not start another session while its sessions are counted.
            send_signal(signal.SIGSTOP, self.pid)
            send_signal(signal.SIGKILL, *self.sessions(), self.pid)
        self._process.wait(timeout=10)

    @contextlib.contextmanager
    def running_server(self) -> Iterator[None]:
        """Started inside the block, nothing left after it."""
        self.start()
        try:
            yield
        finally:
            self.kill()
