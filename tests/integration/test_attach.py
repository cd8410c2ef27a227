"""Apps without a terminal and those who look at them, as processes: whatever ends one leaves the others well."""

from __future__ import annotations

import asyncio
import hashlib
import os
import random
import re
import resource
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from sshtui.attach.asking import state_of
from sshtui.attach.frames import DATA, META, PACKED, Frame, Hello, data, fact, frame, meta
from sshtui.attach.places import Instance, Places
from sshtui.attach.viewer import Viewer, attached
from sshtui.model.geometry import Size
from sshtui.terminal.emulator import Emulator
from tests.integration.surroundings_terminal import Terminal
from tests.lacking import lacking
from tests.waiting import eventually, until

HERE = Path(__file__).parent
ROOT = HERE.parents[1]


class ProbeApp:
    """The app of attach_probe, running."""

    def __init__(self, directory: Path, *arguments: str) -> None:
        self.log = directory / "log"
        self.places = Places(directory / "run")
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.integration.attach_probe", self.log, directory / "run", *arguments],
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=(directory / "errors").open("wb"),
            start_new_session=True,
            env={**os.environ, "TEXTUAL_COLOR_SYSTEM": "truecolor"},
        )
        until(self.places.running, "app that listens", 20)
        self.instance: Instance = self.places.running()[0]
        until(lambda: self.notes("tick"), "tick", 20)

    def notes(self, text: str) -> list[float]:
        """When a note that starts with `text` was taken."""
        if not self.log.exists():
            return []
        lines = [line.split(" ", 1) for line in self.log.read_text().splitlines(keepends=True) if line.endswith("\n")]
        return [float(when) for when, what in lines if what.startswith(text)]

    def memory(self) -> int:
        """Bytes it holds."""
        return int(Path(f"/proc/{self.process.pid}/statm").read_text().split()[1]) * resource.getpagesize()

    def end(self) -> None:
        self.process.kill()
        self.process.wait()


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[..., ProbeApp]]:
    apps: list[ProbeApp] = []

    def start(*arguments: str) -> ProbeApp:
        apps.append(ProbeApp(tmp_path, *arguments))
        return apps[-1]

    yield start
    for app in apps:
        app.end()


@pytest.fixture
def app(start: Callable[..., ProbeApp]) -> ProbeApp:
    return start()


@pytest.fixture
def sit_down() -> Iterator[Callable[[ProbeApp], Terminal]]:
    """Attaches a terminal of 100 by 30."""
    terminals: list[Terminal] = []

    def sit_down(app: ProbeApp) -> Terminal:
        terminal = Terminal([sys.executable, HERE / "attach_terminal.py", app.instance.socket])
        terminals.append(terminal)
        terminal.read_until(lambda: b"ready" in terminal.seen or b"frame" in terminal.seen)
        return terminal

    yield sit_down
    for terminal in terminals:
        terminal.end()


class Screen:
    """What a viewer's terminal shows of the frames it gets."""

    def __init__(self, viewer: Viewer, size: Size) -> None:
        self.viewer = viewer
        self.emulator = Emulator(size)
        self.sent = b""
        self.facts: list[str] = []

    async def shows(self, text: str) -> str:
        """The screen as soon as `text` stands on it."""
        await self.until(f"{text} is shown", lambda: text in self.text())
        return self.text()

    async def until(self, what: str, condition: Callable[[], bool]) -> None:
        """Take frames until `condition()` is true."""
        try:
            async with asyncio.timeout(15):
                while not condition():
                    frame = await self.viewer.read()
                    assert frame is not None, f"the app was gone before {what}: {self.facts}"
                    self.take(frame)
        except TimeoutError:
            raise AssertionError(f"waited in vain: {what}\n{self.text()}") from None

    def take(self, frame: Frame) -> None:
        if frame.kind == DATA:
            self.sent += frame.payload
            self.emulator.feed(frame.payload)
        elif frame.kind == META:
            self.facts.append(fact(frame.payload).type)

    def text(self) -> str:
        return "\n".join(self.emulator.row(row).text.rstrip() for row in range(self.emulator.size.rows))


def test_a_terminal_is_given_back_when_the_app_ends(app: ProbeApp, sit_down: Callable[..., Terminal]) -> None:
    terminal = sit_down(app)
    terminal.type("q")
    terminal.read_until(terminal.ended, 10)
    assert terminal.process.returncode == 0
    assert app.process.wait(5) == 0
    terminal.assert_given_back()
    assert b"[quit 0]" in terminal.seen


def test_a_terminal_is_given_back_when_the_app_is_killed(app: ProbeApp, sit_down: Callable[..., Terminal]) -> None:
    terminal = sit_down(app)
    app.process.kill()
    terminal.read_until(terminal.ended, 5)
    assert terminal.process.returncode == 1
    terminal.assert_given_back()
    assert b"[gone 1]" in terminal.seen
    assert app.places.running() == ()


@pytest.mark.parametrize(
    ("number", "code"), [(signal.SIGTERM, 143), (signal.SIGHUP, 129), (signal.SIGINT, 130), (signal.SIGQUIT, 131)]
)
def test_a_signal_to_the_viewer_gives_its_terminal_back_and_leaves_the_app(
    app: ProbeApp, sit_down: Callable[..., Terminal], number: signal.Signals, code: int
) -> None:
    terminal = sit_down(app)
    terminal.process.send_signal(number)
    terminal.read_until(terminal.ended, 5)
    assert terminal.process.returncode == code
    terminal.assert_given_back()
    again = sit_down(app)
    again.type("q")
    again.read_until(again.ended, 5)


def test_a_terminal_that_vanishes_or_a_viewer_that_is_killed_leaves_the_app(
    app: ProbeApp, sit_down: Callable[..., Terminal]
) -> None:
    terminal = sit_down(app)
    terminal.process.kill()
    terminal.process.wait()
    again = sit_down(app)
    again.type("k")
    again.read_until(lambda: bool(app.notes("key k")))


def test_a_viewer_that_is_stopped_gives_the_terminal_back_and_comes_again(
    app: ProbeApp, sit_down: Callable[..., Terminal]
) -> None:
    terminal = sit_down(app)
    terminal.process.send_signal(signal.SIGTSTP)
    terminal.read_until(lambda: _state(terminal.process.pid) == "T")
    terminal.assert_given_back()
    terminal.seen = b""
    terminal.process.send_signal(signal.SIGCONT)
    terminal.read_until(lambda: b"\x1b[?1049h" in terminal.seen and b"ready" in terminal.seen)
    terminal.type("k")
    terminal.read_until(lambda: bool(app.notes("key k")))


def _state(pid: int) -> str:
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]


def test_a_stalled_terminal_stalls_no_app_and_comes_again_by_itself(
    start: Callable[..., ProbeApp], sit_down: Callable[..., Terminal]
) -> None:
    app = start("flood", "impatient")
    terminal = sit_down(app)
    ticks = len(app.notes("tick"))
    terminal.wait_without_reading(lambda: state_of(app.instance.socket)["viewers"] == 0, 60)
    assert len(app.notes("tick")) > ticks + 10
    terminal.seen = b""
    terminal.read_until(lambda: b"\x1b[?1049h" in terminal.seen and b"frame" in terminal.seen, 20)
    terminal.type("q")
    terminal.read_until(terminal.ended, 10)
    terminal.assert_given_back()


async def test_a_mistake_of_ours_is_told_by_its_code_and_reported_without_the_values_of_variables(
    app: ProbeApp, tmp_path: Path
) -> None:
    size = Size(80, 24)
    async with attached(app.instance.socket, Hello(size)) as viewer:
        screen = Screen(viewer, size)
        await screen.shows("ready")
        viewer.type(b"x")
        await screen.until("the app has ended", lambda: "bye" in screen.facts)
    assert app.process.wait(5) == 1
    report = (tmp_path / "errors").read_text()
    assert "ValueError" in report
    assert "correct horse" not in report
    assert "correct horse" not in screen.text()


async def test_two_viewers_see_the_same_and_the_smaller_size_wins(app: ProbeApp) -> None:
    big, small = Size(120, 40), Size(60, 50)
    async with attached(app.instance.socket, Hello(big)) as one:
        first = Screen(one, big)
        await first.shows("ready")
        async with attached(app.instance.socket, Hello(small)) as other:
            second = Screen(other, small)
            await second.shows("ready")
            other.type(b"z")
            await asyncio.to_thread(until, lambda: app.notes("key z"), "keystroke")
            await eventually(lambda: app.notes("size 60x40"), "the size is the smaller of each")
        # Alone again, the first has its own size.
        await eventually(
            lambda: app.notes("size 120x40")[-1:] > app.notes("size 60x40")[-1:], "the size is the first one's"
        )
        one.type(b"q")
        while (last := await one.read()) is not None:
            first.take(last)
        assert first.facts[-1] == "bye"


async def test_what_stands_beside_a_smaller_picture_is_blank(app: ProbeApp) -> None:
    big, small = Size(100, 30), Size(40, 10)
    async with attached(app.instance.socket, Hello(big)) as one:
        first = Screen(one, big)
        one.type(b"f")
        await first.shows("filled" + "#" * 60)
        async with attached(app.instance.socket, Hello(small)) as other:
            await Screen(other, small).shows("filled")
            async with asyncio.timeout(10):
                while any(len(line) > 40 for line in first.text().split("\n")) or "filled" not in first.text():
                    first.take(await _frame(one))
            assert not any(line.strip() for line in first.text().split("\n")[10:])


async def _frame(viewer: Viewer) -> Frame:
    frame = await viewer.read()
    assert frame is not None
    return frame


async def test_two_hundred_thousand_random_frames_cost_no_memory_and_stop_nothing(app: ProbeApp) -> None:
    chance = random.Random(71)
    noise = [
        # Without the letters that have the probe quit, raise or block.
        *(data(chance.randbytes(chance.randrange(12)).translate(None, b"qxtbfcs")) for _ in range(5)),
        *(meta(chance.choice(["resize", "hum"]), columns=chance.randrange(-9, 999), rows=9) for _ in range(9)),
        *(frame(PACKED, chance.randbytes(chance.randrange(40))) for _ in range(986)),
    ]
    size = Size(80, 24)
    async with (
        attached(app.instance.socket, Hello(size)) as viewer,
        attached(app.instance.socket, Hello(size)) as other,
    ):
        await Screen(other, size).shows("ready")
        before = app.memory()
        reading = asyncio.create_task(_read_on(viewer))
        watching = asyncio.create_task(_read_on(other))
        for _ in range(200):
            viewer._send(b"".join(chance.choices(noise, k=1000)))  # frames nobody may send otherwise
            await viewer.drained()
        other.type(b"y")
        await eventually(lambda: app.notes("key y"), "it hears the other viewer", 30)
        assert app.memory() - before <= 20_000_000
        reading.cancel()
        watching.cancel()


async def _read_on(viewer: Viewer) -> None:
    while await viewer.read() is not None:
        pass


@pytest.mark.root
def test_another_account_cannot_connect_even_where_it_can_reach_the_socket(app: ProbeApp) -> None:
    if os.geteuid() != 0:
        lacking("becoming another account needs root")
    for directory in app.instance.socket.parents:
        if not directory.stat().st_mode & 0o001:
            directory.chmod(0o711)
    app.instance.socket.chmod(0o666)
    # Permissions let it in now; what is left is who the kernel says it is.
    script = (
        "import os, socket, sys\n"
        "os.setgid(65534); os.setuid(65534)\n"
        "link = socket.socket(socket.AF_UNIX); link.connect(sys.argv[1])\n"
        "try:\n"
        '    link.sendall(b\'M\\0\\0\\0\\x11{"type":"status"}\')\n'
        "    print(link.recv(100))\n"
        "except ConnectionError:\n    print(b'')\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, str(app.instance.socket)], capture_output=True, text=True, timeout=20
    )
    assert done.stdout == "b''\n", done.stderr


async def test_a_link_and_a_copied_text_go_to_the_viewer_who_asked(app: ProbeApp) -> None:
    size = Size(80, 24)
    async with attached(app.instance.socket, Hello(size)) as one, attached(app.instance.socket, Hello(size)) as other:
        first, second = Screen(one, size), Screen(other, size)
        one.type(b"u")
        await first.until("the link is to be opened", lambda: "open_url" in first.facts)
        other.type(b"c")
        await second.until("the text is copied", lambda: b"\x1b]52;c;Y29waWVk\x07" in second.sent)
        one.type(b"q")
        await first.until("the app has ended", lambda: "bye" in first.facts)
        await second.until("the app has ended", lambda: "bye" in second.facts)
    assert b"\x1b]52;" not in first.sent
    assert "open_url" not in second.facts


@pytest.mark.parametrize(
    ("hello", "absent"),
    [
        (Hello(Size(80, 24), colours=256), rb"[34]8;2;"),
        (Hello(Size(80, 24), colours=16), rb"[34]8;[25];"),
        (Hello(Size(80, 24), colours=0), rb"\x1b\[[\d;]*(?<!\d)(?:[34]\d|9[0-7])[\d;]*m"),
        (Hello(Size(80, 24), unicode=False), rb"[\x80-\xff]"),
    ],
    ids=["256 colours", "16 colours", "no colours", "no Unicode"],
)
async def test_a_viewer_gets_only_what_its_terminal_can_show(app: ProbeApp, hello: Hello, absent: bytes) -> None:
    async with attached(app.instance.socket, Hello(Size(80, 24))) as rich, attached(app.instance.socket, hello) as poor:
        first, second = Screen(rich, hello.size), Screen(poor, hello.size)
        rich.type(b"p")
        await first.shows("panel")
        await second.shows("panel")
    assert b"38;2;255;128;0" in first.sent
    assert "╭".encode() in first.sent
    assert re.search(absent, second.sent) is None


async def test_a_large_paste_arrives_whole_and_other_keystrokes_are_heard_meanwhile(app: ProbeApp) -> None:
    text = "".join(f"line {number}\n" for number in range(300_000))
    size = Size(80, 24)
    async with attached(app.instance.socket, Hello(size)) as one, attached(app.instance.socket, Hello(size)) as other:
        await Screen(one, size).shows("ready")
        await Screen(other, size).shows("ready")
        one.type(b"\x1b[200~" + text.encode() + b"\x1b[201~")
        other.type(b"k")
        digest = hashlib.sha256(text.encode()).hexdigest()
        await eventually(lambda: app.notes(f"paste {digest}"), "the paste is whole", 30)
        assert app.notes("key k")


async def test_a_tab_on_a_lone_escape_needs_no_second_keystroke(app: ProbeApp) -> None:
    async with attached(app.instance.socket, Hello(Size(80, 24))) as viewer:
        viewer.type(b"\x1b")
        await eventually(lambda: app.notes("key escape"), "Esc is heard")
        viewer.type(b"\x1b[")
        viewer.type(b"A")
        await eventually(lambda: app.notes("key up"), "a split sequence is one keystroke")


async def test_without_viewers_nothing_is_painted_until_the_next_one(
    start: Callable[..., ProbeApp],
) -> None:
    app = start("flood")
    size = Size(80, 24)
    async with attached(app.instance.socket, Hello(size)) as viewer:
        await Screen(viewer, size).shows("frame")
    await eventually(lambda: not state_of(app.instance.socket)["viewers"], "it is gone")
    before = app.notes("painted")
    await eventually(lambda: len(app.notes("tick")) > len(before) + 40, "the app goes on", 20)
    assert len(app.notes("painted")) <= len(before) + 1
    async with attached(app.instance.socket, Hello(size)) as viewer:
        await Screen(viewer, size).shows("frame")
