"""Key files on disk: private ones for the owner alone, none ever half written or over another by accident."""

from __future__ import annotations

import os
from pathlib import Path

from sshtui.errors import UsageError
from sshtui.files import ensure_private_directory, write_whole


def existing(*paths: Path) -> list[Path]:
    """Those of `paths` where something stands, a dangling symlink included."""
    return [path for path in paths if os.path.lexists(path)]


def refuse_existing(*paths: Path) -> None:
    """Raise UsageError when something stands at one of `paths`, a dangling symlink included."""
    for path in existing(*paths):
        raise UsageError(
            f"{path} exists already.", hint="Choose another name; on the command line --force replaces it."
        )


def save_private(path: Path, data: bytes, *, replace: bool = False) -> None:
    """Let `path` hold the private key file `data`, mode 0600, its missing directories 0700.

    A symlink's target is replaced. Raises UsageError when something stands there and `replace` is not set, NotSaved
    when writing fails; the old file is whole then.
    """
    if not replace:
        refuse_existing(path)
    ensure_private_directory(path.parent)
    write_whole(path, data, mode=0o600)


def save_public(path: Path, data: bytes, *, replace: bool = False) -> None:
    """The same for what everyone may read: mode 0644."""
    if not replace:
        refuse_existing(path)
    ensure_private_directory(path.parent)
    write_whole(path, data, mode=0o644)


def public_path(path: Path) -> Path:
    """Where the public half of the private key at `path` stands: `id_rsa.pub`; PPK files keep theirs inside."""
    return path.with_name(path.name + ".pub")


def free_path(directory: Path, kind: str) -> Path:
    """A name for a new key pair of `kind` that neither file uses yet: `id_ed25519`, else `id_ed25519_2` and on."""
    stem = "id_" + kind.replace("-", "_")
    number, path = 1, directory / stem
    while os.path.lexists(path) or os.path.lexists(public_path(path)):
        number += 1
        path = directory / f"{stem}_{number}"
    return path
