"""The app on this terminal, put together from its parts."""

from __future__ import annotations

import gc
import socket
from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from typing import TYPE_CHECKING

from sshtui.attach.places import Instance, Places
from sshtui.errors import SshtuiError
from sshtui.model.host_keys import HostKey
from sshtui.model.hosts import Host
from sshtui.model.questions import Prompter
from sshtui.secrets.keeper import Keeper
from sshtui.secrets.keyring_store import KeyringStore
from sshtui.secrets.remembering import Codes, RememberingPrompter
from sshtui.secrets.vault import Vault
from sshtui.session.roster import Roster
from sshtui.session.surroundings import Surroundings
from sshtui.store.hosts import HostStore
from sshtui.store.keymap import load_keymap
from sshtui.store.lookup import Lookup
from sshtui.store.machine import this_machine
from sshtui.store.paths import Paths
from sshtui.store.recent import RecentFile
from sshtui.store.settings import load_settings, save_setting
from sshtui.store.ssh_config import SYSTEM_CONFIG, ConfigHostsFile
from sshtui.store.themes import load_themes
from sshtui.store.wanted import wanted_host
from sshtui.wiring.wire import LazyWire, build_wire
from sshtui.wiring.workshop import key_workshop_on

if TYPE_CHECKING:
    from sshtui.attach.reception import Reception
    from sshtui.ui.app import SshtuiApp
    from sshtui.ui.parts import Parts
    from sshtui.ui.screens.keys import KeysScreen
    from sshtui.ui.screens.known_hosts import KnownHostsScreen
    from sshtui.ui.screens.secrets import SecretsScreen


def run_app(paths: Paths, destination: Host | None = None) -> int:
    """Open the app on this terminal, with a tab on `destination` when given; the exit code."""
    from sshtui.ui.surroundings import run

    app = build_app(paths, destination)
    return run(app, lambda: reception_of(app, *Places(paths.run_dir).listen()))


def reception_of(app: SshtuiApp, instance: Instance, link: socket.socket) -> AbstractAsyncContextManager[Reception]:
    """What takes in callers from outside: those who ask, and those who want a seat."""
    from sshtui.attach.reception import reception
    from sshtui.ui.desk import AppDesk

    return reception(AppDesk(app), instance, link)


def build_app(paths: Paths, destination: Host | None = None) -> SshtuiApp:
    """The app on the files at `paths`, not yet running."""
    from sshtui.ui.app import SshtuiApp

    return SshtuiApp(_parts(paths, destination))


def _parts(paths: Paths, destination: Host | None) -> Parts:
    from sshtui.ui.history import History
    from sshtui.ui.parts import Parts
    from sshtui.ui.prompter import ModalPrompter

    settings, settings_problems = load_settings(paths.settings_file)
    keymap, keymap_problems = load_keymap(paths.keymap_file)
    themes, theme_problems = load_themes(paths.themes_dir)
    hosts = HostStore(paths.hosts_file)
    # The rounds of the collector that importing the app sets off need not look at ten thousand hosts each time.
    gc.freeze()
    problems: list[SshtuiError] = [*settings_problems, *keymap_problems, *theme_problems]
    problems += [hosts.exposed] if hosts.exposed else []

    config = ConfigHostsFile(paths.ssh_config, system=SYSTEM_CONFIG)

    lookup = Lookup(hosts, config.read, this_machine(match_exec=settings.match_exec))
    problems += lookup.problems

    history = History(hosts)

    def change(before: Host, after: Host) -> None:
        # What dialogs keep in a saved host is undone as what is typed on its card.
        history.save([(before, after)])

    keeper = make_keeper(paths, hosts)
    codes = Codes()

    def remembering(prompter: Prompter, host: Host) -> RememberingPrompter:
        return RememberingPrompter(prompter, keeper, codes, host)

    def secrets_screen(prompter: Prompter) -> SecretsScreen:
        from sshtui.ui.screens.secrets import SecretsScreen

        return SecretsScreen(keeper, prompter)

    wire = LazyWire(lambda: build_wire(paths, settings, lookup, hosts, change), remembering)

    def warm_up() -> None:
        hosts.keep_copy()
        wire.settle()

    def every_host() -> Sequence[Host]:
        own = hosts.hosts()
        names = {host.name for host in own}
        return (*own, *(host for host in lookup.read_only() if host.name not in names))

    def key_workshop(prompter: Prompter) -> KeysScreen:
        return key_workshop_on(paths, change, every_host, hosts.effective, wire, prompter)

    def make_roster(prompter: Prompter) -> Roster:
        return Roster(Surroundings(wire, prompter, scrollback=settings.scrollback))

    return Parts(
        hosts=hosts,
        history=history,
        recent=RecentFile(paths.recent_file),
        themes=themes,
        make_prompter=lambda app: ModalPrompter(app, key_workshop=key_workshop),
        make_roster=make_roster,
        parse_destination=lookup.destination,
        wanted=lambda wanted: wanted_host(wanted, hosts, config.read),
        key_pairs=wire.key_pairs,
        key_workshop=key_workshop,
        known_hosts=lambda prompter: _known_hosts_screen(paths, prompter),
        config_hosts=lookup.read_only,
        settings=settings,
        files={
            "settings": str(paths.settings_file),
            "keystrokes": str(paths.keymap_file),
            "themes": str(paths.themes_dir),
            "hosts": str(paths.hosts_file),
        },
        save_setting=lambda name, value: save_setting(paths.settings_file, name, value),
        keymap=keymap,
        open_at_start=destination,
        problems=(*(str(problem) for problem in problems), *keeper.plain_warnings()),
        secrets_screen=secrets_screen,
        diagnose=wire.diagnose,
        at_end=keeper.settle,
        transfer_dir=paths.transfer_dir,
        effective=hosts.effective,
        why=lambda host: lookup.why(host.name, settings, paths.ssh_dir.parent),
        reach=wire.reach,
        warm_up=warm_up,
    )


def _known_hosts_screen(paths: Paths, prompter: Prompter) -> KnownHostsScreen:
    from sshtui.ssh.known_hosts import KnownHosts, read_only
    from sshtui.ui.screens.known_hosts import KnownHostsScreen, KnownHostsTools

    async def ask_for(address: str, port: int) -> Sequence[HostKey]:
        from sshtui.ssh.scan import scan

        return await scan(address, port)

    files = KnownHosts(paths.known_hosts, read_only(paths.known_hosts))
    return KnownHostsScreen(KnownHostsTools(files, ask_for), prompter)


def make_keeper(paths: Paths, hosts: HostStore) -> Keeper:
    """The owner of the saved secrets of `hosts`."""
    return Keeper(hosts, Vault(paths.vault_file), KeyringStore(), paths.forgotten_file)
