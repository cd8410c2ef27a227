"""A small app for test_surroundings: writes a line for each tick and keystroke to the file named on its command line.

Keys: `x` raises with a secret in a local variable, `t` has a task fail, `q` quits, `s` stops the flood, `c` copies,
`b` blocks the event loop for ever, `f` fills the screen, `p` paints in colours, `u` opens a link. With `flood` as
second argument it paints another full screen ten times a second. With `unwatched` its event loop cannot watch the
terminal, as on systems that poll no devices. At its end it warns as asyncio does of a write to a connection that is
gone.
"""

from __future__ import annotations

import asyncio
import errno
import hashlib
import logging
import sys
import time
from pathlib import Path
from typing import Any

from textual import events
from textual.app import ComposeResult
from textual.timer import Timer
from textual.widgets import Static

from sshtui.attach.own_terminal import require_tty
from sshtui.errors import SshtuiError
from sshtui.session.tasks import crash_loudly
from sshtui.ui.steady import SteadyApp
from sshtui.ui.surroundings import run


class Probe(SteadyApp[int]):
    def __init__(self, log: Path, flood: bool) -> None:
        super().__init__()
        self.log_file = log.open("a", buffering=1)
        self.flood = flood
        self.frames = 0
        self.flooding: Timer | None = None
        self.ticking: asyncio.Task[None] | None = None

    def compose(self) -> ComposeResult:
        yield Static("ready", id="picture")

    def on_mount(self) -> None:
        self.ticking = asyncio.create_task(self.tick())
        if self.flood:
            self.flooding = self.set_interval(1 / 10, self.paint)
        self.note("mounted")

    def note(self, text: str) -> None:
        self.log_file.write(f"{time.monotonic():.3f} {text}\n")

    async def tick(self) -> None:
        while True:
            await asyncio.sleep(0.05)
            self.note("tick")

    def paint(self) -> None:
        self.frames += 1
        # Each cell changes its colour, so a frame is large.
        row = "".join(f"[#{(self.frames * 7 + column) % 256:02x}{column:02x}80]x[/]" for column in range(100))
        self.query_one("#picture", Static).update("\n".join([f"frame {self.frames}", *[row] * 28]))

    def on_resize(self, event: events.Resize) -> None:
        self.note(f"size {event.size.width}x{event.size.height}")

    def on_paste(self, event: events.Paste) -> None:
        self.note(f"paste {hashlib.sha256(event.text.encode()).hexdigest()}")

    def post_display_hook(self) -> None:
        if not self.is_headless:
            self.note("painted")

    def on_key(self, event: events.Key) -> None:
        self.note(f"key {event.key}")
        if event.key == "x":
            passphrase = "correct horse"
            raise ValueError(f"a mistake \x1b]0;PWN\x07 {len(passphrase)}")
        if event.key == "t":
            loop = asyncio.get_running_loop()
            loop.call_exception_handler({"message": "a task crashed", "exception": ValueError("in the background")})
        if event.key == "o":
            asyncio.create_task(forbidden(), name="pump").add_done_callback(crash_loudly)
        if event.key == "b":
            while True:
                time.sleep(3600)
        if event.key == "s" and self.flooding:
            self.flooding.stop()
            self.query_one("#picture", Static).update("the flood is over")
        if event.key == "f":
            self.query_one("#picture", Static).update("filled" + "#" * 5000)
        if event.key == "u":
            self.open_url("https://example.org/")
        if event.key == "p":
            self.query_one("#picture", Static).update("[#ff8000 on #001040]╭ panel ●[/]")
        if event.key == "q":
            self.exit()
        if event.key == "c":
            self.copy_to_clipboard("copied")


async def forbidden() -> None:
    """A task of a session that meets what it does not expect."""
    raise PermissionError(errno.EPERM, "of a session")


class Unwatching(asyncio.SelectorEventLoop):
    """A loop of a system that cannot say when a terminal has something to read."""

    def add_reader(self, fd: Any, callback: Any, *args: Any) -> None:  # type: ignore[override]  # reads nothing
        raise PermissionError(errno.EPERM, "this device cannot be watched")


class Policy(asyncio.DefaultEventLoopPolicy):
    def new_event_loop(self) -> asyncio.AbstractEventLoop:
        return Unwatching()


if __name__ == "__main__":
    if "unwatched" in sys.argv:
        asyncio.set_event_loop_policy(Policy())
    try:
        require_tty()
    except SshtuiError as error:
        print(error.sentence, file=sys.stderr)
        sys.exit(error.exit_code)
    code = run(Probe(Path(sys.argv[1]), "flood" in sys.argv))
    logging.getLogger("asyncio").warning("socket.send() raised exception.")
    sys.exit(code)
