"""Where our files stand, and those of OpenSSH that we read."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

import platformdirs

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
    def console_socket(self) -> Path:
        """Where the command line asks the running console."""
        return self.run_dir / "console.sock"

    @property
    def recent_file(self) -> Path:
        """When and how often hosts were used."""
        return self.state_dir / "recent.json"

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
