"""Builds the real parts and runs the app: the one place that knows all rooms.

Only what the first frame needs is imported here; asyncssh follows in a thread, after that frame.
"""

from __future__ import annotations

import asyncio
import contextlib
import gc
import os
import shutil
import signal
import socket
import sys
import threading
import time
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sshtui.attach.places import Instance, Places
from sshtui.attach.starting import Starting, detachable, end_with_parent, tell_ready, tell_trouble
from sshtui.errors import SshtuiError
from sshtui.model.diagnosis import Finding
from sshtui.model.geometry import Size
from sshtui.model.host_keys import HostKey
from sshtui.model.hosts import Host
from sshtui.model.key_pairs import KeyPair
from sshtui.model.keystrokes import Keystroke
from sshtui.model.questions import Prompter
from sshtui.model.reachability import Reachability
from sshtui.model.settings import Settings
from sshtui.secrets.diagnosis import with_saved
from sshtui.secrets.keeper import Keeper
from sshtui.secrets.keyring_store import KeyringStore
from sshtui.secrets.remembering import Codes, RememberingPrompter
from sshtui.secrets.vault import Vault
from sshtui.session.protocols import Channel
from sshtui.session.roster import Roster
from sshtui.session.session import Surroundings
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

LAST_WORDS = 5.0
"""Seconds an app may take to end when it is told to."""

if TYPE_CHECKING:
    from sshtui.attach.reception import Reception
    from sshtui.keys.identities import FileAndAgentIdentities
    from sshtui.ssh.dialer import SshDialer
    from sshtui.ui.app import SshtuiApp
    from sshtui.ui.parts import Parts
    from sshtui.ui.screens.keys import KeysScreen
    from sshtui.ui.screens.known_hosts import KnownHostsScreen
    from sshtui.ui.screens.secrets import SecretsScreen
    from sshtui.web.protocols import Viewer
    from sshtui.web.serving import Wish


@dataclass(frozen=True)
class Wire:
    """The parts that need asyncssh, built together."""

    dialer: SshDialer
    identities: FileAndAgentIdentities


class LazyWire:
    """Builds the wire at the first use or when warmed up, in a thread either way; fits Dialer."""

    def __init__(self, build: Callable[[], Wire], remembering: Callable[[Prompter, Host], RememberingPrompter]) -> None:
        """`remembering` makes the prompter that answers one attempt to connect from saved secrets."""
        self._build = build
        self._remembering = remembering
        self._lock = threading.Lock()
        self._wire: Wire | None = None

    def warm_up(self) -> None:
        """Build it where we stand, which takes a while the first time."""
        with self._lock:
            self._wire = self._wire or self._build()

    def settle(self) -> None:
        """Warm up, then take what is loaded by now out of the collector's rounds.

        With 10,000 hosts a full round would hold a keystroke for 30 ms; what is loaded at the start stays anyway.
        """
        self.warm_up()
        gc.collect()
        gc.freeze()

    async def ready(self) -> Wire:
        """The wire, built in a thread when nobody did before."""
        if self._wire is None:
            await asyncio.to_thread(self.warm_up)
        assert self._wire is not None
        return self._wire

    async def dial(
        self, host: Host, size: Size, prompter: Prompter, *, progress: Callable[[str], None] | None = None
    ) -> Channel:
        """A terminal on `host`, as SshDialer.dial gives it."""
        remembering = self._remembering(prompter, host)
        channel = await (await self.ready()).dialer.dial(host, size, remembering, progress=progress)
        remembering.logged_in()
        return channel

    def remembering(self, prompter: Prompter, host: Host) -> RememberingPrompter:
        """`prompter`, with what is saved for `host` answering first."""
        return self._remembering(prompter, host)

    async def diagnose(self, host: Host, prompter: Prompter) -> AsyncIterator[Finding]:
        """Each step of the way to `host`, as SshDialer.diagnose finds it; jump hosts are logged in to."""
        dialer = (await self.ready()).dialer
        async for finding in with_saved(dialer.diagnose(host, self._remembering(prompter, host)), host):
            yield finding

    async def key_pairs(self, host: Host) -> Sequence[KeyPair]:
        """What a person can choose from for `host`."""
        return await (await self.ready()).identities.available(host)

    async def reach(self, host: Host) -> Reachability:
        """Whether an SSH server answers at `host`."""
        return await (await self.ready()).dialer.reach(host)

    def use_agent(self, path: str) -> None:
        """Log in with the agent at the socket `path` from here on, as programs started by us do."""
        os.environ["SSH_AUTH_SOCK"] = path
        if self._wire is not None:
            self._wire.identities.use_agent(path)


def run_app(paths: Paths, destination: Host | None = None) -> int:
    """Open the app on this terminal, with a tab on `destination` when given; the exit code."""
    from sshtui.ui.surroundings import run

    app = build_app(paths, destination)
    return run(app, lambda: _reception(app, *Places(paths.run_dir).listen()))


def run_detached(paths: Paths, ready: int, lifeline: int | None = None) -> int:
    """Run the app for viewers that attach; the exit code when it ends.

    `ready` and `lifeline` are the ends of pipes that `attach.starting.Starting` gives.
    """
    if lifeline is not None:
        end_with_parent(lifeline)
    try:
        instance, link = Places(paths.run_dir).listen()
    except SshtuiError as error:
        tell_trouble(ready, error)
        return error.exit_code
    from sshtui.ui.audience import Audience
    from sshtui.ui.surroundings import run

    app = build_app(paths)
    # It paints for the best of terminals; the others get stand-ins on the way there.
    app.unicode = app.parts.settings.unicode is not False
    app.audience = Audience(app, mouse=app.takes_mouse)

    @asynccontextmanager
    async def receiving() -> AsyncIterator[Reception]:
        async with _reception(app, instance, link) as here:
            tell_ready(ready, instance)
            yield here

    return run(app, receiving)


def _reception(app: SshtuiApp, instance: Instance, link: socket.socket) -> AbstractAsyncContextManager[Reception]:
    from sshtui.attach.reception import reception
    from sshtui.ui.desk import AppDesk

    return reception(AppDesk(app), instance, link)


def detached_app(paths: Paths, *, anew: bool = False) -> Instance:
    """The app to attach to: the one that runs, else (or with `anew`) a new one. Blocks. Raises SshtuiError."""
    places = Places(paths.run_dir)
    with places.starting():
        found = None if anew else detachable(places)
        return found or Starting(_detached_command(paths), die_with_parent=False).wait()


async def app_for_viewers(paths: Paths, *, die_with_parent: bool) -> Path:
    """The socket of the app that runs for viewers, or of one that is started. Raises SshtuiError.

    With `die_with_parent` a started one ends when this process does, kill -9 included; one that ran before does not.
    Call it from the main thread: Linux takes the end of the thread that started a process for the end of its parent.
    """
    places = Places(paths.run_dir)
    found = await asyncio.to_thread(detachable, places)
    if found is None:
        starting = Starting(_detached_command(paths), die_with_parent=die_with_parent)
        found = await asyncio.to_thread(starting.wait)
    return found.socket


def _detached_command(paths: Paths) -> Sequence[str]:
    """The command that runs the app on these files; -P keeps a module of the current directory from being taken."""
    moved = () if paths == Paths.default() else ("--config-dir", str(paths.config_dir))
    return (sys.executable, "-P", "-m", "sshtui.cli.detached", *moved)


def run_demo() -> int:
    """Open the app on an embedded SSH server, in a temporary directory that is gone afterwards; the exit code."""
    from sshtui.demo.scene import demo_scene
    from sshtui.ui.surroundings import run

    # The demo touches nothing of the person's own: the key pairs of their agent are not offered to it either.
    os.environ.pop("SSH_AUTH_SOCK", None)
    with demo_scene() as scene:
        paths = Paths(scene.config_dir, scene.config_dir / "state", scene.ssh_dir)
        return run(build_app(paths))


def run_web_demo() -> int:
    """Serve the demo's scene to the browser, for an account of its own; the exit code. Nothing of it is left."""
    from sshtui.demo.scene import demo_scene
    from sshtui.web.serving import Wish, free_port
    from sshtui.web.tryout import Tryout

    os.environ.pop("SSH_AUTH_SOCK", None)
    with demo_scene() as scene:
        # The app is a process of its own and looks for OpenSSH's files at home.
        home = scene.directory / "person"
        home.mkdir(mode=0o700)
        (home / ".ssh").symlink_to(scene.ssh_dir)
        os.environ["HOME"] = str(home)
        paths = Paths.default(scene.config_dir)
        tryout = Tryout.enrolled(paths.console_file)
        try:
            code = run_console(paths, Wish(port=free_port()), tryout.tell)
            return 0 if code == 128 + signal.SIGINT else code
        finally:
            _end_app(paths)
            shutil.rmtree(paths.run_dir, ignore_errors=True)


def _end_app(paths: Paths) -> None:
    """End what we started on these files, and wait until it has written its last."""
    from sshtui.attach.asking import ask, state_of

    for instance in Places(paths.run_dir).running():
        with contextlib.suppress(SshtuiError):
            pid = int(state_of(instance.socket)["pid"])
            ask(instance.socket, "quit")
            deadline = time.monotonic() + LAST_WORDS
            with contextlib.suppress(ChildProcessError):
                while os.waitpid(pid, os.WNOHANG) == (0, 0) and time.monotonic() < deadline:
                    time.sleep(0.02)


def run_console(paths: Paths, wish: Wish, meanwhile: Callable[[], Coroutine[Any, Any, None]] | None = None) -> int:
    """Serve the browser console until a signal comes; the exit code. The app starts when the first page is let in.

    `meanwhile` runs while it serves.
    """
    from sshtui.attach.frames import Hello
    from sshtui.attach.viewer import attached
    from sshtui.web import serving
    from sshtui.web.server import ConsoleFiles
    from sshtui.web.tls import Certificate

    starting = asyncio.Lock()

    @asynccontextmanager
    async def open_viewer(size: Size) -> AsyncIterator[Viewer]:
        # Two pages that come at once look at one app.
        async with starting:
            app = await app_for_viewers(paths, die_with_parent=True)
        async with attached(app, Hello(size, kind="browser")) as viewer:
            yield viewer

    files = ConsoleFiles(
        enrolment=paths.console_file,
        limits=paths.console_limits_file,
        audit=paths.console_audit_file,
        control=paths.console_socket,
        transfer=paths.transfer_dir,
    )
    own = Certificate(paths.console_certificate, paths.console_key)
    return serving.run(wish, files, own, open_viewer, leader=_leader(paths), made=_exported(paths), meanwhile=meanwhile)


def _exported(paths: Paths) -> Mapping[str, Callable[[], bytes]]:
    """The saved hosts as files, made when they are asked for."""
    from sshtui.store.exporters import exported

    names = {"json": "hosts.json", "csv": "hosts.csv", "ssh_config": "hosts.conf", "putty": "hosts.reg"}

    def made(format: str) -> bytes:
        store = HostStore(paths.hosts_file)
        return exported(format, store.readable(), store.effective).encode()

    return {name: partial(made, format) for format, name in names.items()}


def _leader(paths: Paths) -> str:
    """What the leader of the keymap sends; "" when it is switched off."""
    from sshtui.terminal.keyboard import encode
    from sshtui.terminal.modes import Modes
    from sshtui.ui.keymap import Keymap

    name = Keymap(load_keymap(paths.keymap_file)[0]).leader
    return encode(Keystroke(name), Modes()).decode() if name else ""


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

    def change(host: Host) -> None:
        # What dialogs keep in a saved host is undone as what is typed on its card.
        history.save([(host, host.name)])

    def remember(host: Host, key_pair: KeyPair) -> None:
        saved = hosts.get(host.name)
        if saved is not None and key_pair.path:
            change(replace(saved, key_pair=key_pair.path))

    def allow_old(host: Host, algorithms: Sequence[str]) -> None:
        from sshtui.model.further_fields import OLD_ALGORITHMS

        saved = hosts.get(host.name)
        if saved is not None:
            change(replace(saved, extra={**saved.extra, OLD_ALGORITHMS: list(algorithms)}))

    keeper = make_keeper(paths, hosts)
    codes = Codes()

    def remembering(prompter: Prompter, host: Host) -> RememberingPrompter:
        return RememberingPrompter(prompter, keeper, codes, host)

    def secrets_screen(prompter: Prompter) -> SecretsScreen:
        from sshtui.ui.screens.secrets import SecretsScreen

        return SecretsScreen(keeper, prompter)

    wire = LazyWire(lambda: _wire(paths, settings, lookup, remember, allow_old), remembering)

    def every_host() -> Sequence[Host]:
        own = hosts.hosts()
        names = {host.name for host in own}
        return (*own, *(host for host in lookup.read_only() if host.name not in names))

    def key_workshop(prompter: Prompter) -> KeysScreen:
        return _key_workshop(paths, change, every_host, wire, prompter)

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
        save_setting=lambda name, value: save_setting(paths.settings_file, name, value),
        keymap=keymap,
        open_at_start=destination,
        problems=(*(str(problem) for problem in problems), *keeper.plain_warnings()),
        secrets_screen=secrets_screen,
        diagnose=wire.diagnose,
        at_end=keeper.settle,
        effective=hosts.effective,
        why=lambda host: lookup.why(host.name, settings, paths.ssh_dir.parent),
        reach=wire.reach,
        warm_up=wire.settle,
    )


def _known_hosts_screen(paths: Paths, prompter: Prompter) -> KnownHostsScreen:
    from sshtui.ssh.known_hosts import SYSTEM_WIDE, KnownHosts
    from sshtui.ui.screens.known_hosts import KnownHostsScreen, KnownHostsTools

    async def ask_for(address: str, port: int) -> Sequence[HostKey]:
        from sshtui.ssh.scan import scan

        return await scan(address, port)

    return KnownHostsScreen(KnownHostsTools(KnownHosts(paths.known_hosts, SYSTEM_WIDE), ask_for), prompter)


def make_keeper(paths: Paths, hosts: HostStore) -> Keeper:
    """The owner of the saved secrets of `hosts`."""
    return Keeper(hosts, Vault(paths.vault_file), KeyringStore(), paths.forgotten_file)


def _key_workshop(
    paths: Paths,
    change: Callable[[Host], None],
    every_host: Callable[[], Sequence[Host]],
    wire: LazyWire,
    prompter: Prompter,
) -> KeysScreen:
    from sshtui.keys import install as keys
    from sshtui.ui.screens.keys import KeysScreen
    from sshtui.ui.screens.keys_bench import KeyTools

    @asynccontextmanager
    async def account_on(host: Host) -> AsyncIterator[keys.Account]:
        dialer = (await wire.ready()).dialer
        from sshtui.ssh.commands import commands_on

        async with commands_on(dialer, host, wire.remembering(prompter, host)) as account:
            yield account

    async def install(host: Host, path: Path) -> str:
        async with account_on(host) as account:
            return (await keys.install_file(account, path)).words

    async def uninstall(host: Host, path: Path) -> str:
        async with account_on(host) as account:
            return (await keys.uninstall_file(account, path)).words

    async def rotate(host: Host, path: Path, old: Path) -> str:
        async with account_on(host) as account:
            added, removed = await keys.rotate_file(account, path, old)
            return f"{added.words}, proved; the old key {removed.words}"

    def use(host: Host, path: Path) -> None:
        change(replace(host, key_pair=str(path)))

    agent_path = os.environ.get("SSH_AUTH_SOCK") or None
    tools = KeyTools(
        paths.ssh_dir, agent_path, every_host, install, use, uninstall, rotate, agent_started=wire.use_agent
    )
    return KeysScreen(tools, prompter)


def _wire(
    paths: Paths,
    settings: Settings,
    lookup: Lookup,
    remember: Callable[[Host, KeyPair], None],
    allow_old: Callable[[Host, Sequence[str]], None],
) -> Wire:
    from sshtui.keys.identities import FileAndAgentIdentities
    from sshtui.ssh.dialer import SshDialer
    from sshtui.ssh.known_hosts import SYSTEM_WIDE, KnownHosts

    agent_path = os.environ.get("SSH_AUTH_SOCK") or None
    identities = FileAndAgentIdentities(paths.ssh_dir, agent_path)
    dialer = SshDialer(
        KnownHosts(paths.known_hosts, SYSTEM_WIDE),
        identities,
        settings,
        lookup.hop,
        prepare=lookup.connecting,
        remember=remember,
        allow_old=allow_old,
        agent_path=agent_path,
    )
    return Wire(dialer, identities)
