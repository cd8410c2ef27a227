"""The options that set a host's fields, for `sshtui hosts add` and `edit`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, TypeVar

import click

from sshtui.cli.numbers import PORT
from sshtui.files import with_home
from sshtui.model.forwards import read_forward
from sshtui.model.further_fields import CERTIFICATES, read_further
from sshtui.model.hosts import Forward, Host
from sshtui.model.terminal_switches import make_switches, switch_texts
from sshtui.model.text import plain
from sshtui.store.wanted import checked_jump, stored_path

F = TypeVar("F", bound=Callable[..., Any])


def _keep_alive(_context: click.Context, _option: click.Parameter, text: str | None) -> str | None:
    """Seconds as typed, "" for the default."""
    if text and not (text.isascii() and text.isdigit() and int(text[:9]) <= 86_400):
        raise click.BadParameter("a number of seconds from 0 to 86400.")
    return text


def _switches(_context: click.Context, _option: click.Parameter, texts: tuple[str, ...]) -> dict[str, str] | None:
    """The switches given, by name; none of them for "", None when the option was not."""
    try:
        return switch_texts(" ".join(texts)) if texts else None
    except ValueError as error:
        raise click.BadParameter(str(error)) from None


def _forwards(
    _context: click.Context, _option: click.Parameter, texts: tuple[str, ...]
) -> tuple[Forward | None, ...] | None:
    """The forwards given; None among them for "", which clears those before it."""
    return tuple(read_forward(text) if text.strip() else None for text in texts) or None


def _further(_context: click.Context, _option: click.Parameter, texts: tuple[str, ...]) -> dict[str, Any] | None:
    """The further fields given, by name; None for none."""
    return dict(map(read_further, texts)) or None


_FIELD_OPTIONS = (
    click.option("-p", "--port", type=PORT, metavar="PORT", help="Port on the server."),
    click.option("-l", "--user", help="User to log in as."),
    click.option("-i", "--key", "key_pair", metavar="FILE", help="Private key to offer first."),
    click.option("--certificate", metavar="FILE", help="Certificate that goes with a key, if not beside it."),
    click.option("--folder", metavar="PATH", help="Folder in the sidebar, as prod/web."),
    click.option("-J", "--jump", metavar="HOSTS", help="Go through these hosts, separated by commas."),
    click.option("--tag", "tags", multiple=True, help="Add a tag; may be repeated."),
    click.option(
        "--favourite/--no-favourite", "--favorite/--no-favorite", default=None, help="Mark it as a favourite."
    ),
    click.option("--notes", help="A text of your own."),
    click.option("--command", help="Run this instead of the login shell."),
    click.option(
        "--forward",
        "forwards",
        multiple=True,
        callback=_forwards,
        metavar="FORWARD",
        help="Add a port forward, as L:8080:db:5432, R:9000:localhost:22 or D:1080; may be repeated.",
    ),
    click.option("--keep-alive", callback=_keep_alive, metavar="SECONDS", help="0 switches it off."),
    click.option("--theme", help="Theme of its terminal."),
    click.option("--colour", "--color", help="Mark in the sidebar and on the tab."),
    click.option(
        "--set",
        "further",
        multiple=True,
        callback=_further,
        metavar="FIELD=VALUE",
        help="A further field, as resume=tmux; an empty value clears it; may be repeated.",
    ),
    click.option(
        "--terminal",
        multiple=True,
        callback=_switches,
        metavar="SWITCH=VALUE",
        help="A terminal switch, as backspace=bs; may be repeated.",
    ),
)


def field_options(command: F) -> F:
    """The options that set a host's fields, for add and edit."""
    for option in reversed(_FIELD_OPTIONS):
        command = option(command)
    return command


def changed(
    host: Host,
    *,
    port: int | None,
    user: str | None,
    key_pair: str | None,
    certificate: str | None,
    folder: str | None,
    jump: str | None,
    tags: tuple[str, ...],
    notes: str | None,
    command: str | None,
    forwards: tuple[Forward | None, ...] | None,
    keep_alive: str | None,
    theme: str | None,
    colour: str | None,
    terminal: dict[str, str] | None,
    favourite: bool | None,
    further: Mapping[str, Any] | None,
) -> Host:
    """`host` with the fields that were given; None leaves one as it is."""
    texts: dict[str, Any] = {
        "user": user,
        "key_pair": _key_pair(key_pair) if key_pair else key_pair,
        "folder": folder.strip("/") if folder is not None else None,
        "jump": checked_jump(jump) if jump else jump,
        "notes": notes,
        "command": command,
        "theme": theme,
        "colour": colour,
    }
    return replace(
        host,
        port=port or host.port,
        extra=_with_further(host.extra if certificate is None else _with_certificate(host, certificate), further or {}),
        favourite=host.favourite if favourite is None else favourite,
        forwards=_with_forwards(host.forwards, forwards or ()),
        keep_alive=host.keep_alive if keep_alive is None else int(keep_alive) if keep_alive else None,
        tags=tuple(dict.fromkeys([*host.tags, *tags])),
        terminal=host.terminal
        if terminal is None
        else make_switches({**host.terminal.texts(), **terminal} if terminal else {}),
        **{name: text for name, text in texts.items() if text is not None},
    )


def _with_forwards(forwards: tuple[Forward, ...], given: tuple[Forward | None, ...]) -> tuple[Forward, ...]:
    """`forwards` and those given, each once; None clears."""
    for forward in given:
        forwards = tuple(dict.fromkeys((*forwards, forward))) if forward is not None else ()
    return forwards


def _with_further(extra: Mapping[str, Any], further: Mapping[str, Any]) -> Mapping[str, Any]:
    """`extra` with the fields set; one that is to go, and is there, is None."""
    wanted = {name: value for name, value in further.items() if value is not None or name in extra}
    return {**extra, **wanted} if wanted else extra


def _with_certificate(host: Host, file: str) -> Mapping[str, Any]:
    """The host's further fields with a certificate; None, which takes the field away, for "" where there is one."""
    if file:
        return {**host.extra, CERTIFICATES: [stored_path(file)]}
    return {**host.extra, CERTIFICATES: None} if CERTIFICATES in host.extra else host.extra


def _key_pair(text: str) -> str:
    path = stored_path(text)
    if not with_home(path).is_file():
        click.echo(f"sshtui: note: there is no file {plain(path)} yet.", err=True)
    return path
