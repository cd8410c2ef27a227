"""The embedded server of the demo as the tests' server of rare answers: no root, no sshd, in the test's own loop."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from sshtui.demo.accounts import Account, Round
from sshtui.demo.programs import Surroundings
from sshtui.demo.server import EmbeddedServer, Manners


def surroundings(directory: Path) -> Surroundings:
    """A bash (or sh) without start-up files whose home is `directory`."""
    directory.mkdir(parents=True, exist_ok=True)
    environment = {
        "HOME": str(directory),
        "LANG": "C.UTF-8",
        "PATH": os.environ.get("PATH", os.defpath),
        "PS1": "$ ",
        "HISTFILE": str(directory / ".history"),
    }
    return Surroundings(shutil.which("bash") or "/bin/sh", directory, environment)


def embedded(directory: Path, *accounts: Account, manners: Manners | None = None) -> EmbeddedServer:
    """`async with embedded(tmp_path, Account("ada", "secret")) as server:` its programs' home is `directory`."""
    return EmbeddedServer(accounts, surroundings(directory), manners)


__all__ = ["Account", "EmbeddedServer", "Manners", "Round", "embedded", "surroundings"]
