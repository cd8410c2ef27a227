"""Where our files stand, and those of OpenSSH that we read."""

from __future__ import annotations

import hashlib
import os
import tempfile
from dataclasses import dataclass
from pathlib import Path

import platformdirs

SOCKET_DIR_LIMIT = 90
"""Bytes of a directory's path that leave room for a socket's name (sun_path: 104 bytes on macOS, 108 on Linux)."""

CONFIG_DIR_VARIABLE = "SSHTUI_CONFIG_DIR"


@dataclass(frozen=True)
class Paths:
    """Every place we read or write; nothing is created by asking."""

    config_dir: Path
    state_dir: Path
    """What may be lost without harm: when hosts were last used."""
    ssh_dir: Path
    """OpenSSH's directory of this user."""

    @classmethod
    def default(cls, config_dir: Path | None = None) -> Paths:
        """The places for this user: `config_dir`, else `SSHTUI_CONFIG_DIR`, else where this system keeps settings.

        A moved configuration directory takes the state with it, as `state/`.
        """
        chosen = str(config_dir) if config_dir else os.environ.get(CONFIG_DIR_VARIABLE, "")
        # Unlike Path.home, expanduser does not raise for an account without a home directory.
        home = Path(os.path.expanduser("~"))
        if chosen:
            moved = Path(os.path.abspath(os.path.expanduser(chosen)))
            return cls(moved, moved / "state", home / ".ssh")
        return cls(
            platformdirs.user_config_path("sshtui", appauthor=False),
            platformdirs.user_state_path("sshtui", appauthor=False),
            home / ".ssh",
        )

    @property
    def hosts_file(self) -> Path:
        """The saved hosts."""
        return self.config_dir / "hosts.toml"

    @property
    def settings_file(self) -> Path:
        """What is set for the whole program."""
        return self.config_dir / "settings.toml"

    @property
    def keymap_file(self) -> Path:
        """Keystrokes bound by the person."""
        return self.config_dir / "keymap.toml"

    @property
    def themes_dir(self) -> Path:
        """The person's own themes."""
        return self.config_dir / "themes"

    @property
    def vault_file(self) -> Path:
        """Saved secrets, encrypted."""
        return self.config_dir / "secrets.vault"

    @property
    def forgotten_file(self) -> Path:
        """References of secrets that are to be deleted when the vault is next open; no secrets."""
        return self.state_dir / "forgotten.json"

    @property
    def console_file(self) -> Path:
        """Who may enter the browser console."""
        return self.config_dir / "console.json"

    @property
    def console_certificate(self) -> Path:
        """The browser console's own certificate; its key stands beside it."""
        return self.config_dir / "console-cert.pem"

    @property
    def console_key(self) -> Path:
        """The private key of that certificate."""
        return self.config_dir / "console-key.pem"

    @property
    def console_limits_file(self) -> Path:
        """Who failed to enter it, and has to wait."""
        return self.state_dir / "console-limits.json"

    @property
    def console_audit_file(self) -> Path:
        """What happened at its door."""
        return self.state_dir / "console-audit.jsonl"

    @property
    def transfer_dir(self) -> Path:
        """Files that the browser console takes from a browser, or has for one."""
        return self.state_dir / "transfer"

    @property
    def console_socket(self) -> Path:
        """Where the command line asks the running console."""
        return self.run_dir / "console.sock"

    @property
    def recent_file(self) -> Path:
        """When and how often hosts were used."""
        return self.state_dir / "recent.json"

    @property
    def run_dir(self) -> Path:
        """Where running apps on these files have their sockets: short enough a path for one, and not shared.

        In XDG_RUNTIME_DIR where there is one, else among the state, else in the directory for temporary files.
        """
        own = hashlib.sha256(os.fsencode(self.config_dir)).hexdigest()[:8]
        runtime = os.environ.get("XDG_RUNTIME_DIR", "")
        # After `su` it still is the other account's.
        if os.path.isabs(runtime) and os.path.isdir(runtime) and os.stat(runtime).st_uid == os.getuid():
            chosen = Path(runtime, f"sshtui-{own}")
        else:
            chosen = self.state_dir / "run"
        if len(os.fsencode(chosen)) <= SOCKET_DIR_LIMIT:
            return chosen
        return Path(tempfile.gettempdir(), f"sshtui-{os.getuid()}-{own}")

    @property
    def app_log(self) -> Path:
        """What an app without a terminal had to say when something went wrong; no secrets."""
        return self.state_dir / "app.log"

    @property
    def known_hosts(self) -> Path:
        """OpenSSH's file of trusted host keys."""
        return self.ssh_dir / "known_hosts"

    @property
    def ssh_config(self) -> Path:
        """OpenSSH's configuration of this user."""
        return self.ssh_dir / "config"


def applications_dir() -> Path:
    """Where this user's desktop entries stand (XDG Base Directory Specification, `$XDG_DATA_HOME`)."""
    return platformdirs.user_data_path() / "applications"
