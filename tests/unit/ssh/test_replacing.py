"""A swap that is stopped at a server that has stopped answering, with a directory of this machine for the server's."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path
from typing import Any

import asyncssh
import pytest

from sshtui.errors import ChannelRefused
from sshtui.ssh import replacing
from tests.waiting import eventually


class SilentFiles(asyncssh.SFTPClient):
    """Files at a server without posix-rename that never answers some of its renames, counted from 1."""

    def __init__(self, done: set[int], ignored: set[int]) -> None:
        self._done, self._ignored = done, ignored
        self.renames = 0

    async def posix_rename(self, *names: Any) -> None:
        raise asyncssh.SFTPOpUnsupported("posix-rename")

    async def rename(self, oldpath: Any, newpath: Any, flags: int = 0) -> None:
        self.renames += 1
        number = self.renames
        if number not in self._ignored:
            # SFTP 3, section 6.5: nothing takes a name that is taken.
            try:
                os.link(oldpath, newpath)
            except FileNotFoundError:
                raise asyncssh.SFTPNoSuchFile("no such file") from None
            except FileExistsError:
                raise asyncssh.SFTPFailure("taken") from None
            os.unlink(oldpath)
        if number in self._done | self._ignored:
            await asyncio.Event().wait()

    async def remove(self, path: Any) -> None:
        os.unlink(path)


@pytest.fixture(autouse=True)
def short_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    """A server gets little time."""
    monkeypatch.setattr(replacing, "TIDY_LIMIT", 0.05)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A file that is to be replaced, with nothing beside it."""
    (tmp_path / "file").write_text("old")
    return tmp_path / "file"


async def stopped(client: SilentFiles, path: Path, renames: int) -> None:
    """Stop the swap while the answer to a rename is due; raises what it ends with."""
    part = path.parent / ".sshtui-0.part"
    part.write_text("new")
    swap = asyncio.create_task(replacing.put_in_place(client, str(part), str(path), "box"))
    await eventually(lambda: client.renames == renames, "the rename")
    swap.cancel()
    try:
        await swap
    finally:
        part.unlink(missing_ok=True)


def texts(directory: Path) -> dict[str, str]:
    """What is there."""
    return {each.name: each.read_text() for each in directory.iterdir()}


@pytest.mark.parametrize(("done", "ignored"), [({1}, set()), (set(), {1}), (set(), {2})])
async def test_a_swap_stopped_in_silence_leaves_the_old_file_under_its_name_and_nothing_else(
    done: set[int], ignored: set[int], path: Path
) -> None:
    with pytest.raises(asyncio.CancelledError):
        await stopped(SilentFiles(done, ignored), path, max(done | ignored))
    assert texts(path.parent) == {"file": "old"}


@pytest.mark.parametrize(
    ("done", "ignored", "words"), [(set(), {2, 3}, "is"), ({1}, {2}, "may be"), ({2}, set(), "is")]
)
async def test_a_swap_stopped_in_silence_tells_the_name_of_an_old_file_that_could_not_get_its_own_back(
    done: set[int], ignored: set[int], words: str, path: Path
) -> None:
    with pytest.raises(ChannelRefused, match=f"box {words} called") as told:
        await stopped(SilentFiles(done, ignored), path, min(done | ignored))
    assert f"{path.parent}/.sshtui-0.old" in told.value.sentence
    assert texts(path.parent)[".sshtui-0.old"] == "old"
