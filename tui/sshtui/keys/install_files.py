"""The same as the scripts of `install`, by file operations: for accounts that run no commands but have SFTP."""

from __future__ import annotations

from contextlib import AbstractAsyncContextManager
from typing import Literal, Protocol

Outcome = Literal["added", "exists", "removed", "absent"]

DIRECTORY = ".ssh"
FILE = ".ssh/authorized_keys"


class Files(Protocol):
    """Files of an account; paths start at its home directory. Everything raises SshtuiError."""

    async def read(self, path: str) -> bytes | None:
        """What it holds; None when there is none."""
        ...

    async def make_directory(self, path: str, mode: int) -> None:
        """Let there be a directory of exactly `mode`."""
        ...

    async def append(self, path: str, data: bytes, mode: int) -> None:
        """Let `data` stand at its end, and its mode be `mode`; it is made when missing."""
        ...

    async def replace(self, path: str, data: bytes) -> None:
        """Let it hold `data`, in one step; it keeps its mode, and a symlink its target's place."""
        ...


class FileAccess(Protocol):
    """Gives the files of an account."""

    def files(self) -> AbstractAsyncContextManager[Files]:
        """The files, inside `async with`. Raises SshtuiError when the server offers none."""
        ...


async def add_line(files: Files, line: bytes) -> Outcome:
    """Add `line`, `algorithm base64 comment`, once; keep what is there."""
    blob = line.split()[1]
    await files.make_directory(DIRECTORY, 0o700)
    before = await files.read(FILE) or b""
    if any(blob in each for each in before.splitlines() if not each.lstrip().startswith(b"#")):
        await files.append(FILE, b"", 0o600)
        return "exists"
    gap = b"\n" if before and not before.endswith(b"\n") else b""
    await files.append(FILE, gap + line.rstrip(b"\n") + b"\n", 0o600)
    return "added"


async def remove_lines(files: Files, line: bytes) -> Outcome:
    """Remove every line with the key of `line`."""
    blob = line.split()[1]
    before = (await files.read(FILE) or b"").splitlines(keepends=True)
    kept = [each for each in before if blob not in each]
    if len(kept) == len(before):
        return "absent"
    await files.replace(FILE, b"".join(kept))
    return "removed"
