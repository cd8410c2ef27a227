"""Where running apps listen: private, numbered, and cleared of those that were killed."""

from __future__ import annotations

import os
import socket
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from sshtui.attach.peers import Peer, is_ours, peer
from sshtui.attach.places import Places, connect
from sshtui.errors import ConfigError, NotFound
from tests.lacking import lacking


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    return tmp_path / "run"


@pytest.fixture
def places(directory: Path) -> Places:
    return Places(directory)


@pytest.fixture
def listening(places: Places) -> Iterator[list[socket.socket]]:
    links = [places.listen()[1] for _ in range(2)]
    yield links
    for link in links:
        link.close()


def test_the_directory_and_the_sockets_are_this_accounts_alone(places: Places, directory: Path) -> None:
    before = os.umask(0)
    try:
        instance, link = places.listen()
    finally:
        os.umask(before)
    with link:
        assert stat.S_IMODE(directory.stat().st_mode) == 0o700
        assert stat.S_IMODE(instance.socket.stat().st_mode) == 0o600


def test_apps_are_numbered_and_found(places: Places, listening: list[socket.socket]) -> None:
    assert [instance.id for instance in places.running()] == ["1", "2"]
    assert places.find("2").socket.name == "2.sock"
    with pytest.raises(NotFound):
        places.find("3")


def test_the_socket_of_a_killed_app_counts_no_more_and_its_number_is_free(
    places: Places, listening: list[socket.socket]
) -> None:
    listening[0].close()
    assert [instance.id for instance in places.running()] == ["2"]
    instance, link = places.listen()
    with link:
        assert instance.id == "1"
        assert [each.id for each in places.running()] == ["1", "2"]


def test_an_app_too_busy_to_take_a_caller_is_running_all_the_same(places: Places) -> None:
    instance, link = places.listen()
    callers = []
    with link:
        while True:
            caller = socket.socket(socket.AF_UNIX)
            caller.setblocking(False)
            callers.append(caller)
            try:
                caller.connect(str(instance.socket))
            except BlockingIOError:
                break
        assert places.running() == (instance,)
    for caller in callers:
        caller.close()


def test_nothing_runs_where_nothing_is(places: Places, directory: Path) -> None:
    assert places.running() == ()
    assert not directory.exists()
    with pytest.raises(NotFound):
        connect(directory / "1.sock")


def test_a_path_too_long_for_a_socket_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="too long"):
        Places(tmp_path / ("x" * 100)).listen()


@pytest.mark.root
def test_a_directory_of_another_account_is_not_used(places: Places, directory: Path) -> None:
    if os.geteuid() != 0:
        lacking("giving a directory to another account needs root")
    directory.mkdir()
    os.chown(directory, 65534, 65534)
    with pytest.raises(ConfigError, match="another account"):
        places.listen()


def test_the_kernel_says_who_is_at_the_other_end() -> None:
    one, other = socket.socketpair()
    with one, other:
        assert peer(one) == Peer(os.geteuid(), os.getpid())
        assert is_ours(other)
