"""The real command in a pseudo-terminal on a real server: pastes, sizes, environments, modes, hostile words."""

from __future__ import annotations

import contextlib
import os
import re
import select
import stat
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.integration.surroundings_terminal import Terminal
from tests.servers.openssh import OpenSSH

COMMAND = Path(sys.executable).with_name("sshtui")
PATIENCE = 30.0

_STYLING = re.compile(rb"\x1b\[[0-9;?]*[A-Za-z]")
HOSTILE = "\x1b]0;PWN\x07\x9b31mPWN\x9d0;PWN\x9c\x0ePWN\u202ePWN\x1bP$qPWN\x1b\\"


class App(Terminal):
    """The command with arguments; `shown` looks at the words without their colours."""

    def shown(self, words: str) -> bool:
        return words.encode() in _STYLING.sub(b"", self.seen)

    def await_words(self, words: str, seconds: float = PATIENCE) -> None:
        self.read_until(lambda: self.shown(words), seconds)

    def run(self, line: str, words: str) -> None:
        """Type a command line and wait for what it prints."""
        self.seen = b""
        self.type(f"{line}\r")
        self.await_words(words)

    def write(self, data: bytes) -> None:
        """Type much, reading meanwhile what is painted."""
        os.set_blocking(self.master, False)
        while data:
            readable, writable, _ = select.select([self.master], [self.master], [])
            if readable:
                self.seen += os.read(self.master, 65536)
            if writable:
                data = data[os.write(self.master, data[:4096]) :]
        os.set_blocking(self.master, True)


@pytest.fixture
def open_app(tmp_path: Path) -> Iterator[Callable[..., App]]:
    """`open_app(*arguments)`: the app on a configuration of its own, ended after the test."""
    apps: list[App] = []

    def start(*arguments: str | Path) -> App:
        app = App([COMMAND, "--config-dir", tmp_path / "config", *arguments])
        apps.append(app)
        return app

    yield start
    for app in apps:
        app.end()


@pytest.fixture
def on_server(open_app: Callable[..., App], surroundings: Path, client_key: Path) -> Callable[[OpenSSH], App]:
    """`on_server(sshd)`: the app with a live tab on `sshd`, whose host key is known."""

    def connect(sshd: OpenSSH) -> App:
        (surroundings / ".ssh").mkdir(mode=0o700, exist_ok=True)
        (surroundings / ".ssh" / "known_hosts").write_text(f"[127.0.0.1]:{sshd.port} {sshd.host_keys[0].line}\n")
        app = open_app("-i", client_key, f"{sshd.user}@127.0.0.1:{sshd.port}")
        app.await_words("connected")
        app.run("PS1=; echo ready-$((40+2))", "ready-42")
        return app

    return connect


def test_megabytes_are_pasted_whole(on_server: Callable[[OpenSSH], App], sshd: OpenSSH, tmp_path: Path) -> None:
    text = "".join(f"{number:07d} {'x' * 91}\r" for number in range(50_000)).encode()
    arrived = tmp_path / "arrived"
    app = on_server(sshd)
    # Raw: a terminal that puts lines together ends a reader early now and then when it is given so much.
    app.run(f"stty raw -echo; echo go-$((1+1)); head -c {len(text)} > {arrived}; stty sane", "go-2")
    app.write(b"\x1b[200~" + text + b"\x1b[201~")
    app.await_words("50000 lines, 5000000 characters")
    for _ in range(10):
        # A dialog that has just opened takes no answer; later the shell takes the line end for an empty command.
        app.type("\r")
        with contextlib.suppress(AssertionError):
            app.read_until(lambda: arrived.stat().st_size == len(text), 3)
            break
    assert arrived.read_bytes() == text


def test_after_a_storm_of_resizes_the_remote_has_the_last_size_and_was_not_flooded(
    on_server: Callable[[OpenSSH], App], sshd: OpenSSH, monkeypatch: pytest.MonkeyPatch
) -> None:
    # What a shell may have exported when the window had another size.
    monkeypatch.setenv("COLUMNS", "91")
    monkeypatch.setenv("LINES", "19")
    app = on_server(sshd)
    before = sshd.log.count("req window-change")
    sizes = [(1, 1), (2, 2), (500, 200), (20, 5), (0, 0), (120, 40), (300, 3), (3, 300)]
    for number in range(400):
        app.resize(*sizes[number % len(sizes)])
        if select.select([app.master], [], [], 0.002)[0]:
            app.seen += os.read(app.master, 65536)
    app.resize(70, 24)
    app.read_until(lambda: sshd.log.count("req window-change") > before)
    app.run("until [ \"$(stty size)\" = '22 70' ]; do sleep 0.1; done; echo settled-$((40+2))", "settled-42")
    assert sshd.log.count("req window-change") - before < 100


WORLDS: dict[str, dict[str, str | None]] = {
    "no TERM": {"TERM": None},
    "dumb": {"TERM": "dumb"},
    "nonsense": {"TERM": "no-such-terminal"},
    "console": {"TERM": "linux"},
    "screen": {"TERM": "screen"},
    "without colour": {"NO_COLOR": "1"},
    "no locale": {"LANG": None},
    "C": {"LC_ALL": "C"},
    "KOI8-R": {"LC_ALL": "ru_RU.KOI8-R"},
    "nonsense locale": {"LC_ALL": "xx_YY.ZZZ"},
}


def test_it_starts_and_quits_in_every_surroundings_and_gives_the_terminal_back(
    open_app: Callable[..., App], monkeypatch: pytest.MonkeyPatch
) -> None:
    apps = {}
    for name, changes in WORLDS.items():
        with monkeypatch.context() as patch:
            for variable, value in changes.items():
                if value is None:
                    patch.delenv(variable, raising=False)
                else:
                    patch.setenv(variable, value)
            apps[name] = open_app()
    for app in apps.values():
        app.await_words("No hosts yet.", 60)
        app.type("q")
    for name, app in apps.items():
        app.read_until(app.ended, PATIENCE)
        assert app.process.returncode == 0, (name, app.seen[-3000:].decode())
        app.assert_given_back()
    for name in ("C", "KOI8-R", "console"):
        words = _STYLING.sub(b"", apps[name].seen).decode("utf-8", "replace")
        assert not re.findall(r".{0,20}[^\x00-\x7f]+.{0,20}", words), name


def test_whatever_the_umask_everything_it_makes_is_private(
    on_server: Callable[[OpenSSH], App], sshd: OpenSSH, surroundings: Path, tmp_path: Path
) -> None:
    before = os.umask(0)
    try:
        app = on_server(sshd)
    finally:
        os.umask(before)
    app.type("\x1c" + "h")
    app.await_words("? help")
    app.seen = b""
    app.type("abox\t127.0.0.1\r")
    config = tmp_path / "config"
    app.read_until(lambda: (config / "hosts.toml").exists())
    made = [path for place in (config, surroundings) for path in (place, *place.rglob("*"))]
    assert any(path.name == "hosts.toml" for path in made)
    ours = [path for path in made if path not in (surroundings, surroundings / ".ssh" / "known_hosts")]
    loose = [path for path in ours if stat.S_IMODE(path.stat().st_mode) & 0o077]
    assert loose == []


def test_a_servers_words_never_steer_the_outer_terminal(
    on_server: Callable[[OpenSSH], App], start_sshd: Callable[..., OpenSSH]
) -> None:
    sshd = start_sshd(banner=f"Welcome {HOSTILE}\n")
    app = on_server(sshd)
    everything = app.seen
    escaped = HOSTILE.encode().replace(b"\x1b", rb"\033").replace(b"\x07", rb"\007").decode()
    app.run(f"printf 'title: %b\\n' '{escaped}'; echo do''ne", "done")
    app.type("\x1c" + "i")
    app.await_words("key exchange")
    app.type("\x1b")
    everything += app.seen
    for sequence in (b"\x1b]0;PWN", b"\x1b]2;PWN", b"\xc2\x9b", b"\xc2\x9d", b"\x0e", "\u202e".encode(), b"\x1bP"):
        assert sequence not in everything, sequence
