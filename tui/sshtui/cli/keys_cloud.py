"""`sshtui keys cloud …`: public keys in cloud accounts, and their servers as saved hosts."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from sshtui.cli.asking import ask_first
from sshtui.cli.exchange import show_plan
from sshtui.cli.keys_options import FILE, as_json
from sshtui.cli.keys_output import print_json, print_rows
from sshtui.errors import UsageError
from sshtui.model.hosts import folder_problem
from sshtui.model.text import plain
from sshtui.store.hosts import HostStore
from sshtui.store.importers.found import Found
from sshtui.store.importers.plan import plan, to_save
from sshtui.store.paths import Paths
from sshtui.store.wanted import stored_path

if TYPE_CHECKING:
    from sshtui.keys.cloud import CloudAccount

region = click.option("--region", default="", help="Default: the account's own.")


def _account(provider_name: str, region: str) -> CloudAccount:
    from sshtui.keys.cloud import CloudAccount
    from sshtui.keys.cloud_accounts import provider

    return CloudAccount(provider(provider_name), region)


@click.group()
def cloud() -> None:
    """Public keys in cloud accounts, and their servers. Credentials are those of the provider's own tools.

    \b
    sshtui keys cloud providers
    sshtui keys cloud import ec2 ~/.ssh/id_ed25519 --name laptop
    sshtui keys cloud nodes ec2 --save --user admin
    """


@cloud.command()
@as_json
def providers(json_wanted: bool) -> None:
    """List the providers and where their credentials are looked for.

    \b
    sshtui keys cloud providers
    """
    from sshtui.keys.cloud_accounts import PROVIDERS

    if json_wanted:
        print_json([{"name": each.name, "title": each.title, "credentials": each.sources} for each in PROVIDERS])
        return
    print_rows([(each.name, f"{each.title}: {each.sources}") for each in PROVIDERS])


@cloud.command("list")
@click.argument("provider")
@region
@as_json
def list_held(provider: str, region: str, json_wanted: bool) -> None:
    """List the public keys that an account holds.

    \b
    sshtui keys cloud list ec2 --region eu-central-1
    """
    held = _account(provider, region).key_pairs()
    if json_wanted:
        print_json([asdict(each) for each in held])
        return
    for each in held:
        click.echo(plain(f"{each.name}  {each.fingerprint}", 500))
    if not held:
        click.echo("The account holds no keys.")


@cloud.command("import")
@click.argument("provider")
@click.argument("file", type=FILE)
@click.option("--name", help="What it is called there. Default: the name of FILE.")
@region
@as_json
def upload(provider: str, file: Path, name: str | None, region: str, json_wanted: bool) -> None:
    """Upload the public key of FILE, so that new servers are made with it. The private key stays here.

    \b
    sshtui keys cloud import ec2 ~/.ssh/id_ed25519 --name laptop
    """
    from sshtui.keys.workshop import public_half

    public, comment = public_half(file)
    held = _account(provider, region).upload(name or file.name.removesuffix(".pub"), public, comment)
    if json_wanted:
        print_json(asdict(held))
    else:
        click.echo(plain(f"The account holds {held.name}  {held.fingerprint}", 500).rstrip())


@cloud.command()
@click.argument("provider")
@click.argument("name")
@click.option("-y", "--yes", is_flag=True, help="Do not ask.")
@region
def delete(provider: str, name: str, yes: bool, region: str) -> None:
    """Take a public key away from an account. Servers made with it keep it.

    \b
    sshtui keys cloud delete ec2 laptop --yes
    """
    account = _account(provider, region)
    ask_first(f"Take the key {plain(name)} away from {provider}?", yes)
    held = account.delete(name)
    click.echo(plain(f"The account no longer holds {held.name}.", 500))


@cloud.command()
@click.argument("provider")
@click.option("--save", is_flag=True, help="Save the running ones as hosts; shows the plan and asks first.")
@click.option("--user", default="", help="Log in as this user.")
@click.option("--key", "key_pair", type=FILE, metavar="FILE", help="Log in with this key pair.")
@click.option("--folder", default="", metavar="PATH", help="Put them below this folder.")
@click.option("-y", "--yes", is_flag=True, help="Do not ask.")
@region
@as_json
@click.pass_obj
def nodes(
    paths: Paths,
    provider: str,
    save: bool,
    user: str,
    key_pair: Path | None,
    folder: str,
    yes: bool,
    region: str,
    json_wanted: bool,
) -> None:
    """List the servers of an account; with --save the running ones become saved hosts.

    \b
    sshtui keys cloud nodes ec2
    sshtui keys cloud nodes ec2 --save --user admin --key ~/.ssh/id_ed25519 --folder aws
    """
    if problem := folder_problem(folder.strip("/")):
        raise UsageError(f"The folder {folder!r} cannot be one. {problem}")
    if save and json_wanted:
        raise UsageError("--save shows a plan and --json prints the servers: give one of them.")
    found = _account(provider, region).nodes()
    if json_wanted:
        print_json([asdict(each) for each in found])
        return
    if not save:
        for each in found:
            click.echo(plain(f"{each.name}  {each.address or '(no address)'}  {each.state}  {each.key_name}", 500))
        if not found:
            click.echo("The account has no servers.")
        return
    hosts = Found()
    for each in found:
        if not each.running:
            hosts.skip(each.name, f"It is {each.state}.")
        elif not each.address:
            hosts.skip(each.name, "It has no address.")
        else:
            hosts.add(each.name, each.address, user=user, key_pair=stored_path(str(key_pair)) if key_pair else "")
    store = HostStore(paths.hosts_file)
    steps = plan(hosts, store.hosts(), folder=folder)
    wanted = to_save(steps)
    show_plan(steps)
    if wanted:
        ask_first(f"Save {len(wanted)} hosts?", yes)
        store.put_all(wanted)
