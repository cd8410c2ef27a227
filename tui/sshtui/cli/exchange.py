"""`sshtui import` and `sshtui export`: hosts from other programs, and back to them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click

from sshtui.cli.asking import ask_first
from sshtui.errors import UsageError
from sshtui.model.folders import folder_typed, is_below
from sshtui.model.hosts import folder_problem
from sshtui.model.text import plain
from sshtui.store.exporters import EXPORTS, exported, in_the_way, write_export
from sshtui.store.hosts import HostStore
from sshtui.store.importers.plan import FORMATS, Step, plan, sums, to_save
from sshtui.store.importers.putty_host_keys import ACTIONS, read_putty_host_keys
from sshtui.store.paths import Paths


@click.command("import")
@click.argument("format", type=click.Choice(sorted(FORMATS)), metavar="FORMAT")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--folder", default="", metavar="PATH", help="Put them below this folder.")
@click.option("--conflicts", is_flag=True, help="Also replace where a saved host of the same name goes elsewhere.")
@click.option("-n", "--dry-run", is_flag=True, help="Only show what would be saved.")
@click.option("-y", "--yes", is_flag=True, help="Do not ask.")
@click.pass_obj
def import_hosts(paths: Paths, format: str, file: Path, folder: str, conflicts: bool, dry_run: bool, yes: bool) -> None:
    """Save the hosts of another program's file; shows what it would do and asks first.

    The same file again makes no duplicates. Passwords are never taken.

    FORMAT is ansible, csv, json, list, mobaxterm, mremoteng, putty, securecrt, ssh_config, termius or winscp. On
    Windows' own Linux (WSL), putty takes "registry" in the place of a file.

    \b
    sshtui import putty sessions.reg --folder office
    sshtui import ansible inventory.ini --dry-run
    """
    if problem := folder_problem(folder.strip("/")):
        raise UsageError(f"The folder {folder!r} cannot be one. {problem}")
    store = HostStore(paths.hosts_file)
    steps = plan(FORMATS[format](file), store.hosts(), folder=folder)
    wanted = to_save(steps, conflicts=conflicts)
    show_plan(steps)
    if dry_run or not wanted:
        return
    ask_first(f"Save {len(wanted)} hosts?", yes, hint="Give --yes or --dry-run.")
    store.put_all(wanted)


def show_plan(steps: Sequence[Step]) -> None:
    """The plan as a table, then its sums."""
    width = max((len(plain(step.name)) for step in steps), default=0)
    for step in steps:
        click.echo(f"{step.action:<9} {plain(step.name).ljust(width)}  {plain(step.where, 500)}".rstrip())
        if step.runs:
            click.echo(f"{'':<9} {'':{width}}  runs on this computer: {plain(step.runs, 500)}")
        if step.trusts:
            click.echo(f"{'':<9} {'':{width}}  host key judged by: {plain(step.trusts, 500)}")
    click.echo(sums(steps), err=True)


@click.command("import-host-keys")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("-n", "--dry-run", is_flag=True, help="Only show what would be trusted.")
@click.option("-y", "--yes", is_flag=True, help="Do not ask.")
@click.pass_obj
def import_host_keys(paths: Paths, file: Path, dry_run: bool, yes: bool) -> None:
    """Trust the host keys that PuTTY trusts: a .reg file or ~/.putty/sshhostkeys; shows them and asks first.

    Only hosts that known_hosts does not know yet are added. A host known by another host key is never changed.
    """
    from sshtui.ssh.known_hosts import KnownHosts, read_only

    known_hosts = KnownHosts(paths.known_hosts, read_only(paths.known_hosts))
    found, skipped = read_putty_host_keys(file)
    new = []
    for entry in found:
        host_key = entry.host_key
        action = ACTIONS[known_hosts.lookup(entry.address, entry.port).verdict(host_key)]
        if action == "new":
            new.append(entry)
        click.echo(f"{action:<9} {plain(f'[{entry.address}]:{entry.port}')}  {host_key.kind} {host_key.sha256}")
    for left_out in skipped:
        click.echo(f"{'skipped':<9} {plain(left_out.name)}  {left_out.reason}")
    if not found and not skipped:
        click.echo("Nothing was found.", err=True)
    if new and not dry_run:
        ask_first(f"Trust {len(new)} host keys?", yes, hint="Give --yes or --dry-run.")
        for entry in new:
            known_hosts.remember(entry.address, entry.port, entry.host_key)


@click.command("export")
@click.argument("format", type=click.Choice(sorted(EXPORTS)), metavar="FORMAT")
@click.option("--out", type=click.Path(path_type=Path), metavar="FILE", help="Write there.")
@click.option("--force", is_flag=True, help="Replace a file that stands there.")
@click.option("--folder", metavar="PATH", help="Only hosts in this folder and below.")
@click.pass_obj
def export_hosts(paths: Paths, format: str, out: Path | None, force: bool, folder: str | None) -> None:
    """Print the saved hosts for another program, or write them to a file.

    FORMAT is csv, json, putty or ssh_config. For putty, FILE may be a directory of sessions; ~/.putty/sessions is
    made where it is missing.

    \b
    sshtui export ssh_config --out ~/.ssh/sshtui.conf      then, first in ~/.ssh/config:  Include sshtui.conf
    """
    store = HostStore(paths.hosts_file)
    chosen = [host for host in store.readable() if folder is None or is_below(host.folder, folder_typed(folder))]
    if out is None:
        click.echo(exported(format, chosen, store.effective), nl=False)
        return
    if out.is_dir() and format != "putty":
        raise UsageError(f"{out} is a directory.", hint="Name a file in it.")
    if (there := in_the_way(format, chosen, out)) and not force:
        raise UsageError(there, hint="Give --force to replace what is there.")
    click.echo(write_export(format, chosen, out, store.effective), err=True)
