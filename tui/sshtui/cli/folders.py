"""`sshtui hosts folder …`: settings that the hosts of a folder inherit."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import click

from sshtui.cli.numbers import Number
from sshtui.errors import UsageError
from sshtui.model.json_text import json_text
from sshtui.model.text import plain
from sshtui.store.folder_tables import FIELDS
from sshtui.store.hosts import HostStore
from sshtui.store.paths import Paths
from sshtui.store.wanted import checked_jump, stored_path


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def folder() -> None:
    """Settings that the hosts of a folder inherit."""


@folder.command("list")
@click.option("--json", "as_json", is_flag=True, help="As JSON, for programs.")
@click.pass_obj
def list_folders(paths: Paths, as_json: bool) -> None:
    """List folders with settings of their own."""
    folders = HostStore(paths.hosts_file).folders
    if as_json:
        click.echo(json_text([asdict(each) for each in folders]))
        return
    for each in folders:
        values = [f"{name}={getattr(each, name)}" for name in FIELDS if getattr(each, name) not in ("", None)]
        click.echo(f"{plain(each.path)}  {plain(' '.join(values), 1000)}".rstrip())


@folder.command("set")
@click.argument("path")
@click.option("-l", "--user", help="User to log in as.")
@click.option("-p", "--port", type=Number(0, 65535), metavar="PORT", help="Port on the servers; 0 clears it.")
@click.option("-i", "--key", "key_pair", metavar="FILE", help="Private key to offer first.")
@click.option("-J", "--jump", metavar="HOSTS", help="Go through these hosts, separated by commas.")
@click.option("--theme", help="Theme of the terminals.")
@click.option("--danger/--no-danger", default=None, help="Mark its hosts in red and with the word PROD.")
@click.pass_obj
def set_folder(
    paths: Paths,
    path: str,
    user: str | None,
    port: int | None,
    key_pair: str | None,
    jump: str | None,
    theme: str | None,
    danger: bool | None,
) -> None:
    """Set what the hosts in PATH and below inherit where they say nothing themselves; an empty value clears a field.

    \b
    sshtui hosts folder set prod --user deploy --jump bastion --danger
    """
    given: dict[str, Any] = {
        "user": user,
        "port": port,
        "key_pair": stored_path(key_pair) if key_pair else key_pair,
        "jump": checked_jump(jump) if jump else jump,
        "theme": theme,
        "danger": danger,
    }
    changes = {name: None if value in ("", 0) and value is not False else value
               for name, value in given.items() if value is not None}  # fmt: skip
    if not changes:
        raise UsageError("Nothing to set was given.", hint="sshtui hosts folder set --help lists what can be.")
    HostStore(paths.hosts_file).put_folder(path.strip("/"), changes)
