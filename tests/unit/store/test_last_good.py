"""A hosts.toml that cannot be read, and the last good copy of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from sshtui.errors import BrokenFile, UsageError
from sshtui.model.hosts import Host
from sshtui.store.hosts import HostStore

BROKEN = {
    "cut short": b'[[hosts]]\nname = "a',
    "no UTF-8": b'[[hosts]]\nname = "\xff"\n',
    "NUL": b"\0\0\0\0",
    "a name twice": b'[[hosts]]\nname = "a"\nname = "b"\n',
}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "hosts.toml"


@pytest.mark.parametrize("data", BROKEN.values(), ids=BROKEN)
def test_the_last_good_copy_is_offered_and_put_back_and_the_broken_file_kept(path: Path, data: bytes) -> None:
    HostStore(path).put(Host("a", "10.0.0.1"))
    good = path.read_bytes()
    path.write_bytes(data)
    store = HostStore(path)
    with pytest.raises(BrokenFile) as refused:
        store.readable()
    assert "sshtui hosts restore puts back hosts.toml.last-good of " in refused.value.hint
    assert path.read_bytes() == data
    kept = store.restore()
    assert (path.read_bytes(), kept.name, kept.read_bytes()) == (good, "hosts.toml.broken", data)
    assert [host.name for host in store.readable()] == ["a"]
    path.write_bytes(b"[")
    assert HostStore(path).restore().name == "hosts.toml.broken-2"


def test_what_an_editor_wrote_is_the_copy_once_it_was_read(path: Path) -> None:
    store = HostStore(path)
    store.put(Host("a", "10.0.0.1"))
    path.write_text('[[hosts]]\nname = "by hand"\naddress = "b"\n')
    assert store.refresh()
    path.write_text("[")
    assert store.refresh()
    store.restore()
    assert [host.name for host in store.hosts()] == ["by hand"]


def test_an_empty_file_and_reading_alone_leave_the_copy_as_it_is(path: Path) -> None:
    store = HostStore(path)
    store.put(Host("a", "10.0.0.1"))
    copy = (path.parent / "hosts.toml.last-good").read_bytes()
    path.write_text("")
    store.refresh()
    store.keep_copy()
    path.write_text('[[hosts]]\nname = "b"\naddress = "b"\n')
    HostStore(path).readable()
    assert (path.parent / "hosts.toml.last-good").read_bytes() == copy


def test_nothing_is_put_back_over_a_file_that_can_be_read_or_without_a_good_copy(path: Path) -> None:
    store = HostStore(path)
    store.put(Host("a", "10.0.0.1"))
    with pytest.raises(UsageError, match="can be read"):
        store.restore()
    path.write_text("version = 99\n")
    assert HostStore(path).last_good is None
    path.write_text("[")
    (path.parent / "hosts.toml.last-good").write_text("[")
    broken = HostStore(path)
    assert broken.last_good is None
    with pytest.raises(UsageError, match="nothing to put back"):
        broken.restore()


def test_a_place_that_takes_no_copy_costs_no_change(path: Path) -> None:
    (path.parent / "hosts.toml.last-good").mkdir()
    HostStore(path).put(Host("a", "10.0.0.1"))
    assert [host.name for host in HostStore(path).readable()] == ["a"]
