"""Leaving the app and coming back: the real command in tmux, a real sshd, a shell that counts meanwhile."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from sshtui.model.geometry import Size
from tests.e2e.conftest import COMMAND
from tests.e2e.person import Person
from tests.fakes.hosts import saved
from tests.servers.openssh import OpenSSH
from tests.servers.waiting import until

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
    person.sees("Enter connect")
    until(lambda: running(sshtui), "sshtui that is running", 20)
    said = sshtui(f"ssh://root@{sshd.address}:{sshd.port}")
    assert (said.returncode, "opens in the running sshtui" in said.stdout) == (0, True)
    # The normal questions come, in the window that took it.
    person.accept_host_key()
    person.sees(rf"root@{sshd.address}")
    refused = sshtui("ssh://root:secret@web")
    assert refused.returncode == 2
    assert "password" in refused.stderr
    assert sshtui("attach").returncode == 2
    assert sshtui("ssh://nobody@web", "--here").returncode == 2


@pytest.mark.usefixtures("hosts")
def test_a_killed_app_leaves_a_sentence_and_no_process(
    sit_down: SitDown, sshtui: Callable[..., subprocess.CompletedProcess[str]]
) -> None:
    person = sit_down(Size(80, 24), "--detachable", "web")
    person.accept_host_key()
    person.is_on("web")
    (state,) = running(sshtui)
    os.kill(state["pid"], signal.SIGKILL)
    person.sees("sshtui is gone")
    person.sees(r"\[exit 1\]")
    assert running(sshtui) == []
    # The terminal is as it was: nothing of the app's screen, and what is typed is seen.
    assert "connected" not in person.outer.screen()
