"""`sshtui serve …`: the browser console, who may enter it, and who is in."""

from __future__ import annotations

import json
from pathlib import Path

import click

from sshtui.cli.numbers import PORT as TCP_PORT
from sshtui.errors import NotFound
from sshtui.model.text import plain
from sshtui.store.paths import Paths

PORT = 8022


@click.group(invoke_without_command=True)
@click.option(
    "--host",
    default="127.0.0.1",
    show_default=True,
    metavar="ADDRESS",
    help="Listen there. Any but loopback needs TLS.",
)
@click.option("--port", type=TCP_PORT, default=PORT, show_default=True, help="Listen at this port.")
@click.option("--name", "names", multiple=True, metavar="NAME", help="A name by which browsers come; may be repeated.")
@click.option("--open", "open_browser", is_flag=True, help="Open the page in the browser.")
@click.option("--tls", is_flag=True, help="Serve by TLS with a certificate made here.")
@click.option("--cert", type=click.Path(path_type=Path), help="Serve by TLS with this certificate (chain), PEM.")
@click.option(
    "--key",
    "private_key",
    type=click.Path(path_type=Path),
    help="The private key of --cert, PEM, readable by you alone.",
)
@click.option("--url", default="", metavar="URL", help="Where browsers come to, when that is a reverse proxy.")
@click.option("--proxy", "proxies", multiple=True, metavar="ADDRESS", help="Where the proxy calls from. [loopback]")
@click.pass_context
def serve(
    ctx: click.Context,
    host: str,
    port: int,
    names: tuple[str, ...],
    open_browser: bool,
    tls: bool,
    cert: Path | None,
    private_key: Path | None,
    url: str,
    proxies: tuple[str, ...],
) -> int | None:
    """Serve the app as a page in the browser, behind a password and a one-time code.

    \b
    sshtui serve setup
    sshtui serve --open
    sshtui serve --host 192.168.1.10 --tls
    """
    if ctx.invoked_subcommand is not None:
        return None
    from sshtui.web.library import require
    from sshtui.wiring.console import run_console

    require()
    from sshtui.web.serving import Wish

    return run_console(ctx.obj, Wish(host, port, names, open_browser, tls, cert, private_key, url, proxies))


@serve.command(short_help="Choose a password and pair an authenticator app.")
@click.option("--account", metavar="NAME", help="The name to sign in with. Default: yours on this machine.")
@click.option("--again", is_flag=True, help="Set up anew: the old password and codes end, and every session with them.")
@click.pass_obj
def setup(paths: Paths, account: str | None, again: bool) -> None:
    """Choose a password and pair an authenticator app; in a terminal only."""
    from sshtui.web.library import require

    require()
    from sshtui.cli.serve_setup import set_up

    set_up(paths, account, again=again)


@serve.command("sessions")
@click.option("--json", "json_wanted", is_flag=True, help="Print JSON.")
@click.pass_obj
def list_sessions(paths: Paths, json_wanted: bool) -> None:
    """List who is signed in to the running console."""
    from sshtui.web.control import ask

    sessions = ask(paths.console_socket, "sessions")["sessions"]
    if json_wanted:
        click.echo(json.dumps(sessions, indent=2))
        return
    for each in sessions:
        facts = f"{each['session']}  {plain(each['address'], 45)}  since {each['since']}  idle {each['idle']} s"
        click.echo(f"{facts}  pages {each['viewers']}  {plain(each['agent'], 80)}")


@serve.command()
@click.argument("session", required=False)
@click.option("--all", "everybody", is_flag=True, help="End every session.")
@click.pass_obj
def end(paths: Paths, session: str | None, everybody: bool) -> None:
    """End a session, or all, with every page it has open."""
    from sshtui.web.control import ask

    if bool(session) == everybody:
        raise click.UsageError("Name one session, or give --all.")
    ended = ask(paths.console_socket, "end", **({"session": session} if session else {}))["ended"]
    if session and not ended:
        raise NotFound(f"No session is called {session!r}.", hint="sshtui serve sessions lists them.")
    click.echo(f"Ended: {ended}")


@serve.command(short_help="Forget failed tries: nobody has to wait.")
@click.pass_obj
def unlock(paths: Paths) -> None:
    """Forget failed tries: whoever was told to wait may sign in at once."""
    from sshtui.web.control import ask
    from sshtui.web.limits import Limits

    try:
        ask(paths.console_socket, "unlock")
    except NotFound:
        Limits(paths.console_limits_file).forget()
    click.echo("Nobody has to wait.")
