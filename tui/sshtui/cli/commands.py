"""The commands and options of `sshtui`; the app, the wire and key pairs load only inside the commands."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from sshtui.cli.opening import complete_names, destination_host, opening_options
from sshtui.errors import NotFound, UsageError
from sshtui.model.destination import Wanted, is_link
from sshtui.model.json_text import json_text
from sshtui.store.paths import Paths
from sshtui.version import __version__

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

PROGRAM = "sshtui"
COMPLETION_VARIABLE = "_SSHTUI_COMPLETE"

_LAZY = {
    "attach": ("sshtui.cli.attach", "attach", "Look at a sshtui that runs without a terminal."),
    "doctor": ("sshtui.cli.doctor", "doctor", "Check the way to a host step by step."),
    "export": ("sshtui.cli.exchange", "export_hosts", "Saved hosts for ssh, PuTTY, as CSV or JSON."),
    "hosts": ("sshtui.cli.hosts", "hosts", "List, add, edit and remove saved hosts."),
    "import": ("sshtui.cli.exchange", "import_hosts", "Hosts from PuTTY, MobaXterm, Ansible, CSV and others."),
    "import-host-keys": ("sshtui.cli.exchange", "import_host_keys", "Trust the host keys that PuTTY trusts."),
    "keys": ("sshtui.cli.keys", "keys", "Make, inspect, convert and install SSH key pairs."),
    "kill": ("sshtui.cli.attach", "kill", "End a running sshtui and its sessions."),
    "known-hosts": ("sshtui.cli.known_hosts", "known_hosts", "Host keys that ssh and sshtui trust."),
    "link": ("sshtui.cli.link", "link", "Open ssh:// links of the desktop in sshtui."),
    "list": ("sshtui.cli.attach", "list_running", "Show the sshtui that are running, and their tabs."),
    "secrets": ("sshtui.cli.secrets", "secrets", "List, save and remove saved passwords and one-time codes."),
    "serve": ("sshtui.cli.serve", "serve", "A console in the browser, behind two factors."),
}

EXIT_CODES = """\b
Exit codes:
  0  done                               6  host key not accepted
  1  error                              7  login rejected
  2  wrong usage, or no terminal        8  session refused by the server
  3  a file cannot be read or written   9  key file or agent not usable
  4  no such host, key pair or file    10  declined
  5  no connection                    130  Ctrl+C (129 SIGHUP, 141 SIGPIPE, 143 SIGTERM)"""


class SshtuiCommand(click.Group):
    """`sshtui` alone, or with something that is no command, opens the app; commands load when they are used."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Names of all commands that are shown."""
        return sorted({*super().list_commands(ctx), *_LAZY} - {"open"})

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of that name; a group in a module of its own is imported now."""
        if cmd_name in _LAZY:
            module, name, _help = _LAZY[cmd_name]
            command = getattr(importlib.import_module(module), name)
            assert isinstance(command, click.Command)
            return command
        return super().get_command(ctx, cmd_name)

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Read `sshtui NAME` and `sshtui -p 22 NAME` as `sshtui open …`."""
        at = _options_of_the_group(args)
        first = args[at] if at < len(args) else ""
        completing_a_first_word = ctx.resilient_parsing and not first
        if (
            first not in {*self.list_commands(ctx), "open", "--help", "-h", "--version", "-V"}
            and not completing_a_first_word
        ):
            args = [*args[:at], "open", *args[at:]]
        return super().parse_args(ctx, args)

    def format_usage(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The two ways to call."""
        formatter.write_usage(PROGRAM, "[OPTIONS] [NAME | [USER@]ADDRESS[:PORT] | ssh://USER@ADDRESS:PORT]")
        formatter.write_usage(PROGRAM, "COMMAND …", prefix="       ")

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Options, those for opening a host included, and the commands without importing them."""
        options = [param for param in (*open_host.params, *self.params) if isinstance(param, click.Option)]
        records = [record for option in options if (record := option.get_help_record(ctx))]
        with formatter.section("Options"):
            formatter.write_dl([*records, ("-h, --help", "Show this message.")])
        with formatter.section("Commands"):
            formatter.write_dl([(name, self._short_help(ctx, name)) for name in self.list_commands(ctx)])

    def _short_help(self, ctx: click.Context, name: str) -> str:
        command = None if name in _LAZY else self.get_command(ctx, name)
        return command.get_short_help_str() if command else _LAZY[name][2]

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        """Commands, then saved hosts."""
        return [*super().shell_complete(ctx, incomplete), *complete_names(ctx, None, incomplete)]


def _options_of_the_group(args: list[str]) -> int:
    """How many leading arguments are --config-dir and its value."""
    at = 0
    while at < len(args) and (args[at] == "--config-dir" or args[at].startswith("--config-dir=")):
        at += 2 if args[at] == "--config-dir" else 1
    return at


@click.group(
    cls=SshtuiCommand,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog=EXIT_CODES,
)
@click.option(
    "--config-dir",
    type=click.Path(path_type=Path, file_okay=False),
    help="Keep hosts, settings and state there. Default: SSHTUI_CONFIG_DIR, else where this system keeps settings.",
)
@click.version_option(__version__, "-V", "--version", prog_name=PROGRAM, message="%(prog)s %(version)s")
@click.pass_context
def cli(ctx: click.Context, config_dir: Path | None) -> None:
    """Saved SSH hosts in tabbed terminals. Without a host the list of saved hosts opens."""
    ctx.obj = Paths.default(config_dir)


@cli.command("open", short_help="Open the app, with a tab on a host.")
@opening_options
@click.option("--detachable", is_flag=True, help="Run without this terminal, and attach: leader d leaves it.")
@click.option("--new", is_flag=True, help="With --detachable: one more, where one is running.")
@click.option("--here", is_flag=True, help="Open a link here, where a running sshtui would take it.")
@click.argument("destinations", nargs=-1, shell_complete=complete_names)
@click.pass_obj
def open_host(
    paths: Paths,
    destinations: tuple[str, ...],
    detachable: bool,
    new: bool,
    here: bool,
    port: int | None,
    identity: str | None,
    login: str | None,
    jump: str | None,
) -> int:
    """Open the app, with a tab on a saved host or on a destination."""
    from sshtui.attach.own_terminal import require_tty

    if new and not detachable:
        raise UsageError("--new goes with --detachable.")
    if len(destinations) > 1 and not detachable:
        raise UsageError("One host at a time.", hint="Several are opened by: sshtui --detachable NAME NAME")
    first = destinations[0] if destinations else None
    host = destination_host(paths, first, port=port, identity=identity, login=login, jump=jump)
    wanted = [Wanted(each, port, identity or "", login or "", jump or "") for each in destinations]
    if detachable:
        from sshtui.cli.detaching import open_detachable

        require_tty()
        return open_detachable(paths, wanted, anew=new)
    if first is not None and is_link(first) and not here:
        from sshtui.cli.detaching import open_in_running

        if (code := open_in_running(paths, wanted[0])) is not None:
            return code
    require_tty()
    from sshtui.wiring.app import run_app

    return run_app(paths, host)


@cli.command()
@click.option("--web", is_flag=True, help="In the browser, with an account that is gone afterwards.")
def demo(web: bool) -> int:
    """Try it on an SSH server of its own."""
    if web:
        from sshtui.web.library import require
        from sshtui.wiring.demo import run_web_demo

        require()
        return run_web_demo()
    from sshtui.attach.own_terminal import require_tty
    from sshtui.wiring.demo import run_demo

    require_tty()
    return run_demo()


@cli.command("paths")
@click.option("--json", "as_json", is_flag=True, help="As one JSON object.")
@click.pass_obj
def show_paths(paths: Paths, as_json: bool) -> None:
    """Show where sshtui keeps its files."""
    places = {
        "config_dir": paths.config_dir,
        "hosts_file": paths.hosts_file,
        "settings_file": paths.settings_file,
        "keymap_file": paths.keymap_file,
        "themes_dir": paths.themes_dir,
        "state_dir": paths.state_dir,
        "known_hosts": paths.known_hosts,
        "ssh_config": paths.ssh_config,
    }
    if as_json:
        click.echo(json_text({name: str(path) for name, path in places.items()}))
        return
    for name, path in places.items():
        click.echo(f"{name:<14} {path}")


@cli.command()
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
@click.pass_context
def completion(ctx: click.Context, shell: str) -> None:
    """Print the completion script of a shell.

    \b
    bash:  sshtui completion bash > ~/.local/share/bash-completion/completions/sshtui
    zsh:   sshtui completion zsh > "${fpath[1]}/_sshtui"
    fish:  sshtui completion fish > ~/.config/fish/completions/sshtui.fish
    """
    from click.shell_completion import get_completion_class

    kind = get_completion_class(shell)
    if kind is None:
        raise NotFound(f"There is no completion for {shell}.")
    script: Callable[[], Any] = kind(ctx.find_root().command, {}, PROGRAM, COMPLETION_VARIABLE).source
    click.echo(script())
