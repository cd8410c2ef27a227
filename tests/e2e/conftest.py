"""The real `sshtui` command in a real terminal, against a real sshd with real accounts."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from sshtui.model.geometry import Size
from tests.e2e.outer import Outer
from tests.e2e.person import Person
from tests.servers.key_files import make_key_file, public_line
from tests.servers.openssh import OpenSSH, openssh

USUAL = Size(80, 24)
COMMAND = Path(sys.executable).with_name("sshtui")


@pytest.fixture
def key_file(surroundings: Path, need: Callable[[str], str]) -> Path:
    """An ed25519 key pair without passphrase, not among the default files."""
    need("ssh-keygen")
    directory = surroundings / "keys"
    directory.mkdir(mode=0o700)
    return make_key_file(directory / "work", comment="work@tests")


@pytest.fixture
def sshd(tmp_path: Path, need: Callable[[str], str], key_file: Path) -> Iterator[OpenSSH]:
    """A running sshd that takes `key_file` and real passwords."""
    with openssh(tmp_path / "sshd", need("sshd"), authorised=(public_line(key_file),)) as server:
        yield server


@pytest.fixture
def sit_down(tmp_path: Path, surroundings: Path, need: Callable[[str], str]) -> Iterator[Callable[..., Person]]:
    """`sit_down(size, *arguments, **environment)`: a person before `sshtui ARGUMENTS` in a fresh terminal."""
    tmux = need("tmux")
    config = tmp_path / "config"
    config.mkdir(mode=0o700)
    with contextlib.ExitStack() as stack:

        def start(size: Size = USUAL, *arguments: str, **environment: str) -> Person:
            directory = tmp_path / f"terminal{len(list(tmp_path.glob('terminal*')))}"
            directory.mkdir()
            outer = Outer(directory, tmux, size.columns, size.rows)
            stack.callback(outer.end)
            outer.start(
                [str(COMMAND), *arguments],
                {
                    "HOME": str(surroundings),
                    "PATH": os.environ["PATH"],
                    "TERM": "tmux-256color",
                    "LANG": "C.UTF-8",
                    "SSHTUI_CONFIG_DIR": str(config),
                    **environment,
                },
            )
            return Person(outer, config / "hosts.toml")

        yield start
