"""`sshtui hosts …`: the saved hosts from the command line."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import asdict, fields, replace
from functools import wraps
from typing import Any

import click

from sshtui.cli.asking import ask_first
from sshtui.cli.folders import folder
from sshtui.cli.host_fields import changed, field_options
from sshtui.cli.opening import complete_names, config_hosts, unknown
from sshtui.cli.tables import table
from sshtui.errors import ConfigError, UsageError
from sshtui.model.destination import split_destination
from sshtui.model.folders import folder_typed, is_below
from sshtui.model.forwards import write_forwards
from sshtui.model.hosts import DEFAULT_PORT, Host, name_problem
from sshtui.model.json_text import json_text
from sshtui.model.text import plain
from sshtui.secrets.references import FIELDS
from sshtui.store.hosts import HostStore
from sshtui.store.lookup import Lookup
from sshtui.store.machine import this_machine
from sshtui.store.paths import Paths
from sshtui.store.recent import RecentFile
from sshtui.store.settings import load_settings
from sshtui.store.ssh_config_effective import DEFAULT, Row, ssh_lines

as_json = click.option("--json", "as_json", is_flag=True, help="As JSON, for programs.")
name_argument = click.argument("name", shell_complete=complete_names)
names_argument = click.argument("names", nargs=-1, required=True, metavar="NAME…", shell_complete=complete_names)


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def hosts() -> None:
    """List, add, edit and remove saved hosts."""


def with_store(command: Callable[..., Any]) -> Callable[..., Any]:
    """Hand the command the paths and the saved hosts, and say on stderr what in their file could not be read."""

    @wraps(command)
    @click.pass_obj
    def run(paths: Paths, /, **options: Any) -> Any:
        store = HostStore(paths.hosts_file)
        for problem in (*store.bad_entries, *([store.exposed] if store.exposed else [])):
            click.echo(f"sshtui: {plain(problem.sentence, 1000)}", err=True)
        return command(paths, store, **options)

    return run


@hosts.command("list")
@click.argument("words", nargs=-1, metavar="[WORD]…")
@click.option("--folder", metavar="PATH", help="Only hosts in this folder and below.")
@click.option("--tag", help="Only hosts with this tag.")
@click.option("--favourites", "--favorites", is_flag=True, help="Only favourites.")
@click.option("--all", "everything", is_flag=True, help="With the hosts of included files and of ~/.ssh/config.")
@click.option(
    "--sort",
    type=click.Choice(["name", "recent", "used"]),
    help="By name, newest use or most uses. Default: the order of the file.",
)
@as_json
@with_store
def list_hosts(
    paths: Paths,
    store: HostStore,
    words: tuple[str, ...],
    folder: str | None,
    tag: str | None,
    favourites: bool,
    everything: bool,
    sort: str | None,
    as_json: bool,
) -> None:
    """List saved hosts; with words, those that have each of them in some field."""
    found = list(store.readable())
    if everything:
        config = config_hosts(paths)
        found += Lookup(store, lambda: config).read_only()
        for warning in config.warnings:
            click.echo(f"sshtui: {plain(warning, 1000)}", err=True)
    if folder is not None:
        found = [host for host in found if is_below(host.folder, folder_typed(folder))]
    if tag is not None:
        found = [host for host in found if tag in host.tags]
    if favourites:
        found = [host for host in found if host.favourite]
    found = [host for host in found if all(word.lower() in _searched(host) for word in words)]
    if sort:
        found = _sorted(found, sort, RecentFile(paths.recent_file))
    if as_json:
        click.echo(json_text([facts(host) for host in found]))
        return
    for line in table(
        [(host.name, host.destination, host.folder or host.origin or "-", " ".join(host.tags)) for host in found]
    ):
        click.echo(line)
    if not found and sys.stdout.isatty():
        click.echo("No hosts. Add one: sshtui hosts add web-1 root@10.0.0.5", err=True)


def _sorted(found: Iterable[Host], sort: str, recent: RecentFile) -> list[Host]:
    """By name, after what was used last or most when that is asked for."""
    by_name = sorted(found, key=lambda host: host.name.casefold())
    used: Mapping[str, float] = {"recent": recent.times(), "used": recent.counts()}.get(sort, {})
    return sorted(by_name, key=lambda host: -used.get(host.name, 0.0))


@hosts.command()
@name_argument
@as_json
@with_store
def show(paths: Paths, store: HostStore, name: str, as_json: bool) -> None:
    """Show every field of a host."""
    store.readable()
    config = config_hosts(paths)
    others = Lookup(store, lambda: config).read_only()
    host = store.get(name) or next((host for host in others if host.name == name), None)
    if host is None:
        raise unknown(paths, name, config)
    if as_json:
        click.echo(json_text(facts(host)))
        return
    for field, value in (facts(host) | {"forwards": write_forwards(host.forwards)}).items():
        if value not in ("", [], {}, None):
            click.echo(f"{field:<12} {_shown(value)}")


@hosts.command()
@name_argument
@click.option("--why", is_flag=True, help="With where each value comes from and what it overrode.")
@with_store
def effective(paths: Paths, store: HostStore, name: str, why: bool) -> None:
    """Show the options in force for a host, in the words of ssh -G.

    NAME is a saved host, a host of ~/.ssh/config, or any address ssh could be given.
    """
    settings, _ = load_settings(paths.settings_file)
    machine = this_machine(match_exec=settings.match_exec)
    found = Lookup(store, lambda: config_hosts(paths), machine).why(name, settings, paths.ssh_dir.parent)
    if why:
        for line in _reasons(name, found.rows):
            click.echo(line)
    else:
        click.echo(f"host {plain(found.name)}")
        for keyword, value in ssh_lines(found.rows):
            click.echo(f"{plain(keyword)} {plain(value, 1_000_000)}")
    for warning in (*found.warnings, *(() if why else found.unused)):
        click.echo(f"sshtui: {plain(warning, 1000)}", err=True)


def _reasons(name: str, shown: Iterable[Row]) -> Iterator[str]:
    yield f"{plain(name)}:"
    for row in shown:
        unused = "" if row.followed or row.origin == DEFAULT else "  (sshtui does not use it)"
        note = f"  ({plain(row.note)})" if row.note else ""
        yield f"  {plain(row.keyword)} {plain(row.value, 2000)}  from {plain(row.origin)}{unused}{note}"
        for value, origin in row.overrode:
            yield f"      instead of {plain(value, 2000)}  from {plain(origin)}"


hosts.add_command(folder)


@hosts.command()
@click.argument("name")
@click.argument("destination", metavar="[USER@]ADDRESS[:PORT]")
@field_options
@with_store
def add(paths: Paths, store: HostStore, name: str, destination: str, **options: Any) -> None:
    """Save a host.

    \b
    sshtui hosts add web-1 root@10.0.0.5:2222 --key ~/.ssh/id_ed25519 --folder prod/web --jump bastion --tag eu
    """
    place = split_destination(destination)
    if store.get(name):
        raise UsageError(f"There is already a host named {name}.", hint=f"sshtui hosts edit {name} changes it.")
    if problem := name_problem(name):
        raise UsageError(f"{name!r} cannot be a name. {problem}")
    host = Host(name=name, address=place.address, port=place.port or DEFAULT_PORT, user=place.user)
    store.put(changed(host, **options))


@hosts.command()
@names_argument
@click.option("--rename", metavar="NAME", help="Give it another name.")
@click.option("--address", help="Where it is.")
@click.option("--untag", "untags", multiple=True, metavar="TAG", help="Take a tag away; may be repeated.")
@field_options
@with_store
def edit(
    paths: Paths,
    store: HostStore,
    names: tuple[str, ...],
    rename: str | None,
    address: str | None,
    untags: tuple[str, ...],
    **options: Any,
) -> None:
    """Change fields of saved hosts, all or none of them; an empty value ("") clears one."""
    chosen = _chosen(paths, store, names)
    if not any((rename, address, untags, *(value not in (None, ()) for value in options.values()))):
        raise UsageError("Nothing to change was given.", hint="sshtui hosts edit --help lists what can be.")
    if len(chosen) > 1 and (rename or address):
        raise UsageError("Several hosts cannot have one name or one address.", hint="Give these for one host.")
    if rename is not None and (problem := name_problem(rename)):
        raise UsageError(f"{rename!r} cannot be a name. {problem}")
    changes = []
    for host in chosen:
        new = changed(host, **options)
        tags = tuple(tag for tag in new.tags if tag not in untags)
        changes.append((replace(new, name=rename or host.name, address=address or host.address, tags=tags), host.name))
    store.put_many(changes)
    if rename:
        RecentFile(paths.recent_file).rename(chosen[0].name, rename)


@hosts.command()
@names_argument
@click.argument("folder")
@with_store
def move(paths: Paths, store: HostStore, names: tuple[str, ...], folder: str) -> None:
    """Put saved hosts into a folder, as prod/web; "/" is the top."""
    chosen = _chosen(paths, store, names)
    store.put_many([(replace(host, folder=folder.strip("/")), host.name) for host in chosen])


def _chosen(paths: Paths, store: HostStore, names: Iterable[str]) -> list[Host]:
    """The saved hosts of these names, each once. Raises NotFound, and ConfigError for one that is not ours."""
    store.readable()
    found = []
    for name in dict.fromkeys(names):
        host = store.get(name)
        if host is None:
            raise _not_ours(paths, name)
        found.append(host)
    return found


@hosts.command()
@names_argument
@click.option("-y", "--yes", is_flag=True, help="Do not ask.")
@with_store
def remove(paths: Paths, store: HostStore, names: tuple[str, ...], yes: bool) -> None:
    """Remove saved hosts; asks first."""
    chosen = [host.name for host in _chosen(paths, store, names)]
    ask_first(f"Remove {', '.join(names)}?", yes, hint="Give --yes to remove at once.")
    removed = store.remove_many(chosen)
    if any(host.extra.keys() & FIELDS.keys() for host in removed):
        from sshtui.cli.secrets import forget

        forget(paths, store, removed)


@hosts.command()
@click.option("-y", "--yes", is_flag=True, help="Do not ask.")
@click.pass_obj
def restore(paths: Paths, yes: bool) -> None:
    """Put back the last good copy of a hosts.toml that cannot be read; asks first.

    What stands in the file now is kept beside it.
    """
    store = HostStore(paths.hosts_file)
    if store.problem is None:
        raise UsageError(f"{paths.hosts_file} can be read: there is nothing to put back.")
    click.echo(f"sshtui: {plain(store.problem.sentence, 1000)}", err=True)
    copy = store.last_good
    if copy is None:
        raise UsageError("There is no good copy of it to put back.", hint="Correct the file in an editor.")
    ask_first(f"Put back {copy}?", yes, hint="Give --yes to put it back.")
    kept = store.restore()
    click.echo(f"{copy} is back. What stood there is in {kept}.", err=True)


def facts(host: Host) -> dict[str, Any]:
    """Every field by name, as JSON has it; fields of the file that we do not know under `extra`."""
    values = {field.name: getattr(host, field.name) for field in fields(host)}
    values["tags"] = list(host.tags)
    values["forwards"] = [asdict(forward) for forward in host.forwards]
    values["terminal"] = host.terminal.texts()
    values["extra"] = dict(host.extra)
    return values


def _not_ours(paths: Paths, name: str) -> Exception:
    others = Lookup(HostStore(paths.hosts_file), lambda: config_hosts(paths)).read_only()
    host = next((host for host in others if host.name == name), None)
    if host:
        return ConfigError(f"{name} comes from {host.origin}.", hint="It is changed in that file.")
    return unknown(paths, name)


def _searched(host: Host) -> str:
    return "\n".join((host.name, host.address, host.user, host.folder, host.notes, *host.tags)).lower()


def _shown(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(_shown(item) for item in value)
    if isinstance(value, dict):
        return " ".join(f"{plain(str(name))}={_shown(item)}" for name, item in value.items() if item != "")
    return plain(str(value), 2000)
