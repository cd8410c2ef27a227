"""The scripts that change authorized_keys, run by the shells of this machine in an empty home."""

from __future__ import annotations

import asyncio
import base64
import os
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path

import pytest

from sshtui.errors import ChannelRefused, KeyPairError, LoginRejected
from sshtui.keys.install import INSTALL, UNINSTALL, Done, install, rotate, uninstall
from sshtui.keys.install_files import Files
from sshtui.model.host_keys import PublicKey

# The wire form of two ed25519 keys, type and 32 bytes; no secret belongs to them.
ONE, TWO = (PublicKey(b"\0\0\0\x0bssh-ed25519\0\0\0\x20" + bytes([filler]) * 32) for filler in (1, 2))
HOSTILE = "me'; touch pwned; \"$(touch pwned)` touch pwned`\\"


FISH_WRITES = {".cache", ".config", ".local"}
"""What fish makes in the home directory at its first start."""


class LocalShell:
    """Runs commands as a server's login shell would, with `home` as the home directory."""

    def __init__(self, home: Path, shell: str = "sh") -> None:
        self._home = home
        self._shell = shell

    async def run(self, command: str, data: bytes) -> tuple[int | None, str, str]:
        process = await asyncio.create_subprocess_exec(
            *self._shell.split(),
            "-c",
            command,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            env={"HOME": str(self._home), "PATH": "/usr/bin:/bin:/usr/sbin:/sbin"},
        )
        said, complained = await process.communicate(data)
        return process.returncode, said.decode(), complained.decode()

    def files(self) -> AbstractAsyncContextManager[Files]:
        raise ChannelRefused("no SFTP")


def authorised(home: Path) -> list[str]:
    return (home / ".ssh" / "authorized_keys").read_text().splitlines()


def line(public: PublicKey, comment: str) -> str:
    return f"ssh-ed25519 {base64.b64encode(public.blob).decode()} {comment}"


@pytest.fixture(params=["sh", "bash", "dash", "busybox sh", "zsh", "fish", "tcsh"])
def shell(request: pytest.FixtureRequest, tmp_path: Path, need: Callable[[str], str]) -> LocalShell:
    name = str(request.param)
    need(name.split()[0])
    return LocalShell(tmp_path, name)


async def test_the_key_is_added_once_with_the_right_modes_and_nothing_is_executed(
    shell: LocalShell, tmp_path: Path
) -> None:
    assert await install(shell, ONE, HOSTILE) == Done("added", ".ssh/authorized_keys")
    assert await install(shell, ONE, "another comment") == Done("exists", ".ssh/authorized_keys")
    assert authorised(tmp_path) == [line(ONE, HOSTILE)]
    assert (tmp_path / ".ssh").stat().st_mode & 0o777 == 0o700
    assert (tmp_path / ".ssh" / "authorized_keys").stat().st_mode & 0o777 == 0o600
    assert set(os.listdir(tmp_path)) - FISH_WRITES == {".ssh"}


async def test_what_stands_there_stays_even_without_a_line_end(tmp_path: Path) -> None:
    (tmp_path / ".ssh").mkdir(mode=0o755)
    (tmp_path / ".ssh" / "authorized_keys").write_text("# mine\nssh-rsa AAAA old")
    await install(LocalShell(tmp_path), ONE, "new")
    assert authorised(tmp_path) == ["# mine", "ssh-rsa AAAA old", line(ONE, "new")]


async def test_a_key_that_is_commented_out_does_not_count_as_there(tmp_path: Path) -> None:
    (tmp_path / ".ssh").mkdir()
    (tmp_path / ".ssh" / "authorized_keys").write_text(f"# {line(ONE, 'off')}\n")
    assert (await install(LocalShell(tmp_path), ONE, "on")).outcome == "added"


async def test_removing_takes_every_line_of_the_key_and_no_other(shell: LocalShell, tmp_path: Path) -> None:
    (tmp_path / ".ssh").mkdir()
    file = tmp_path / ".ssh" / "authorized_keys"
    real = tmp_path / "elsewhere"
    real.write_text(f'{line(ONE, "a")}\n# note\n{line(TWO, "b")}\nfrom="10.*" {line(ONE, "c")}\n')
    real.chmod(0o640)
    file.symlink_to(real)
    assert (await uninstall(shell, ONE)).outcome == "removed"
    assert authorised(tmp_path) == ["# note", line(TWO, "b")]
    assert file.is_symlink()
    assert real.stat().st_mode & 0o777 == 0o640
    assert (await uninstall(shell, ONE)).outcome == "absent"
    assert (await uninstall(shell, TWO)).outcome == "removed"


async def test_an_installed_key_that_does_not_open_the_account_is_not_called_done(tmp_path: Path) -> None:
    async def prove() -> None:
        raise LoginRejected("web rejected the login.")

    with pytest.raises(KeyPairError, match="does not take it: web rejected"):
        await install(LocalShell(tmp_path), ONE, "me", prove)
    assert authorised(tmp_path) == [line(ONE, "me")]


async def test_rotation_takes_the_old_key_out_only_after_the_new_one_is_proved(tmp_path: Path) -> None:
    shell, seen = LocalShell(tmp_path), list[list[str]]()
    await install(shell, ONE, "old")

    async def prove() -> None:
        seen.append(authorised(tmp_path))

    added, removed = await rotate(shell, ONE, TWO, "new", prove)
    assert (added.outcome, removed.outcome) == ("added", "removed")
    assert seen == [[line(ONE, "old"), line(TWO, "new")]]
    assert authorised(tmp_path) == [line(TWO, "new")]


async def test_rotation_keeps_the_old_key_when_the_new_one_fails(tmp_path: Path) -> None:
    shell = LocalShell(tmp_path)
    await install(shell, ONE, "old")

    async def prove() -> None:
        raise LoginRejected("no")

    with pytest.raises(KeyPairError):
        await rotate(shell, ONE, TWO, "new", prove)
    assert line(ONE, "old") in authorised(tmp_path)


@pytest.mark.parametrize("script", [INSTALL, UNINSTALL])
def test_the_scripts_hold_nothing_that_csh_or_fish_takes_differently(script: str) -> None:
    assert script.startswith("exec sh -c '")
    assert script.endswith("'")
    assert not set("'!\n") & set(script.removeprefix("exec sh -c '").removesuffix("'"))
    assert "\\\\" not in script


class Answering:
    """A server that answers the same to everything."""

    def __init__(self, status: int | None, said: str, complained: str) -> None:
        self._answer = (status, said, complained)

    async def run(self, command: str, data: bytes) -> tuple[int | None, str, str]:
        return self._answer

    def files(self) -> AbstractAsyncContextManager[Files]:
        raise ChannelRefused("no SFTP")


@pytest.mark.parametrize(
    ("complaint", "hint"),
    [
        ("mkdir: cannot create directory '.ssh': Read-only file system", "read-only"),
        ("sh: write error: No space left on device", "full"),
        ("Password change required but no TTY available.", "change the password"),
        ("sh: .ssh/authorized_keys: Permission denied", "owner and mode"),
    ],
)
async def test_a_refusal_is_explained(complaint: str, hint: str) -> None:
    with pytest.raises(KeyPairError) as caught:
        await install(Answering(1, "", complaint), ONE, "me")
    assert complaint in caught.value.sentence
    assert hint in caught.value.hint


async def test_a_shell_that_runs_nothing_is_named_and_its_words_are_only_text() -> None:
    with pytest.raises(KeyPairError) as caught:
        await install(Answering(0, "\x1b[31mThis account is not available.\n", ""), ONE, "me")
    assert "\x1b" not in caught.value.sentence
    assert "runs no commands" in caught.value.hint
