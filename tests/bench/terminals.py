"""The real app, and ssh inside tmux, each on a pty of ours and logged in to a real sshd."""

from __future__ import annotations

import contextlib
import fcntl
import os
import pty
import re
import shutil
import signal
import struct
import sys
import tempfile
import termios
import threading
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from sshtui.model.geometry import Size
from tests.servers.key_files import make_key_file, public_line
from tests.servers.openssh import OpenSSH, openssh

COMMAND = Path(sys.executable).with_name("sshtui")
WINDOW = Size(150, 45)
PATIENCE = 60.0
KEPT = 20_000

_CONTROLS = re.compile(rb"\x1b\[[0-?]*[ -/]*[@-~]|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)|\x1b[()][0-9A-B]|\x1b.|\x0f|\x0e")

_BEGUN = re.compile(rb"\x1b(?:\[[0-?]*[ -/]*|\][^\x07\x1b]*\x1b?|[()])?\Z")
"""A sequence whose end is still to be read."""

PROMPT = "READY>"
_SHELL = "PS1=$(printf 'REA\\104Y>'); stty -echoctl; printf 'size %s\\n' \"$(stty size)\"\n"


class Terminal:
    """A program on a pty of `size`; what it writes is read at once, as by the fastest of terminals."""

    def __init__(self, command: list[str], environment: Mapping[str, str], size: Size) -> None:
        self.pid, self._master = pty.fork()
        if self.pid == 0:
            try:
                os.execve(command[0], command, dict(environment))
            finally:
                os._exit(127)
        fcntl.ioctl(self._master, termios.TIOCSWINSZ, struct.pack("HHHH", size.rows, size.columns, 0, 0))
        self._news = threading.Condition()
        self._begun = b""
        self._text = b""
        self._wanted = b""
        self._typed_at = time.perf_counter()
        self._found_at: float | None = None
        threading.Thread(target=self._drain, daemon=True).start()

    def type(self, data: bytes, wanted: str = "") -> None:
        """Type; what was shown before is forgotten, so that the next wait is for something new: for `wanted`."""
        with self._news:
            self._text, self._wanted, self._found_at = b"", wanted.encode(), None
        self._typed_at = time.perf_counter()
        os.write(self._master, data)

    def wait_for(self, text: str, patience: float = PATIENCE) -> float:
        """Wait until `text` is written in one piece; seconds from the last typing until it was read here.

        Exactly when `type` was told of it; else at the earliest when this is called.
        """
        with self._news:
            if self._wanted != text.encode():
                self._wanted, self._found_at = text.encode(), None
                self._look(time.perf_counter())
            self._news.wait_for(lambda: self._found_at is not None, patience)
            if self._found_at is None:
                raise TimeoutError(f"{text!r} did not appear; the last that was written: {self._text[-600:]!r}")
            return self._found_at - self._typed_at

    def text(self) -> str:
        """What was written since the last typing, without control sequences."""
        with self._news:
            return self._text.decode("utf-8", "replace")

    def end(self) -> None:
        """Kill it."""
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGKILL)
        os.waitpid(self.pid, 0)
        os.close(self._master)

    def _drain(self) -> None:
        # Reading ends with an error when the program is gone.
        with contextlib.suppress(OSError):
            while data := os.read(self._master, 65_536):
                now = time.perf_counter()
                with self._news:
                    data = self._begun + data
                    begun = _BEGUN.search(data)
                    whole = begun.start() if begun else len(data)
                    self._text = (self._text + _CONTROLS.sub(b"", data[:whole]))[-KEPT:]
                    self._begun = data[whole:]
                    self._look(now)

    def _look(self, now: float) -> None:
        """Tell whoever waits when what they want stands there."""
        if self._wanted and self._found_at is None and self._wanted in self._text:
            self._found_at = now
            self._news.notify_all()


@dataclass(frozen=True)
class Stage:
    """A running sshd, a key pair that logs in, and a home with both set up for ssh and for us."""

    directory: Path
    server: OpenSSH
    key_file: Path

    @property
    def environment(self) -> dict[str, str]:
        """A person's, in this home."""
        return {
            "HOME": str(self.directory),
            "PATH": os.environ["PATH"],
            "TERM": "xterm-256color",
            "COLORTERM": "truecolor",
            "LANG": "C.UTF-8",
            "SSHTUI_CONFIG_DIR": str(self.directory / "config"),
        }

    @contextlib.contextmanager
    def app(self) -> Iterator[tuple[Terminal, Size]]:
        """The app before a shell of the server, and the size that the shell has."""
        terminal = Terminal([str(COMMAND), "bench"], self.environment, WINDOW)
        with _ending(terminal):
            terminal.wait_for("bench ● connected")
            yield terminal, _settle(terminal)

    @contextlib.contextmanager
    def tmux(self, size: Size) -> Iterator[Terminal]:
        """ssh inside tmux, its shell of the same `size`."""
        tmux = _program("tmux")
        socket = ["-S", str(self.directory / "tmux.sock")]
        ssh = f"{_program('ssh')} -tt -i {self.key_file} -p {self.server.port}"
        options = f"-o UserKnownHostsFile={self.directory / '.ssh' / 'known_hosts'} -o IdentitiesOnly=yes"
        settings = self.directory / "tmux.conf"
        settings.write_text("set -g status off\nset -g escape-time 0\nset -g history-limit 10000\n")
        login = f"{ssh} {options} {self.server.user}@{self.server.address}"
        command = [tmux, "-u", *socket, "-f", str(settings), "new-session", login]
        terminal = Terminal(command, self.environment, size)
        try:
            with _ending(terminal):
                terminal.wait_for("$" if os.geteuid() else "#")
                found = _settle(terminal)
                assert found == size, (found, size)
                yield terminal
        finally:
            os.spawnv(os.P_WAIT, tmux, [tmux, *socket, "kill-server"])


@contextlib.contextmanager
def stage() -> Iterator[Stage]:
    """Everything in a temporary directory; gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="sshtui-bench-") as name:
        directory = Path(name)
        key_file = make_key_file(directory / "work")
        with openssh(
            directory / "sshd",
            _program("sshd"),
            authorised=(public_line(key_file),),
            max_sessions=40,
            log_level="ERROR",
            extra=("MaxStartups 100",),
        ) as server:
            (directory / ".ssh").mkdir(mode=0o700)
            known = f"[{server.address}]:{server.port} {server.host_keys[0].line}\n"
            (directory / ".ssh" / "known_hosts").write_text(known)
            (directory / "config").mkdir(mode=0o700)
            (directory / "config" / "hosts.toml").write_text(
                f'[[hosts]]\nname = "bench"\naddress = "{server.address}"\nport = {server.port}\n'
                f'user = "{server.user}"\nkey_pair = "{key_file}"\n'
            )
            yield Stage(directory, server, key_file)


@contextlib.contextmanager
def _ending(terminal: Terminal) -> Iterator[None]:
    try:
        yield
    finally:
        terminal.end()


def _settle(terminal: Terminal) -> Size:
    """Give the shell a prompt of ours; the size of its terminal."""
    time.sleep(1)
    terminal.type(b"exec sh\r")
    time.sleep(0.5)
    terminal.type(_SHELL.replace("\n", "\r").encode())
    terminal.wait_for(PROMPT)
    time.sleep(0.5)
    found = re.findall(r"size (\d+) (\d+)", terminal.text())
    assert found, terminal.text()
    return Size(int(found[-1][1]), int(found[-1][0]))


def _program(name: str) -> str:
    path = shutil.which(name, path=os.environ["PATH"] + ":/usr/sbin:/sbin")
    if path is None:
        raise SystemExit(f"{name} is needed")
    return path
