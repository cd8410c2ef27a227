"""Leaving the app and coming back: the real command in tmux, a real sshd, a shell that counts meanwhile."""

from __future__ import annotations

import contextlib
import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from sshtui.model.geometry import Size
from tests.e2e.conftest import COMMAND
from tests.e2e.person import Person
from tests.fakes.hosts import saved
from tests.servers.openssh import OpenSSH
from tests.waiting import until

SitDown = Callable[..., Person]

COUNT = "for i in $(seq 1000); do echo line_$i; sleep 0.1; done"


@pytest.fixture
def sshtui(surroundings: Path, tmp_path: Path) -> Iterator[Callable[..., subprocess.CompletedProcess[str]]]:
    """The command without a terminal, on the files of the person in it; what still runs at the end is ended."""

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [str(COMMAND), *arguments],
            env={**os.environ, "HOME": str(surroundings), "SSHTUI_CONFIG_DIR": str(tmp_path / "config")},
            capture_output=True,
            text=True,
            stdin=subprocess.DEVNULL,
            timeout=60,
        )

    yield run
    for state in json.loads(run("list", "--json").stdout):
        run("kill", state["id"])


@pytest.fixture
def hosts(sit_down: SitDown, sshd: OpenSSH, key_file: Path, tmp_path: Path) -> None:
    """Two saved hosts that let root in by a key pair."""
    (tmp_path / "config" / "hosts.toml").write_text(
        "".join(
            saved(name=name, address=sshd.address, port=sshd.port, user="root", key_pair=str(key_file))
            for name in ("web", "db")
        )
    )


def running(sshtui: Callable[..., subprocess.CompletedProcess[str]]) -> list[dict[str, Any]]:
    states: list[dict[str, Any]] = json.loads(sshtui("list", "--json").stdout)
    return states


@pytest.mark.usefixtures("hosts")
def test_the_shell_goes_on_counting_while_nobody_looks(
    sit_down: SitDown, sshtui: Callable[..., subprocess.CompletedProcess[str]]
) -> None:
    person = sit_down(Size(80, 24), "--detachable", "web")
    person.accept_host_key()
    person.is_on("web")
    person.leader("h")
    person.connect("db")
    person.is_on("db")
    person.outer.type(COUNT)
    person.outer.press("Enter")
    person.sees(r"^ *\D*line_3$")
    person.leader("d")
    person.sees("Detached; come back with: sshtui attach")
    person.sees(r"\[exit 0\]")

    (state,) = running(sshtui)
    assert [(tab["label"], tab["state"]) for tab in state["tabs"]] == [("web", "connected"), ("db", "connected")]
    assert (state["viewers"], state["live"]) == ([], 2)

    # From another terminal of another size: the same tabs, the same one in front, and no line is missing.
    again = sit_down(Size(120, 40), "attach")
    screen = again.sees(r"line_[3-9]\d$")
    assert "1 web" in screen
    assert "2 db" in screen
    numbers = [int(number) for number in re.findall(r"line_(\d+)$", screen, re.MULTILINE)]
    assert numbers == list(range(numbers[0], numbers[-1] + 1))
    again.outer.press("C-c")
    again.runs("stty size", r"\b3\d \d+\s*$")

    # A second look in a small terminal makes both small; whoever leaves makes room again.
    small = sit_down(Size(60, 20), "attach")
    small.sees("Ctrl|db")
    again.sees_no(r"^.{61,}")
    small.outer.press("C-\\", "d")
    small.sees("Detached")
    again.sees(r"^.{100,}")
    again.runs("echo still_$((1 + 0))", "still_1")

    # Quitting asks, and detaching is the first choice.
    again.leader("q")
    again.sees("Quit sshtui")
    again.read()
    again.outer.press("Enter")
    again.sees("Detached")
    ended = sshtui("kill")
    assert ended.stdout == f"sshtui {state['id']} has ended, and with it 2 live sessions.\n"
    assert running(sshtui) == []


@pytest.mark.usefixtures("hosts")
def test_a_link_opens_in_the_sshtui_that_is_running(
    sit_down: SitDown, sshd: OpenSSH, sshtui: Callable[..., subprocess.CompletedProcess[str]]
) -> None:
    person = sit_down(Size(80, 24))
    person.sees(r"\? help")
    until(lambda: running(sshtui), "sshtui that is running", 20)
    said = sshtui(f"ssh://root@{sshd.address}:{sshd.port}")
    assert (said.returncode, "opens in the sshtui that is running" in said.stdout) == (0, True)
    # The normal questions come, in the window that took it.
    person.accept_host_key()
    person.sees(rf"root@{sshd.address}")
    refused = sshtui("ssh://root:secret@web")
    assert refused.returncode == 2
    assert "password" in refused.stderr
    assert sshtui("attach").returncode == 2
    assert sshtui("ssh://nobody@web", "--here").returncode == 2


RELAY = """
import os, select, socket, sys
link = socket.create_connection((sys.argv[1], int(sys.argv[2])))
while True:
    for end in select.select([0, link], [], [])[0]:
        data = os.read(0, 65536) if end == 0 else link.recv(65536)
        if not data:
            sys.exit()
        link.sendall(data) if end == 0 else os.write(1, data)
"""


def processes_with(word: str) -> list[int]:
    found = []
    for directory in Path("/proc").iterdir():
        if directory.name.isdigit():
            with contextlib.suppress(OSError):
                if word.encode() in (directory / "cmdline").read_bytes():
                    found.append(int(directory.name))
    return found


def test_a_killed_app_leaves_a_sentence_and_no_process(
    sit_down: SitDown,
    sshtui: Callable[..., subprocess.CompletedProcess[str]],
    sshd: OpenSSH,
    key_file: Path,
    tmp_path: Path,
) -> None:
    relay = tmp_path / "relay.py"
    relay.write_text(RELAY)
    web = saved(
        name="web",
        address=sshd.address,
        port=sshd.port,
        user="root",
        key_pair=str(key_file),
        proxy_command=f"{sys.executable} {relay} %h %p",
    )
    (tmp_path / "config" / "hosts.toml").write_text(web)
    person = sit_down(Size(80, 24), "--detachable", "web")
    person.accept_host_key()
    person.is_on("web")
    assert processes_with(str(relay))
    (state,) = running(sshtui)
    os.kill(state["pid"], signal.SIGKILL)
    person.sees("sshtui is gone")
    person.sees(r"\[exit 1\]")
    assert running(sshtui) == []
    until(lambda: not processes_with(str(relay)), "end of the proxy command")
    # The terminal is as it was: nothing of the app's screen, and what is typed is seen.
    assert "connected" not in person.outer.screen()


def test_a_hanging_app_is_not_taken_for_none(
    sit_down: SitDown, sshtui: Callable[..., subprocess.CompletedProcess[str]]
) -> None:
    person = sit_down(Size(80, 24), "--detachable")
    person.sees(r"\? help")
    person.leader("d")
    person.sees(r"\[exit 0\]")
    (state,) = running(sshtui)
    os.kill(state["pid"], signal.SIGSTOP)
    again = sit_down(Size(80, 24), "attach")
    again.sees(r"The running sshtui \(1\) does not answer\.")
    again.sees(r"sshtui kill ends it\.")
    again.sees(r"\[exit 1\]")


@pytest.mark.usefixtures("hosts")
def test_quitting_ends_an_app_that_could_be_left(
    sit_down: SitDown, sshtui: Callable[..., subprocess.CompletedProcess[str]]
) -> None:
    person = sit_down(Size(80, 24), "--detachable")
    person.sees(r"\? help")
    person.outer.press("q")
    assert "Detached" not in person.sees(r"\[exit 0\]")
    assert running(sshtui) == []
