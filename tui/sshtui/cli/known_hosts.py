"""`sshtui known-hosts …`: whom ssh and sshtui trust, from the command line."""

from __future__ import annotations

import asyncio
import itertools
import sys
from collections.abc import Iterable
from typing import Any

import click

from sshtui.cli.asking import ask_first
from sshtui.errors import NotFound, UsageError
from sshtui.model.json_text import json_text
from sshtui.model.text import plain
from sshtui.ssh.known_host_lines import known_name, place_of
from sshtui.ssh.known_hosts import KnownHosts, ListedKey, read_only
from sshtui.store.paths import Paths

AT_ONCE = 500
"""Lines that are written together."""

as_json = click.option("--json", "as_json", is_flag=True, help="As JSON, for programs.")
yes_option = click.option("-y", "--yes", is_flag=True, help="Do not ask.")


@click.group("known-hosts", context_settings={"help_option_names": ["-h", "--help"]})
def known_hosts() -> None:
    """List, find, add, revoke and remove the host keys that ssh and sshtui trust."""


@known_hosts.command("list")
@click.argument("words", nargs=-1, metavar="[WORD]…")
@as_json
@click.pass_obj
def list_keys(paths: Paths, words: tuple[str, ...], as_json: bool) -> None:
    """List the host keys; with words, those that have each of them in names, fingerprint or comment."""
    wanted = [word.lower() for word in words]
    every = _files(paths).each()
    _print((entry for entry in every if not wanted or all(word in _searched(entry) for word in wanted)), as_json)


@known_hosts.command()
@click.argument("address", metavar="ADDRESS[:PORT]")
@as_json
@click.pass_obj
def find(paths: Paths, address: str, as_json: bool) -> None:
    """Show the lines that speak of a host, hashed names and patterns included (ssh-keygen -F)."""
    _print(_found(_files(paths), address), as_json)


@known_hosts.command()
@click.argument("address", metavar="ADDRESS[:PORT]")
@yes_option
@click.pass_obj
def remove(paths: Paths, address: str, yes: bool) -> None:
    """Forget a host (ssh-keygen -R); the file as it was is kept in known_hosts.old."""
    files = KnownHosts(paths.known_hosts)
    _print(_found(files, address), False)
    ask_first(f"Forget {address}?", yes)
    lines = files.remove(*place_of(address))
    if not lines:
        raise NotFound(
            f"No line names {plain(address)} itself.", hint="Lines with patterns or markers stay: edit the file."
        )
    click.echo(f"Removed from {lines} line{'s' if lines > 1 else ''}. Before: {paths.known_hosts}.old", err=True)


@known_hosts.command()
@click.argument("address", metavar="ADDRESS[:PORT]")
@click.argument("fingerprint", required=False)
@yes_option
@click.pass_obj
def revoke(paths: Paths, address: str, fingerprint: str | None, yes: bool) -> None:
    """Never accept a host's key again: the one with FINGERPRINT, or all that are known."""
    files = KnownHosts(paths.known_hosts, read_only(paths.known_hosts))
    listed = [
        entry
        for entry in _found(files, address)
        if not entry.marker and (not fingerprint or entry.host_key.has_fingerprint(fingerprint))
    ]
    if not listed:
        raise NotFound(f"No trusted host key of {plain(address)} has that fingerprint.")
    _print(listed, False)
    ask_first(f"Mark {'these' if len(listed) > 1 else 'this'} as revoked for {address}?", yes)
    for host_key in dict.fromkeys(entry.host_key for entry in listed):
        files.revoke(*place_of(address), host_key)


@known_hosts.command()
@click.argument("lines", nargs=-1, metavar="[LINE]…")
@yes_option
@click.pass_obj
def add(paths: Paths, lines: tuple[str, ...], yes: bool) -> None:
    """Trust the host keys in LINEs as known_hosts has them, or in those of the standard input; asks first.

    \b
    sshtui known-hosts add 'web-1 ssh-ed25519 AAAA…'
    """
    texts = lines or tuple(sys.stdin)
    files = KnownHosts(paths.known_hosts)
    found = [entry for text in texts if (entry := files.read_line(text)) is not None]
    if not found:
        raise UsageError("No line with a host key was given.", hint="As in: web-1 ssh-ed25519 AAAA…")
    _print(found, False)
    if not yes and not lines:
        raise UsageError("The lines came from the standard input: nobody can be asked.", hint="Give --yes.")
    ask_first(f"Trust {'these' if len(found) > 1 else 'this'}?", yes)
    for text in texts:
        files.append(text)


@known_hosts.command()
@click.argument("address", metavar="ADDRESS[:PORT]")
@click.option("--timeout", type=click.FloatRange(0.1, 600), default=10.0, show_default=True, metavar="SECONDS")
@as_json
@click.pass_obj
def scan(paths: Paths, address: str, timeout: float, as_json: bool) -> None:
    """Ask a server for its host keys and compare them with the known ones; nothing is trusted by that.

    Lines of known_hosts go to the standard output, what they are to the standard error.
    """
    from sshtui.ssh.scan import scan as ask_for

    place = place_of(address)
    host_keys = asyncio.run(ask_for(*place, seconds=timeout))
    known = _files(paths).lookup(*place)
    name = known_name(*place).decode()
    shown = [(host_key, known.verdict(host_key)) for host_key in host_keys]
    if as_json:
        facts = [
            {
                "names": name,
                "line": f"{name} {host_key.line}",
                "type": host_key.kind,
                "bits": host_key.bits,
                "sha256": host_key.sha256,
                "state": verdict,
            }
            for host_key, verdict in shown
        ]
        click.echo(json_text(facts))
        return
    for host_key, verdict in shown:
        click.echo(f"{verdict:<8} {host_key.kind} {host_key.bits} {host_key.sha256}", err=True)
        click.echo(f"{name} {host_key.line}")


def _files(paths: Paths) -> KnownHosts:
    return KnownHosts(paths.known_hosts, read_only(paths.known_hosts))


def _found(files: KnownHosts, address: str) -> tuple[ListedKey, ...]:
    """Raises NotFound when no line speaks of it."""
    listed = files.find(*place_of(address))
    if not listed:
        raise NotFound(f"No host key of {plain(address)} is known.", hint=f"Looked in {files.path}.")
    return listed


def _searched(entry: ListedKey) -> str:
    return " ".join((entry.names, entry.comment, entry.marker, entry.host_key.kind, entry.host_key.sha256)).lower()


def _print(listed: Iterable[ListedKey], as_json: bool) -> None:
    if as_json:
        click.echo(json_text([_facts(entry) for entry in listed]))
        return
    lines = map(_line, listed)
    # Some at a time: a million single writes take as long as all the rest.
    while some := list(itertools.islice(lines, AT_ONCE)):
        click.echo("\n".join(some))


def _line(entry: ListedKey) -> str:
    where = f"{entry.path}:{entry.line}" if entry.line else ""
    marker = f"{entry.marker} " if entry.marker else ""
    names = plain(entry.names, 200) or "(hashed)"
    return f"{marker}{names}  {entry.host_key.kind} {entry.host_key.bits}  {entry.host_key.sha256}  {where}".rstrip()


def _facts(entry: ListedKey) -> dict[str, Any]:
    return {
        "file": str(entry.path),
        "line": entry.line,
        "marker": entry.marker,
        "names": entry.names or None,
        "type": entry.host_key.kind,
        "bits": entry.host_key.bits,
        "sha256": entry.host_key.sha256,
        "md5": entry.host_key.md5,
        "key": entry.host_key.line,
        "comment": entry.comment,
    }
