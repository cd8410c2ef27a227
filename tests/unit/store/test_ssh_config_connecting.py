"""What ssh_config may ask of the machine: when connecting only, and named when it is not asked."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sshtui.errors import Unreachable
from sshtui.model.destination import parse_destination
from sshtui.model.hosts import Host
from sshtui.store import machine
from sshtui.store.hosts import HostStore
from sshtui.store.lookup import Lookup
from sshtui.store.machine import SILENT, Machine
from sshtui.store.ssh_config import ConfigHosts, read_hosts
from sshtui.store.ssh_config_match import HostLine, matches_host_line
from tests.waiting import until


@pytest.fixture
def config(surroundings: Path) -> Path:
    """The place of the user's configuration."""
    (surroundings / ".ssh").mkdir()
    return surroundings / ".ssh" / "config"


def read(config: Path, text: str) -> ConfigHosts:
    config.write_text(text)
    return read_hosts(config)


NAMES = {"a.one.test.": "a.one.test", "b.one.test.": "b.two.test", "b.two.test": "b.two.test"}


def resolver(name: str, _family: str) -> str | None:
    return NAMES.get(name)


def test_a_listed_host_becomes_what_the_machine_says_and_keeps_what_was_asked_for(config: Path) -> None:
    found = read(config, 'Host a\nMatch exec "is %n 22"\n  User me\n  Port 2222\n')
    commands: list[str] = []

    def execute(line: str) -> bool:
        commands.append(line)
        return True

    (host,) = found.hosts
    assert host == Host("a", "a", origin="~/.ssh/config:1")
    assert found.asked(host, SILENT) == (host, (found.warnings[0],))
    assert found.asked(host, Machine(execute)) == (replace(host, user="me", port=2222), ())
    assert found.asked(replace(host, user="you"), Machine(execute))[0].destination == "you@a:2222"
    typed = found.resolved(parse_destination("10.0.0.1"))
    assert found.asked(typed, Machine(execute))[0].destination == "me@10.0.0.1:2222"
    assert commands == ["is a 22", "is a 22", "is 10.0.0.1 22"]


def test_a_saved_host_is_never_changed_by_the_configuration(config: Path, tmp_path: Path) -> None:
    store = HostStore(tmp_path / "hosts.toml")
    own = Host("a", "10.0.0.5")
    store.put(own)
    lookup = Lookup(store, lambda: read(config, "Host a\n  User x\n  Novelty y\n"), Machine(lambda line: True))
    assert lookup.connecting(own) == (own, ())


def test_what_is_not_followed_is_told_when_connecting(config: Path) -> None:
    found = read(config, "Host a b\n  BindInterface eth0\n")
    assert found.asked(found.hosts[0], SILENT)[1] == ("~/.ssh/config:2: bindinterface is not followed.",)


def test_a_short_name_is_made_canonical_when_connecting_only(config: Path) -> None:
    text = """
        Host a b never
          CanonicalizeHostname yes
          CanonicalDomains none.test one.test
          CanonicalizeFallbackLocal no
          CanonicalizePermittedCNAMEs *.one.test:*.two.test
        Host *.one.test
          User one
        Match canonical host *.two.test
          User two
        """
    found = read(config, text)
    asked = [found.asked(host, Machine(look_up=resolver))[0] for host in found.hosts[:2]]
    assert [host.destination for host in found.hosts] == ["a", "b", "never"]
    assert [host.destination for host in asked] == ["one@a.one.test", "two@b.two.test"]
    with pytest.raises(Unreachable, match="never was not found in any of the CanonicalDomains"):
        found.asked(found.hosts[2], Machine(look_up=resolver))


@pytest.mark.parametrize(
    ("line", "user"),
    [
        ("localnetwork 10.0.0.0/8,192.168.0.0/16", "x"),
        ("localnetwork fe80::/10", "x"),
        ("!localnetwork 172.16.0.0/12", "x"),
        ("localnetwork 172.16.0.0/12", ""),
        ("tagged blue", "x"),
        ("tagged red,green", ""),
        ("sessiontype shell", "x"),
        ("sessiontype exec,subsystem", ""),
        ('command ""', "x"),
        ("command *tmux*", ""),
    ],
)
def test_match_of_later_openssh_is_understood(config: Path, line: str, user: str) -> None:
    """ssh_config(5) of OpenSSH 9.4 (Tag, tagged, localnetwork) and 10.0 (sessiontype, command)."""
    found = read(config, f"Host a\n  Tag blue\nMatch {line}\n  User x\n")
    here = Machine(addresses=lambda: ("10.1.2.3", "fe80::1"))
    assert found.asked(found.hosts[0], here) == (replace(found.hosts[0], user=user), ())


@pytest.mark.parametrize("line", ["version OpenSSH_*", "localnetwork home", "novelty x"])
def test_match_that_is_not_understood_is_named_and_passed_over(config: Path, line: str) -> None:
    found = read(config, f"Host a\nMatch {line}\n  User x\n")
    host, told = found.asked(found.hosts[0], Machine(addresses=lambda: ("10.1.2.3",)))
    assert host.user == ""
    assert told == (f"~/.ssh/config:2: Match {line.split()[0]} is not known here; the block is passed over.",)


def test_this_machine_answers() -> None:
    assert machine.this_machine(match_exec=False).execute is None
    assert [machine.run_command("exit 0"), machine.run_command("exit 3")] == [True, False]
    assert machine.look_up("127.0.0.1", "inet") == "127.0.0.1"
    assert machine.look_up("127.0.0.1", "inet6") is None
    assert "127.0.0.1" in machine.local_addresses()
    before = time.monotonic()
    assert machine.run_command("sleep 60 | cat; true", 0.05) is False
    assert time.monotonic() - before < 30


@pytest.mark.root
def test_a_command_of_another_account_is_given_up_without_an_end_to_wait_for(
    tmp_path: Path, another_account: Callable[[], AbstractContextManager[None]]
) -> None:
    note, ended = tmp_path / "pid", list[bool]()
    command = f"echo $$ > {note}; exec sleep 600"
    running = threading.Thread(target=lambda: ended.append(machine.run_command(command, 3)), daemon=True)
    running.start()
    until(lambda: note.exists() and note.read_text().strip(), "the command runs")
    with another_account():
        running.join(10)
    os.kill(int(note.read_text()), signal.SIGKILL)
    assert ended == [False]


def test_thousands_of_names_on_one_line_are_read_without_squares(config: Path) -> None:
    names = " ".join(f"web-{number}" for number in range(20_000))
    found = read(config, f"Host {names}\n  User root\nHost {names} *.lan !x\n  Port 2222\n")
    assert len(found.hosts) == 20_000
    assert {(host.user, host.port) for host in found.hosts} == {("root", 2222)}


NAMES_AND_PATTERNS = st.text(st.sampled_from("ab*?!."), min_size=1, max_size=5)


@settings(max_examples=500, deadline=None)
@given(st.lists(NAMES_AND_PATTERNS, max_size=5), st.text("ab.", max_size=5))
def test_a_line_made_ready_says_what_its_words_say(words: list[str], name: str) -> None:
    assert HostLine(words).matches(name) == matches_host_line(name, words)
