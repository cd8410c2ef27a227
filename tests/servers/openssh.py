"""A real sshd of our own: config, host keys and authorised key pairs in a directory of the test."""

from __future__ import annotations

import contextlib
import getpass
import os
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from sshtui.model.host_keys import HostKey
from tests.servers.key_files import make_key_file, public_key
from tests.servers.process import LOOPBACK, ServerProcess, free_port

PRIVILEGE_SEPARATION = Path("/run/sshd")
"""sshd as root does not start without it (sshd(8), FILES); it must not be writable by others."""


class OpenSSH(ServerProcess):
    """sshd on a free loopback port."""

    def login_attempts(self) -> int:
        """How many authentication requests have arrived, `none` included (RFC 4252 section 5).

        Counts lines of log level DEBUG1 and above, the default here.
        """
        return self.log.count("userauth-request for user")

    def connections(self) -> int:
        """How many connections the log tells of, the ones that asked for the banner at start included."""
        return self.log.count("Connection from ")


@contextlib.contextmanager
def openssh(
    directory: Path,
    program: str,
    *,
    authorised: Sequence[str] = (),
    host_key_kinds: Sequence[str] = ("ed25519",),
    password: bool = True,
    keyboard_interactive: bool = False,
    pam: bool = False,
    methods: str = "",
    max_sessions: int = 10,
    permit_tty: bool = True,
    sftp: str = "internal-sftp",
    banner: str = "",
    log_level: str = "DEBUG1",
    extra: Sequence[str] = (),
) -> Iterator[OpenSSH]:
    """A running sshd whose files are in `directory`; ended with all its sessions after the block.

    `authorised` are public key lines that open every account; `methods` is AuthenticationMethods, `sftp` the program
    behind that subsystem; `extra` are further lines of sshd_config(5) and win over ours. As root it takes real
    passwords (see `accounts`), as another user only key pairs of that user.
    """
    if os.geteuid() == 0 and not PRIVILEGE_SEPARATION.exists():
        PRIVILEGE_SEPARATION.mkdir(mode=0o755, exist_ok=True)
    directory.mkdir(exist_ok=True, parents=True)
    key_files = [_host_key_file(directory, kind) for kind in host_key_kinds]
    config, banner_file = directory / "sshd_config", directory / "banner"
    banner_file.write_text(banner)
    port = free_port()
    lines = [
        *extra,
        f"ListenAddress {LOOPBACK}",
        f"Port {port}",
        *(f"HostKey {file}" for file in key_files),
        "PidFile none",
        f"LogLevel {log_level}",
        f"UsePAM {_yes(pam)}",
        f"PasswordAuthentication {_yes(password)}",
        f"KbdInteractiveAuthentication {_yes(keyboard_interactive)}",
        f"MaxSessions {max_sessions}",
        f"PermitTTY {_yes(permit_tty)}",
        "PermitRootLogin yes",
        "StrictModes no",
        "UseDNS no",
        "PrintMotd no",
        "PrintLastLog no",
        "AcceptEnv LANG LC_* COLORTERM",
        f"Subsystem sftp {sftp}",
        *([f"AuthenticationMethods {methods}"] if methods else []),
        *([f"Banner {banner_file}"] if banner else []),
    ]
    with _readable_file("".join(line + "\n" for line in authorised)) as authorised_keys:
        lines.append(f"AuthorizedKeysFile {authorised_keys} .ssh/authorized_keys")
        if os.geteuid() == 0:
            lines += _empty_home(directory)
        config.write_text("\n".join(lines) + "\n")
        server = OpenSSH(
            [program, "-D", "-e", "-f", str(config)],
            port,
            getpass.getuser(),
            [public_key(file) for file in key_files],
            directory / "sshd.log",
        )
        with server.running_server():
            yield server


def _empty_home(directory: Path) -> Sequence[str]:
    """Lines that give root's shells a home of their own: a machine's own start files are slow, and wait for locks."""
    home = directory / "root-home"
    home.mkdir(mode=0o700, exist_ok=True)
    return "Match User root", f"SetEnv HOME={home}"


@contextlib.contextmanager
def _readable_file(text: str) -> Iterator[Path]:
    """A file every account can read; sshd opens authorized_keys as the user, and tests' directories are private."""
    with tempfile.TemporaryDirectory(prefix="sshtui-tests-") as directory:
        Path(directory).chmod(0o755)
        file = Path(directory) / "authorized_keys"
        file.write_text(text)
        file.chmod(0o644)
        yield file


def host_key_of(directory: Path, kind: str) -> HostKey:
    """The host key of `kind` that `openssh(directory, …)` uses; made when it is not there yet."""
    return public_key(_host_key_file(directory, kind))


def _host_key_file(directory: Path, kind: str) -> Path:
    """Kept when it exists, so that a second server in the same directory is the same host."""
    file = directory / f"host_{kind}"
    return file if file.exists() else make_key_file(file, kind)


def _yes(flag: bool) -> str:
    return "yes" if flag else "no"
