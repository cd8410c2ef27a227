"""Real servers as fixtures: each is a factory, and everything it made is gone after the test."""

from __future__ import annotations

import contextlib
import subprocess
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from sshtui.demo.background import in_background
from tests.servers.dropbear import Dropbear, dropbear
from tests.servers.embedded import Account as EmbeddedAccount
from tests.servers.embedded import EmbeddedServer, Manners, embedded
from tests.servers.key_files import make_key_file, public_key, public_line
from tests.servers.openssh import OpenSSH, openssh


@pytest.fixture
def client_key(tmp_path: Path, need: Callable[[str], str]) -> Path:
    """An ed25519 private key file without passphrase."""
    need("ssh-keygen")
    directory = tmp_path / "client"
    directory.mkdir(mode=0o700)
    return make_key_file(directory / "id_ed25519", comment="client@tests")


@pytest.fixture
def start_sshd(tmp_path: Path, need: Callable[[str], str], client_key: Path) -> Iterator[Callable[..., OpenSSH]]:
    """`start_sshd(name="sshd", **options)`: a running sshd that takes `client_key`; options as `openssh` has them.

    The same `name` again is the same host: it has the same host keys.
    """
    program = need("sshd")
    with contextlib.ExitStack() as stack:

        def start(name: str = "sshd", authorised: tuple[str, ...] = (), **options: Any) -> OpenSSH:
            lines = (public_line(client_key), *authorised)
            return stack.enter_context(openssh(tmp_path / name, program, authorised=lines, **options))

        yield start


@pytest.fixture
def sshd(start_sshd: Callable[..., OpenSSH]) -> OpenSSH:
    """A running sshd that takes `client_key` for `sshd.user`, and real passwords."""
    return start_sshd()


@pytest.fixture
def start_dropbear(tmp_path: Path, need: Callable[[str], str]) -> Iterator[Callable[..., Dropbear]]:
    """`start_dropbear(name="dropbear", **options)`: a running dropbear; options as `dropbear` has them."""
    program, keygen = need("dropbear"), need("dropbearkey")
    with contextlib.ExitStack() as stack:

        def start(name: str = "dropbear", **options: Any) -> Dropbear:
            return stack.enter_context(dropbear(tmp_path / name, program, keygen, **options))

        yield start


@pytest.fixture
async def start_embedded(tmp_path: Path) -> AsyncIterator[Callable[..., Awaitable[EmbeddedServer]]]:
    """`await start_embedded(Account("ada", "secret"), …, manners=Manners(…))`: a running embedded server."""
    async with contextlib.AsyncExitStack() as stack:

        async def start(*accounts: EmbeddedAccount, manners: Manners | None = None) -> EmbeddedServer:
            return await stack.enter_async_context(embedded(tmp_path / "remote", *accounts, manners=manners))

        yield start


@pytest.fixture
def embedded_in_background(tmp_path: Path, client_key: Path) -> Iterator[EmbeddedServer]:
    """An embedded server with the account `ada`, in a thread of its own, for clients that are programs."""
    account = EmbeddedAccount("ada", public_keys=(public_key(client_key),))
    with in_background(embedded(tmp_path / "remote", account)) as server:
        yield server


@pytest.fixture
def agent(tmp_path: Path, need: Callable[[str], str]) -> Iterator[str]:
    """The socket of a running, empty ssh-agent."""
    socket = tmp_path / "agent"
    process = subprocess.Popen([need("ssh-agent"), "-D", "-a", str(socket)], stdout=subprocess.DEVNULL)
    try:
        while not socket.exists():
            assert process.poll() is None
        yield str(socket)
    finally:
        process.terminate()
        process.wait()
