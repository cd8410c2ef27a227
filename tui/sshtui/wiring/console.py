"""The browser console before the app that outlives its viewers."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping
from contextlib import asynccontextmanager
from functools import partial
from typing import TYPE_CHECKING, Any

from sshtui.model.geometry import Size
from sshtui.model.keystrokes import Keystroke
from sshtui.store.hosts import HostStore
from sshtui.store.keymap import load_keymap
from sshtui.store.paths import Paths
from sshtui.wiring.detached import app_for_viewers

if TYPE_CHECKING:
    from sshtui.web.protocols import Viewer
    from sshtui.web.serving import Wish


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
