"""`sshtui keys install|uninstall`: a public key onto servers, proved by a login, and off again."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from sshtui.cli.keys_options import FILE, as_json
from sshtui.cli.keys_output import print_json
from sshtui.cli.opening import destination_host
from sshtui.cli.prompter import plain_prompter
from sshtui.cli.wire import dialer
from sshtui.errors import NotFound, SshtuiError, UsageError
from sshtui.model.host_keys import PublicKey
from sshtui.model.hosts import Host
from sshtui.model.text import plain
from sshtui.store.hosts import HostStore
from sshtui.store.paths import Paths
from sshtui.store.wanted import stored_path

if TYPE_CHECKING:
    from sshtui.keys.install import Done
    from sshtui.secrets.keeper import Keeper
    from sshtui.secrets.remembering import Codes
    from sshtui.ssh.commands import Commands

Job = Callable[["Commands"], Awaitable["Done"]]


@click.command()
@click.argument("file", type=FILE)
@click.argument("names", nargs=-1, required=True, metavar="NAME…")
@click.option("--replace", "old", type=FILE, metavar="OLD", help="Take the key of OLD out after FILE's is proved.")
@click.option("--use", is_flag=True, help="Save FILE as the key pair of these hosts.")
@click.option("--no-proof", is_flag=True, help="Do not log in by the key pair afterwards.")
@as_json
@click.pass_obj
def install(
    paths: Paths, file: Path, names: tuple[str, ...], old: Path | None, use: bool, no_proof: bool, json_wanted: bool
) -> int:
    """Let the key pair in FILE log in to saved hosts: adds its public line once, and proves it by a login.

    \b
    sshtui keys install ~/.ssh/id_ed25519 web-1 web-2
    sshtui keys install ~/.ssh/id_new web-1 --replace ~/.ssh/id_old --use
    """
    from sshtui.keys.inspect import inspect_file, key_pair
    from sshtui.keys.install import install as put_in
    from sshtui.keys.install import rotate
    from sshtui.keys.workshop import public_half

    public, comment = public_half(file)
    private = file.with_suffix("") if file.suffix == ".pub" else file
    provable = not no_proof and private.is_file() and inspect_file(private).format.private
    if not provable and not no_proof:
        raise UsageError(f"The private key of {file} is not there to prove anything.", hint="Say --no-proof.")
    if old is not None and no_proof:
        raise UsageError("An old key is only taken out after the new one is proved.", hint="Leave --no-proof out.")
    old_public = public_half(old)[0] if old else None

    async def job(runner: Commands) -> Done:
        async def prove() -> None:
            await runner.prove(key_pair(private))

        if old_public is not None:
            return (await rotate(runner, old_public, public, comment, prove))[0]
        return await put_in(runner, public, comment, prove if provable else None)

    def succeeded(host: Host) -> None:
        # Read anew: `host` is what it inherits too, and others may have changed it during the login.
        store = HostStore(paths.hosts_file)
        if use and (saved := store.get(host.name)):
            store.put(replace(saved, key_pair=stored_path(str(private))))

    return _on_each(paths, names, public, job, json_wanted, succeeded)


@click.command()
@click.argument("file", type=FILE)
@click.argument("names", nargs=-1, required=True, metavar="NAME…")
@as_json
@click.pass_obj
def uninstall(paths: Paths, file: Path, names: tuple[str, ...], json_wanted: bool) -> int:
    """Take the public key of FILE off saved hosts.

    \b
    sshtui keys uninstall ~/.ssh/id_old web-1 web-2
    """
    from sshtui.keys.install import uninstall as take_out
    from sshtui.keys.workshop import public_half

    public = public_half(file)[0]
    return _on_each(paths, names, public, lambda runner: take_out(runner, public), json_wanted)


def _on_each(
    paths: Paths,
    names: tuple[str, ...],
    public: PublicKey,
    job: Job,
    json_wanted: bool,
    succeeded: Callable[[Host], None] = lambda host: None,
) -> int:
    """Do `job` on each host in turn and print a line for each; the exit code of the first that failed."""
    from sshtui.secrets.remembering import Codes
    from sshtui.wiring.app import make_keeper

    hosts = [_host(paths, name) for name in names]
    # One for all hosts: the vault is opened once, and no one-time code is used twice.
    keeper, codes = make_keeper(paths, HostStore(paths.hosts_file)), Codes()
    results, code = [], 0
    for host in hosts:
        try:
            done = asyncio.run(_on(paths, host, job, keeper, codes))
        except SshtuiError as error:
            code = code or error.exit_code
            results.append({"host": host.name, "outcome": "failed", "reason": error.sentence, "hint": error.hint})
            said = plain(f"failed. {error.told}", 1000)
        else:
            succeeded(host)
            results.append({"host": host.name, "outcome": done.outcome, "file": done.file})
            said = done.words
        if not json_wanted:
            click.echo(f"{host.name}: {said}")
    if json_wanted:
        print_json({"sha256": public.sha256, "results": results})
    return code


def _host(paths: Paths, name: str) -> Host:
    host = destination_host(paths, name)
    if host is None:
        raise NotFound("A host is needed.")
    return host


async def _on(paths: Paths, host: Host, job: Job, keeper: Keeper, codes: Codes) -> Done:
    """Do `job` on `host`, logged in to with what is saved for it before a person is asked."""
    from sshtui.secrets.remembering import RememberingPrompter
    from sshtui.ssh.commands import commands_on

    connections = dialer(paths)
    try:
        with plain_prompter() as prompter:
            remembering = RememberingPrompter(prompter, keeper, codes, host, offer=False)
            async with commands_on(connections, host, remembering) as runner:
                return await job(runner)
    finally:
        await connections.close()
