"""The app in a real pseudo-terminal: whatever ends it, the terminal is given back; a stalled one stalls nothing."""

from __future__ import annotations

import os
import pty
import re
import signal
import subprocess
import sys
import termios
import time
from collections.abc import Callable, Iterator
from functools import partial
from itertools import pairwise
from pathlib import Path

import pytest

from tests.integration.surroundings_terminal import Terminal

PROBE = Path(__file__).with_name("surroundings_probe.py")


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[..., Terminal]]:
    terminals: list[Terminal] = []

    def start(*arguments: str) -> Terminal:
        log = tmp_path / f"log{len(terminals)}"
        terminal = Terminal([sys.executable, PROBE, log, *arguments], log)
        terminals.append(terminal)
        terminal.read_until(lambda: terminal.ticks() > 0)
        return terminal

    yield start
    for terminal in terminals:
        terminal.end()


@pytest.mark.parametrize(
    ("number", "code"), [(signal.SIGTERM, 143), (signal.SIGHUP, 129), (signal.SIGINT, 130), (signal.SIGQUIT, 131)]
)
def test_a_signal_gives_the_terminal_back_and_is_the_exit_code(
    start: Callable[..., Terminal], number: signal.Signals, code: int
) -> None:
    terminal = start()
    terminal.process.send_signal(number)
    terminal.read_until(terminal.ended, 5)
    assert terminal.process.returncode == code
    terminal.assert_given_back()


def test_of_two_sizes_that_follow_each_other_at_once_the_last_one_stays(start: Callable[..., Terminal]) -> None:
    terminal = start()

    def told(size: str) -> bool:
        return [text for _when, text in terminal.notes() if text.startswith("size ")][-1] == size

    for number in range(200):
        terminal.resize(80, 20 + number % 2)
        # From together to a third of a millisecond apart: somewhere there the second meets the handler of the first.
        together = time.perf_counter() + number % 20 / 60_000
        while time.perf_counter() < together:
            pass
        terminal.resize(100 + number % 3, 30)
        terminal.read_until(partial(told, f"size {100 + number % 3}x30"), 5)


def test_a_browser_that_stays_takes_neither_the_terminal_nor_the_apps_time(
    start: Callable[..., Terminal], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened, gate = tmp_path / "opened", tmp_path / "gate"
    os.mkfifo(gate)
    browser = tmp_path / "browser"
    browser.write_text(f"#!/bin/sh\n(: < /dev/tty) 2> {opened}.tty; echo $1 > {opened}; read x < {gate}\n")
    browser.chmod(0o755)
    monkeypatch.setenv("BROWSER", str(browser))
    terminal = start()
    terminal.type("u")
    terminal.read_until(lambda: opened.exists() and opened.read_text() == "https://example.org/\n")
    terminal.type("f")
    terminal.read_until(lambda: b"filled" in terminal.seen, 5)
    gate.write_text("closed\n")
    assert "/dev/tty" in Path(f"{opened}.tty").read_text()


@pytest.mark.parametrize("how", [(), ("unwatched",)], ids=["by the loop", "by a thread"])
def test_quitting_gives_the_terminal_back_and_exits_0(start: Callable[..., Terminal], how: tuple[str, ...]) -> None:
    terminal = start(*how)
    terminal.type("q")
    terminal.read_until(terminal.ended, 5)
    assert terminal.process.returncode == 0
    terminal.assert_given_back()


def test_a_mistake_of_ours_exits_1_with_a_message_and_without_the_values_of_variables(
    start: Callable[..., Terminal],
) -> None:
    terminal = start()
    terminal.type("x")
    terminal.read_until(terminal.ended, 5)
    assert terminal.process.returncode == 1
    terminal.assert_given_back()
    report = terminal.seen[terminal.seen.rfind(b"\x1b[?1049l") :]
    assert b"ValueError" in report
    assert b"correct horse" not in report
    assert b"\x1b]0;" not in report


@pytest.mark.parametrize(
    ("key", "report"), [("t", b"ValueError: in the background"), ("o", b"PermissionError: [Errno 1] of a session")]
)
def test_a_mistake_in_a_background_task_is_told_and_reported_when_the_app_ends(
    start: Callable[..., Terminal], key: str, report: bytes
) -> None:
    terminal = start()
    terminal.type(key)
    terminal.read_until(lambda: b"mistake" in terminal.seen)
    terminal.type("q")
    terminal.read_until(terminal.ended, 5)
    assert terminal.process.returncode == 0
    terminal.assert_given_back()
    assert report in terminal.seen[terminal.seen.rfind(b"\x1b[?1049l") :]


def test_a_warning_of_the_event_loop_stays_off_the_screen(start: Callable[..., Terminal]) -> None:
    terminal = start()
    terminal.type("q")
    terminal.read_until(terminal.ended, 5)
    terminal.drain()
    assert b"raised exception" not in terminal.seen


@pytest.mark.parametrize("redirected", ["stdin", "stdout"])
def test_without_a_terminal_there_is_one_line_and_code_2(tmp_path: Path, redirected: str) -> None:
    master, slave = pty.openpty()
    streams = {"stdin": slave, "stdout": slave, "stderr": subprocess.PIPE, redirected: subprocess.DEVNULL}
    finished = subprocess.run([sys.executable, str(PROBE), str(tmp_path / "log")], timeout=20, **streams)  # type: ignore[call-overload]  # a table of streams
    os.close(master)
    os.close(slave)
    assert finished.returncode == 2
    assert finished.stderr.count(b"\n") == 1


def test_redirecting_standard_error_leaves_the_screen_where_it_is(tmp_path: Path) -> None:
    log, errors = tmp_path / "log", tmp_path / "errors"
    with errors.open("wb") as file:
        terminal = Terminal([sys.executable, PROBE, log], log, errors=file.fileno())
    try:
        terminal.read_until(lambda: b"ready" in terminal.seen)
        terminal.type("q")
        terminal.read_until(terminal.ended, 5)
        terminal.assert_given_back()
        assert errors.read_bytes() == b""
    finally:
        terminal.end()


def test_a_terminal_that_stops_reading_stops_nothing_else(start: Callable[..., Terminal]) -> None:
    terminal = start("flood")
    terminal.read_until(lambda: b"frame 3" in terminal.seen)
    begun = len(terminal.notes())
    stalled_at = time.monotonic()
    terminal.wait_without_reading(lambda: time.monotonic() > stalled_at + 6)
    ticks = [when for when, _text in terminal.notes()[begun - 1 :]]
    # A blocked loop stands still from the second second on; a busy machine is only slow.
    assert max(later - earlier for earlier, later in pairwise([*ticks, time.monotonic()])) < 2.0


def test_after_a_stall_the_newest_picture_is_painted_and_no_clipboard_text_is_missing(
    start: Callable[..., Terminal],
) -> None:
    terminal = start("flood")
    terminal.read_until(lambda: b"frame 3" in terminal.seen)
    stalled_at = time.monotonic()
    terminal.wait_without_reading(lambda: time.monotonic() > stalled_at + 2)
    terminal.type("cs")
    terminal.wait_without_reading(lambda: any(text == "key s" for _when, text in terminal.notes()))
    terminal.read_until(lambda: b"the flood is over" in terminal.seen)
    assert b"\x1b]52;c;Y29waWVk\x07" in terminal.seen
    assert len(terminal.seen) < 2_000_000


def test_sigterm_ends_the_app_within_3_seconds_while_the_terminal_stalls(start: Callable[..., Terminal]) -> None:
    terminal = start("flood")
    terminal.read_until(lambda: b"frame 3" in terminal.seen)
    stalled_at = time.monotonic()
    terminal.wait_without_reading(lambda: time.monotonic() > stalled_at + 2)
    terminal.process.send_signal(signal.SIGTERM)
    terminal.wait_without_reading(terminal.ended, 3.0)
    assert terminal.process.returncode == 143
    terminal.assert_given_back()


def test_sigterm_ends_even_an_app_whose_loop_is_stuck(start: Callable[..., Terminal]) -> None:
    terminal = start()
    terminal.type("b")
    terminal.read_until(lambda: terminal.notes()[-1][1] == "key b")
    terminal.process.send_signal(signal.SIGTERM)
    terminal.read_until(terminal.ended, 4)
    assert terminal.process.returncode == 143
    terminal.assert_given_back()


def test_stopping_and_continuing_gives_the_terminal_back_and_takes_it_again(start: Callable[..., Terminal]) -> None:
    terminal = start()
    for _ in range(3):
        terminal.seen = b""
        terminal.process.send_signal(signal.SIGTSTP)
        terminal.read_until(lambda: b"\x1b[?25h" in terminal.seen)
        terminal.drain()
        assert termios.tcgetattr(terminal.slave) == terminal.before
        terminal.seen = b""
        terminal.process.send_signal(signal.SIGCONT)
        terminal.read_until(lambda: b"\x1b[?1049h" in terminal.seen and b"ready" in terminal.seen)
    terminal.type("q")
    terminal.read_until(terminal.ended, 5)
    assert terminal.process.returncode == 0


@pytest.mark.parametrize("how", [(), ("unwatched",)], ids=["by the loop", "by a thread"])
def test_a_lone_escape_is_told_within_50_ms(start: Callable[..., Terminal], how: tuple[str, ...]) -> None:
    terminal = start(*how)
    waits = []
    for count in range(1, 8):
        pressed = time.monotonic()
        terminal.type("\x1b")
        terminal.read_until(lambda count=count: [text for _when, text in terminal.notes()].count("key escape") == count)  # type: ignore[misc]  # bound to this round
        told = [when for when, text in terminal.notes() if text == "key escape"][-1]
        waits.append(told - pressed)
    assert sorted(waits)[3] < 0.05, waits


@pytest.mark.parametrize("how", [(), ("unwatched",)], ids=["by the loop", "by a thread"])
def test_a_vanished_terminal_ends_the_app(start: Callable[..., Terminal], how: tuple[str, ...]) -> None:
    terminal = start(*how)
    os.close(terminal.slave)
    os.close(terminal.master)
    try:
        assert terminal.process.wait(5) == 129
    finally:
        terminal.master, terminal.slave = pty.openpty()


@pytest.mark.parametrize("how", [(), ("unwatched",)], ids=["by the loop", "by a thread"])
def test_ordinary_escape_sequences_arrive_whole_even_in_two_pieces(
    start: Callable[..., Terminal], how: tuple[str, ...]
) -> None:
    terminal = start(*how)
    terminal.type("\x1b[A\x1b[15~")
    terminal.read_until(
        lambda: [text for _when, text in terminal.notes() if re.match("key", text)] == ["key up", "key f5"]
    )


@pytest.mark.parametrize("wanted", [True, False])
def test_the_mouse_is_asked_for_unless_the_settings_leave_it_to_the_terminal(tmp_path: Path, wanted: bool) -> None:
    (tmp_path / "settings.toml").write_text(f"mouse = {str(wanted).lower()}\n")
    terminal = Terminal([Path(sys.executable).with_name("sshtui"), "--config-dir", tmp_path])
    try:
        terminal.read_until(lambda: b"No hosts yet." in terminal.seen, 30)
        assert (b"\x1b[?1000h" in terminal.seen) is wanted
        assert b"\x1b[?1004h" in terminal.seen, "the focus is asked for either way"
    finally:
        terminal.end()
