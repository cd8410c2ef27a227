"""The details of a connection, and the marks in the status line."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from sshtui.model.connection import ConnectionFacts, Traffic, UserCertificate
from sshtui.model.forwards import ForwardState
from sshtui.model.hosts import Forward
from sshtui.ui.screens.details import facts_rows, traffic_rows
from tests.fakes.wire import FACTS
from tests.ui.shell_stage import HOSTS, Stage

Build = Callable[..., Stage]

FULL = replace(
    FACTS,
    server_software="OpenSSH_9.2p1",
    host_key_sha256="SHA256:abc",
    kex="mlkem768x25519-sha256",
    strict_exchange=True,
    old=("ssh-rsa",),
    agent_forwarded=True,
    certificate=UserCertificate("ada@corp", ("root", "ada"), 0.0, 1_000_000.0),
)


async def test_a_long_value_goes_on_below_itself(stage: Build) -> None:
    shell = stage(HOSTS[1:2])
    async with shell.app.run_test(size=(44, 40)) as pilot:
        await pilot.press("end", "enter")
        await shell.until(pilot, "a channel", lambda: shell.dialer.channels)
        await shell.until(pilot, "the focus", lambda: shell.main.workspace.has_focus_within)
        await pilot.press("ctrl+backslash", "i")
        lines = (await shell.shows(pilot, "part of the")).splitlines()
        at = next(place for place, line in enumerate(lines) if "part of the" in line)
        assert lines[at + 1].index("cipher") == lines[at].index("part of the")


async def test_the_leader_and_i_show_what_is_known_of_the_connection(stage: Build) -> None:
    shell = stage(HOSTS[1:2])
    async with shell.app.run_test(size=(100, 40)) as pilot:
        await pilot.press("end", "enter")
        await shell.until(pilot, "a channel", lambda: shell.dialer.channels)
        await shell.until(pilot, "the focus", lambda: shell.main.workspace.has_focus_within)
        await pilot.press("ctrl+backslash", "i")
        picture = await shell.shows(pilot, "12.0 ms")
        for words in ("aes128-gcm@openssh.com", "part of the cipher", "publickey", "20.0 KiB", "1.5 KiB"):
            assert words in picture
        shell.channel.traffic = Traffic(3 * 1024 * 1024, 1, 2)
        await shell.shows(pilot, "3.0 MiB")
        await pilot.press("escape")
        await shell.until(pilot, "the terminal", lambda: "part of the cipher" not in shell.picture())
        assert shell.channel.written == b""


async def test_the_forwards_stand_among_the_details_and_are_counted_in_the_status_line(stage: Build) -> None:
    shell = stage(HOSTS[1:2])
    shell.dialer.forwards = (
        ForwardState(Forward("local", "8080", "db:5432"), True),
        ForwardState(Forward("dynamic", "1080"), False, "port 1080 on this computer is in use"),
    )
    async with shell.app.run_test(size=(120, 40)) as pilot:
        await pilot.press("end", "enter")
        await shell.shows(pilot, "1 of 2 forwards")
        await pilot.press("ctrl+backslash", "i")
        picture = await shell.shows(pilot, "L 8080:db:5432 open")
        assert "D 1080 failed: port 1080 on this computer is in use" in picture


async def test_without_a_connection_there_are_no_details(stage: Build) -> None:
    shell = stage(HOSTS)
    async with shell.app.run_test() as pilot:
        await pilot.press("ctrl+backslash", "i")
        await shell.until(pilot, "a word", lambda: shell.prompter.notices or "Connect first" in shell.picture())


async def test_old_algorithms_and_a_forwarded_agent_are_marked_in_the_status_line(stage: Build) -> None:
    shell = stage(HOSTS[1:2])
    shell.dialer.facts = FULL
    async with shell.app.run_test(size=(120, 30)) as pilot:
        await pilot.press("end", "enter")
        await shell.shows(pilot, "connected  weak  agent")


def test_every_known_fact_has_a_row() -> None:
    rows = dict(facts_rows(FULL, now=950_000.0))
    assert rows["host key"] == "ED25519 SHA256:abc"
    assert rows["key exchange"].startswith("mlkem768x25519-sha256, withstands")
    assert rows["strict exchange"] == "yes"
    assert rows["certificate"] == "ada@corp, for root, ada"
    assert rows["valid"].endswith("expires soon")
    assert rows["weak"] == "old algorithms: ssh-rsa"
    assert rows["agent"].startswith("forwarded")


def test_what_is_not_known_is_left_out() -> None:
    assert dict(facts_rows(ConnectionFacts(), now=0)) == {"agent": "not forwarded"}
    assert not list(traffic_rows(None))
