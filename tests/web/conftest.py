"""What the tests of the browser console meet: a real sshd with a saved host, and Chromium."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import pytest
from playwright.async_api import Browser

from tests.servers.key_files import make_key_file, public_line
from tests.servers.openssh import OpenSSH, openssh
from tests.web.browsing import chromium


@pytest.fixture
def key_file(tmp_path: Path, need: Callable[[str], str]) -> Path:
    """An ed25519 key pair without passphrase."""
    need("ssh-keygen")
    return make_key_file(tmp_path / "work", comment="work@tests")


@pytest.fixture
def sshd(tmp_path: Path, need: Callable[[str], str], key_file: Path) -> Iterator[OpenSSH]:
    """A running sshd that takes `key_file`."""
    with openssh(tmp_path / "sshd", need("sshd"), authorised=(public_line(key_file),)) as server:
        yield server


@pytest.fixture
def saved_host(sshd: OpenSSH, key_file: Path) -> str:
    """hosts.toml with `box`, which is that sshd."""
    return (
        f'version = 1\n\n[[hosts]]\nname = "box"\naddress = "127.0.0.1"\nport = {sshd.port}\n'
        f'user = "{sshd.user}"\nkey_pair = "{key_file}"\n'
    )


@pytest.fixture
async def browser(need: Callable[[str], str]) -> AsyncIterator[Browser]:
    """Headless Chromium."""
    async with chromium(need("chromium")) as started:
        yield started
