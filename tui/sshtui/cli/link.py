"""`sshtui link`: make the desktop open ssh:// links in sshtui."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import click

from sshtui.errors import NotFound, UsageError
from sshtui.files import ensure_private_directory, not_saved, write_whole
from sshtui.store.paths import applications_dir

NAME = "sshtui.desktop"
SCHEME = "x-scheme-handler/ssh"


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def link() -> None:
    """Open ssh:// links of the browser and the desktop in sshtui."""
    if sys.platform == "darwin":
        raise UsageError("macOS opens links only in app bundles, and sshtui is none.", hint="sshtui ssh://… works.")


@link.command()
def install() -> None:
    """Register sshtui for ssh:// links, for this user."""
    entry = applications_dir() / NAME
    ensure_private_directory(entry.parent)
    write_whole(entry, desktop_entry(_program()).encode(), mode=0o644)
    click.echo(f"Written: {entry}")
    xdg_mime = shutil.which("xdg-mime")
    if xdg_mime is None:
        click.echo(f"xdg-mime is not installed: choose sshtui for {SCHEME} in the settings of your desktop.", err=True)
        return
    done = subprocess.run([xdg_mime, "default", NAME, SCHEME], stdin=subprocess.DEVNULL)
    if done.returncode:
        click.echo(f"xdg-mime did not take it (code {done.returncode}): choose sshtui for {SCHEME} yourself.", err=True)


@link.command()
def remove() -> None:
    """Take the registration away."""
    entry = applications_dir() / NAME
    try:
        entry.unlink()
    except FileNotFoundError:
        raise NotFound("sshtui is not registered for links.") from None
    except OSError as error:
        raise not_saved(entry, error) from error
    click.echo(f"Removed: {entry}")


def desktop_entry(program: Path) -> str:
    """The entry that runs `program` with the link as its one argument (Desktop Entry Specification 1.5)."""
    return (
        "[Desktop Entry]\nType=Application\nName=sshtui\nComment=Saved SSH hosts in tabbed terminals\n"
        f"Exec={_quoted(str(program))} %u\nTerminal=true\nCategories=Network;RemoteAccess;\nMimeType={SCHEME};\n"
    )


def _quoted(text: str) -> str:
    r"""One argument of Exec: quoted, then `\` doubled once more as in every string value ("The Exec key")."""
    for mark in '\\"`$':
        text = text.replace(mark, "\\" + mark)
    return '"' + text.replace("\\", "\\\\").replace("%", "%%") + '"'


def _program() -> Path:
    """The command that is running, by its full path."""
    found = shutil.which("sshtui") or sys.argv[0]
    return Path(os.path.abspath(found))
