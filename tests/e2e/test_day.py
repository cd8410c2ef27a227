"""A day with sshtui: the real command in tmux, from the first connection to the reconnect."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest

from sshtui.model.geometry import Size
from tests.e2e.person import Person
from tests.fakes.hosts import saved
from tests.servers.accounts import Account
from tests.servers.openssh import OpenSSH

SitDown = Callable[..., Person]
SIZES = [Size(80, 24), Size(120, 40)]


@pytest.fixture(params=SIZES, ids=lambda size: f"{size.columns}x{size.rows}")
def person(
    request: pytest.FixtureRequest, sit_down: SitDown, sshd: OpenSSH, account: Account, key_file: Path, tmp_path: Path
) -> Person:
    """Someone with two saved hosts: `web` with a password, `db` with a key pair."""
    (tmp_path / "config" / "hosts.toml").write_text(
        saved(name="web", address=sshd.address, port=sshd.port, user=account.name, folder="production")
        + saved(name="db", address=sshd.address, port=sshd.port, user="root", key_pair=str(key_file))
    )
    return sit_down(request.param)


def test_from_the_first_connection_to_a_reconnect(person: Person, sshd: OpenSSH, account: Account) -> None:
    # The first connection: the host key, the password, a shell.
    person.connect("web")
    person.accept_host_key()
    person.give_password(account.password)
    person.is_on("web")
    person.runs("echo $((6 * 7))_$USER", f"^ *[^$]*42_{account.name}")

    # A second tab logs in by its key pair and asks nothing: the host key is known.
    person.leader("h")
    person.connect("db")
    person.is_on("db")
    person.runs("echo $((6 * 7))_$USER", "42_root")

    # Switching: each tab has its own screen.
    person.outer.press("M-1")
    person.sees(f"42_{account.name}")
    person.leader("n")
    person.sees("42_root")
    person.leader("1")
    person.sees(f"42_{account.name}")

    # vim edits and saves through it.
    person.runs("vim -u NONE -i NONE -c 'set showmode' note.txt", r"^.*~ *$")
    person.outer.type("ihello from vim")
    person.sees("-- INSERT --")
    person.outer.press("Escape")
    person.sees_no("-- INSERT --")
    person.outer.type(":wq")
    person.outer.press("Enter")
    person.sees_no(r"~ *$")
    person.runs("cat note.txt; echo shown_$((1 + 0))", "hello from vim\n.*shown_1")
    assert (account.home / "note.txt").read_text() == "hello from vim\n"

    # The remote program knows the size, and the new one after a resize.
    person.outer.resize(100, 30)
    person.runs("stty size", r"\b\d+ \d+\s*$")
    person.runs("clear; seq 1 60; echo end_of_$((1 + 0))", "end_of_1")

    # The server dies: the tab says so; a reconnect keeps what was there.
    sshd.kill()
    person.sees("connection lost")
    person.read()
    sshd.start()
    person.outer.press("Enter")
    person.give_password(account.password)
    person.sees("reconnected .* lost")
    person.is_on("web")
    person.runs("echo back_$((1 + 0))", "back_1")
    person.outer.press("S-PPage")
    person.sees(r"^.*\b2\d$")


def test_a_host_is_edited_where_it_stands_and_the_file_has_it(person: Person) -> None:
    person.select("web")
    person.outer.press("e")
    person.sees("Enter save")
    for _ in range(2):
        person.outer.press("Tab")
    person.outer.press("C-u")
    person.sees("^ port +22 *$|^ port +22 +[^0-9]")
    person.outer.type("70000")
    person.sees("1 to 65535")
    person.outer.press("C-u")
    person.sees_no("1 to 65535")
    person.outer.type("2222")
    person.sees_no("1 to 65535")
    person.outer.press("Enter")
    person.sees(r"^ port +2222")
    person.sees_no("Enter save")
    hosts = {host["name"]: host for host in tomllib.loads(person.hosts_file.read_text())["hosts"]}
    assert hosts["web"]["port"] == 2222


def test_closing_and_quitting_ask_while_a_session_lives(person: Person, account: Account) -> None:
    person.connect("db")
    person.accept_host_key()
    person.is_on("db")
    person.runs("echo alive_$((1 + 0))", "alive_1")
    person.leader("x")
    person.sees("Close the tab")
    person.read()
    person.outer.press("Escape")
    person.sees_no("Close the tab")
    person.runs("echo still_$((1 + 0))", "still_1")
    person.leader("q")
    person.sees("Quit sshtui")
    person.read()
    person.outer.press("Tab", "Enter")
    person.sees(r"^\[exit 0\]")


def test_titles_and_underlines_reach_the_terminal_around_and_the_title_goes_back(person: Person) -> None:
    before = person.outer.title
    person.connect("db")
    person.accept_host_key()
    person.is_on("db")
    person.runs("printf '\\033]2;my program\\a\\033[4:3;58:5:9mcurly%d\\033[m\\n' 1", "curly1")
    person.outer.wait_for(lambda _screen: person.outer.title == "db: my program")
    assert re.search("4:3.*curly1", person.outer.screen(colours=True))
    person.leader("q")
    person.sees("Quit sshtui")
    person.read()
    person.outer.press("Tab", "Enter")
    person.sees(r"^\[exit 0\]")
    person.outer.wait_for(lambda _screen: person.outer.title == before)


def test_a_changed_host_key_is_loud_and_sends_nothing(
    sit_down: SitDown, sshd: OpenSSH, account: Account, surroundings: Path, tmp_path: Path, key_file: Path
) -> None:
    known_hosts = surroundings / ".ssh" / "known_hosts"
    known_hosts.parent.mkdir(mode=0o700)
    other = (key_file.parent / "work.pub").read_text().split()
    known_hosts.write_text(f"[{sshd.address}]:{sshd.port} {other[0]} {other[1]}\n")
    (tmp_path / "config" / "hosts.toml").write_text(
        saved(name="web", address=sshd.address, port=sshd.port, user=account.name)
    )
    person = sit_down()
    before = sshd.login_attempts()
    person.connect("web")
    person.sees("[Hh]ost key .*(changed|another)|CHANGED")
    person.read()
    person.outer.press("Escape")
    person.sees("not connected|failed")
    assert sshd.login_attempts() == before
