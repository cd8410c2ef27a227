from __future__ import annotations

import os
from pathlib import Path

import pytest

from sshtui.model.hosts import Host
from sshtui.store.hosts import HostStore
from sshtui.store.lookup import Lookup
from sshtui.store.ssh_config import ConfigHosts
from sshtui.store.team_hosts import TeamHosts


@pytest.fixture
def path(tmp_path: Path) -> Path:
    file = tmp_path / "hosts.toml"
    file.write_text(
        'include = ["team.toml"]\n\n[[folders]]\npath = "prod"\nuser = "deploy"\n\n'
        '[[hosts]]\nname = "mine"\naddress = "10.0.0.1"\n'
    )
    (tmp_path / "team.toml").write_text(
        '[[hosts]]\nname = "web"\naddress = "10.0.0.2"\nfolder = "prod"\n\n'
        '[[hosts]]\nname = "mine"\naddress = "theirs"\n'
    )
    return file


def test_the_hosts_of_an_included_file_are_read_only_and_name_it(path: Path) -> None:
    web, _ = TeamHosts(HostStore(path)).hosts()
    assert (web.address, web.editable) == ("10.0.0.2", False)
    assert web.origin.endswith("team.toml")


def test_ones_own_host_of_the_same_name_wins_and_ones_own_folders_count(path: Path) -> None:
    lookup = Lookup(HostStore(path), ConfigHosts)
    mine, web = lookup.named("mine"), lookup.named("web")
    assert mine is not None
    assert web is not None
    assert (mine.address, web.user) == ("10.0.0.1", "deploy")


def test_saving_leaves_the_included_file_alone(path: Path) -> None:
    before = (path.parent / "team.toml").read_bytes()
    store = HostStore(path)
    store.put(Host("new", "10.0.0.9"))
    assert (path.parent / "team.toml").read_bytes() == before
    assert path.read_text().startswith('include = ["team.toml"]')


def test_a_changed_file_is_read_again(path: Path) -> None:
    team = TeamHosts(HostStore(path))
    assert len(team.hosts()) == 2
    (path.parent / "team.toml").write_text('[[hosts]]\nname = "other-name"\naddress = "a"\n')
    assert [host.name for host in team.hosts()] == ["other-name"]


@pytest.mark.parametrize(
    ("text", "reason"), [(None, "is not there"), ("x = [", "team.toml"), ('[[hosts]]\nname = "a"\n', "address")]
)
def test_a_file_that_cannot_be_used_is_named_and_ones_own_hosts_stay(path: Path, text: str | None, reason: str) -> None:
    team = path.parent / "team.toml"
    team.unlink()
    if text is not None:
        team.write_text(text)
    store = HostStore(path)
    lookup = Lookup(store, ConfigHosts)
    assert [reason in problem.sentence for problem in lookup.problems] == [True]
    assert lookup.read_only() == ()
    assert [host.name for host in store.hosts()] == ["mine"]


def test_what_is_no_regular_file_is_named_and_nothing_waits_for_it(path: Path) -> None:
    os.mkfifo(path.parent / "fifo")
    path.write_text('include = ["fifo", ".", "/dev/zero", "hosts.toml"]\n\n[[hosts]]\nname = "mine"\naddress = "h"\n')
    problems = Lookup(HostStore(path), ConfigHosts).problems
    assert ["not a regular file" in problem.sentence for problem in problems] == [True, True, True]
