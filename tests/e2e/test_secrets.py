"""A whole tour with secrets nobody else uses: none of them is left anywhere but in the dialogs that asked."""

from __future__ import annotations

import contextlib
import os
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from sshtui.demo.background import in_background
from sshtui.demo.server import EmbeddedServer
from sshtui.model.geometry import Size
from sshtui.model.host_keys import PublicKey
from tests.e2e.person import Person
from tests.fakes.hosts import saved
from tests.lacking import lacking
from tests.servers.embedded import Account, Round, embedded
from tests.servers.key_files import make_key_file, public_key

PASSWORD, WRONG, NEW = "canary-Password-7Qx", "canary-Wrong-4Zt", "canary-New-9Kd"
PASSPHRASE, CODE = "canary-Passphrase-2Hm", "canary-Code-5Jv"
MARK = b"canary-"


@pytest.fixture
def locked_key(surroundings: Path, need: Callable[[str], str]) -> Path:
    """A key pair whose private half opens by PASSPHRASE."""
    need("ssh-keygen")
    (surroundings / "keys").mkdir(mode=0o700)
    return make_key_file(surroundings / "keys" / "locked", passphrase=PASSPHRASE)


@pytest.fixture
def server(tmp_path: Path, locked_key: Path) -> Iterator[EmbeddedServer]:
    """A server with an account for every kind of secret, in a thread of the test."""
    second = Round((("Password: ", False), ("Code: ", True)), (PASSWORD, CODE), "Two factors", "Both, please.")
    accounts = [
        Account("ada", PASSWORD),
        Account("two", rounds=(second,)),
        Account("old", PASSWORD, expired=True),
        Account("locked", public_keys=(PublicKey(public_key(locked_key).blob),)),
    ]
    with in_background(embedded(tmp_path / "remote", *accounts)) as running:
        yield running


def children(pid: int) -> set[int]:
    """`pid` and everything it started."""
    found = subprocess.run(["pgrep", "-P", str(pid)], capture_output=True, text=True).stdout.split()
    return {pid}.union(*(children(int(child)) for child in found))


def marked_processes(pid: int) -> list[str]:
    """Command lines and environments below `pid` that hold a secret."""
    held = []
    for each in children(pid):
        for name in ("cmdline", "environ"):
            with contextlib.suppress(OSError):
                if MARK in Path(f"/proc/{each}/{name}").read_bytes():
                    held.append(f"{each} {name}")
    return held


def marked_files(*directories: Path) -> list[str]:
    """Files that hold a secret."""
    files = (file for directory in directories for file in directory.rglob("*") if file.is_file())
    return [str(file) for file in files if MARK in file.read_bytes()]


def test_a_tour_leaves_no_secret_in_any_file_process_or_screen(
    sit_down: Callable[..., Person], server: EmbeddedServer, locked_key: Path, tmp_path: Path, surroundings: Path
) -> None:
    if not os.path.isdir("/proc/self"):
        lacking("this system has no /proc")
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    users = {"password": "ada", "factors": "two", "expired": "old", "passphrase": "locked"}
    (tmp_path / "config" / "hosts.toml").write_text(
        "".join(
            saved(
                name=name,
                address=server.address,
                port=server.port,
                user=user,
                key_pair=str(locked_key) * (name == "passphrase"),
            )
            for name, user in users.items()
        )
    )
    person = sit_down(Size(100, 30), TMPDIR=str(temporary), TEXTUAL_LOG=str(temporary / "log"))
    outer = person.outer

    person.connect("password")
    person.accept_host_key()
    person.give_password(WRONG)
    person.sees("Attempt 2")
    person.give_password(PASSWORD)
    person.is_on("password")
    assert not marked_processes(outer.pane_pid)

    person.leader("h")
    person.connect("factors")
    person.sees("Both, please")
    person.read()
    outer.type(PASSWORD)
    outer.press("Enter")
    outer.type(CODE)
    person.sees(CODE)
    outer.press("Enter")
    person.is_on("factors")

    person.leader("h")
    person.connect("expired")
    person.give_password(PASSWORD)
    person.sees("Change password")
    person.read()
    for secret in (PASSWORD, NEW, NEW):
        outer.type(secret)
        outer.press("Enter")
    person.is_on("expired")

    person.leader("h")
    person.connect("passphrase")
    person.sees("Passphrase of")
    person.read()
    outer.type(PASSPHRASE)
    outer.press("Enter")
    person.is_on("passphrase")

    assert not marked_processes(outer.pane_pid)
    person.leader("q")
    person.sees("Quit sshtui")
    person.read()
    outer.press("Tab", "Enter")
    person.sees(r"^\[exit 0\]")
    assert MARK.decode() not in outer.screen()
    assert not marked_files(tmp_path, surroundings)
