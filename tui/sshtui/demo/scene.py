"""The demo's world: servers on loopback, saved hosts that show each case, and nothing of the user's own."""

from __future__ import annotations

import os
import secrets
import shutil
import socket
import warnings
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from sshtui import files
from sshtui.demo.accounts import Account, Round
from sshtui.demo.background import in_background
from sshtui.demo.leftovers import demo_directory
from sshtui.demo.programs import Surroundings
from sshtui.demo.server import LOOPBACK, EmbeddedServer, Manners
from sshtui.model.host_keys import HostKey, PublicKey
from sshtui.model.hosts import Host
from sshtui.ssh.known_hosts import KnownHosts
from sshtui.ssh.library import asyncssh
from sshtui.store.hosts import HostStore

_BANNER = "The sshtui demo: this server runs inside the program.\r\n"

_BASHRC = """\
PS1='\\[\\e[32m\\]$LOGNAME@demo\\[\\e[0m\\]:\\[\\e[34m\\]\\w\\[\\e[0m\\]\\$ '
alias ls='ls --color=auto' ll='ls -l'
cat ~/welcome.txt
"""


@dataclass(frozen=True)
class Scene:
    """What a run of the demo stands on; all of it is gone when the scene ends."""

    directory: Path
    config_dir: Path
    ssh_dir: Path
    """Stands for `~/.ssh`: known_hosts and key files."""
    hosts: tuple[Host, ...]
    password: str = field(repr=False)
    code: str = field(repr=False)
    passphrase: str = field(repr=False)
    server: EmbeddedServer
    """Behind every host but the one with the changed host key."""
    rebuilt: EmbeddedServer
    """Has another host key than known_hosts says."""

    def host(self, name: str) -> Host:
        """The saved host of that name."""
        return next(host for host in self.hosts if host.name == name)


@contextmanager
def demo_scene() -> Iterator[Scene]:
    """A scene with its servers running in a thread of their own; afterwards no process and no file is left."""
    with (
        demo_directory() as directory,
        closing(socket.socket()) as nobody,
    ):
        # A port that is taken and not listened on refuses every connection, and nobody else can open it.
        nobody.bind((LOOPBACK, 0))
        with in_background(_scene(directory, nobody.getsockname()[1])) as scene:
            yield scene


@asynccontextmanager
async def _scene(directory: Path, refused_port: int) -> AsyncIterator[Scene]:
    ssh_dir, config_dir, home = directory / "ssh", directory / "config", directory / "home"
    for part in (ssh_dir, config_dir, home):
        part.mkdir(mode=0o700)
    password, passphrase, code = _speakable(6), _speakable(4), f"{secrets.randbelow(10**6):06}"
    _furnish(home, password, code)
    surroundings = _surroundings(home)
    accounts = [
        Account("demo", password),
        Account("key", public_keys=(_key_file(ssh_dir / "id_demo"),)),
        Account("locked", public_keys=(_key_file(ssh_dir / "id_locked", passphrase),)),
        Account("expired", password, expired=True),
        Account("two-factor", rounds=(_two_factor(password, code),)),
    ]
    async with (
        EmbeddedServer(accounts, surroundings, Manners(banner=_BANNER)) as server,
        EmbeddedServer(accounts, surroundings) as rebuilt,
    ):
        before = HostKey(asyncssh.generate_private_key("ssh-ed25519").public_data)
        KnownHosts(ssh_dir / "known_hosts").remember(LOOPBACK, rebuilt.port, before)
        hosts = _hosts(server.port, rebuilt.port, refused_port, ssh_dir, password, code, passphrase)
        HostStore(config_dir / "hosts.toml").put_all(hosts)
        yield Scene(directory, config_dir, ssh_dir, hosts, password, code, passphrase, server, rebuilt)


def _hosts(
    port: int, rebuilt: int, refused: int, ssh_dir: Path, password: str, code: str, passphrase: str
) -> tuple[Host, ...]:
    def host(
        name: str, user: str, folder: str, notes: str, *tags: str, at: int = port, key_pair: str = "", jump: str = ""
    ) -> Host:
        return Host(name, LOOPBACK, at, user, folder, key_pair, jump, tags, notes)

    unlocked, locked = str(ssh_dir / "id_demo"), str(ssh_dir / "id_locked")
    return (
        host("password", "demo", "start here", f"Password: {password}", "shell"),
        host("key-pair", "key", "start here", "Logs in by itself.", "shell", key_pair=unlocked),
        host("locked-key-pair", "locked", "ways in", f"Passphrase: {passphrase}", "passphrase", key_pair=locked),
        host("two-factor", "two-factor", "ways in", f"Password: {password}, code: {code}", "code"),
        host("expired-password", "expired", "ways in", f"Old password: {password}; choose a new one.", "change"),
        host("through-a-jump", "demo", "ways in", f"By way of key-pair. Password: {password}", jump="key-pair"),
        host(
            "changed-host-key",
            "demo",
            "trouble",
            f"As if the server had been reinstalled. Password: {password}",
            "warning",
            at=rebuilt,
        ),
        host("refused-port", "demo", "trouble", "Nobody listens there.", "offline", at=refused),
    )


def _two_factor(password: str, code: str) -> Round:
    return Round(
        title="Two-factor login",
        instruction="Enter your password and the code of your authenticator.",
        prompts=(("Password: ", False), ("Verification code: ", True)),
        answers=(password, code),
    )


def _furnish(home: Path, password: str, code: str) -> None:
    """A shell's home directory with a greeting."""
    (home / "welcome.txt").write_text(
        "Welcome to the sshtui demo: a real shell, in a temporary home.\n"
        f"Password: {password}   one-time code: {code}\n"
    )
    (home / ".bashrc").write_text(_BASHRC)


def _surroundings(home: Path) -> Surroundings:
    """Programs of the system with everything they might write in `home`, a tmux server's socket included."""
    temporary = home / ".tmp"
    temporary.mkdir(mode=0o700)
    shell = shutil.which("bash") or "/bin/sh"
    environment = {
        "HOME": str(home),
        "ENV": str(home / ".bashrc"),
        "HISTFILE": str(home / ".history"),
        "LANG": os.environ.get("LANG") or "C.UTF-8",
        "PATH": os.environ.get("PATH") or os.defpath,
        "SHELL": shell,
        "TMPDIR": str(temporary),
        "TMUX_TMPDIR": str(temporary),
    }
    return Surroundings(shell, home, environment)


def _key_file(path: Path, passphrase: str = "") -> PublicKey:
    """A new ed25519 private key at `path`; its public half."""
    private_key = asyncssh.generate_private_key("ssh-ed25519", comment=path.name)
    with warnings.catch_warnings():
        # Few rounds start faster, and bcrypt says so on stderr; the passphrase protects nothing here.
        warnings.simplefilter("ignore", UserWarning)
        files.write_whole(path, private_key.export_private_key("openssh", passphrase or None, rounds=16))
    files.write_whole(path.with_name(path.name + ".pub"), private_key.export_public_key("openssh"), mode=0o644)
    return PublicKey(private_key.public_data)


def _speakable(syllables: int) -> str:
    """A random word that is easy to type; 6.4 bits a syllable."""
    sounds = [consonant + vowel for consonant in "bdfgklmnprstvxz" for vowel in "aeiou"]
    return "".join(secrets.choice(sounds) for _ in range(syllables))
