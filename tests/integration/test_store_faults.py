"""Saved hosts under what breaks files: killed writers, writers at once, no room, no permission."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from sshtui.errors import NotSaved
from sshtui.model.hosts import Host
from sshtui.store.hosts import HostStore
from tests.lacking import lacking

ONE_HOST = '[[hosts]]\nname = "a"\naddress = "h"\n'

KILL_WRITERS = """
import itertools, os, random, signal, sys, time, tomllib
from pathlib import Path
from sshtui.model.hosts import Host
from sshtui.store.hosts import HostStore

path, rounds, moments = Path(sys.argv[1]), int(sys.argv[2]), random.Random(7)
store = HostStore(path)
for round in range(rounds):
    reader, writer = os.pipe()
    store.refresh()
    if not (child := os.fork()):
        for number in itertools.count():
            store.put(Host("changing", "h", notes=f"{round} {number} " * 100))
            if not number:
                os.write(writer, b"x")
    os.close(writer)
    assert os.read(reader, 1) == b"x"
    # The moment is what is tried here, not something to wait for.
    time.sleep(moments.uniform(0, 0.004))
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    os.close(reader)
    names = [table["name"] for table in tomllib.loads(path.read_text())["hosts"]]
    assert names == [*(f"web-{number}" for number in range(100)), "changing"], names
"""

CHANGE_MANY = """
import sys
from dataclasses import replace
from pathlib import Path
from sshtui.model.hosts import Host
from sshtui.store.hosts import HostStore
path, mine, rounds = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])
store = HostStore(path)
for number in range(rounds):
    store.put(Host(f"{mine}-{number}", "h"))
    store.refresh()
    store.put(replace(store.get("shared"), **{mine: str(number)}))
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "hosts.toml"


@pytest.mark.slow
def test_a_writer_killed_at_any_of_500_moments_leaves_the_old_or_the_new_file(path: Path) -> None:
    HostStore(path).put_all(Host(f"web-{number}", "10.0.0.5", folder="prod") for number in range(100))
    subprocess.run([sys.executable, "-c", KILL_WRITERS, path, "500"], check=True)
    HostStore(path).put(Host("last", "h"))
    left = sorted(left.name for left in path.parent.iterdir())
    assert left == [".hosts.toml.lock", "hosts.toml", "hosts.toml.last-good"]


@pytest.mark.slow
def test_two_writers_of_500_changes_each_lose_nothing(path: Path) -> None:
    """Half of the changes add a host, half set a field of one host that both write."""
    rounds = 250
    HostStore(path).put(Host("shared", "h"))
    fields = ("user", "notes")
    writers = [subprocess.Popen([sys.executable, "-c", CHANGE_MANY, path, mine, str(rounds)]) for mine in fields]
    assert [writer.wait(100) for writer in writers] == [0, 0]
    store = HostStore(path)
    assert {host.name for host in store.hosts()} == {
        "shared", *(f"{mine}-{number}" for mine in fields for number in range(rounds)),
    }  # fmt: skip
    assert store.get("shared") == Host("shared", "h", user=str(rounds - 1), notes=str(rounds - 1))


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 64 kB."""
    mount, umount = shutil.which("mount"), shutil.which("umount")
    if os.geteuid() != 0 or not mount or not umount:
        lacking("mounting a small file system needs root")
    place = tmp_path / "disk"
    place.mkdir()
    made = subprocess.run([mount, "-t", "tmpfs", "-o", "size=64k", "none", place], capture_output=True)
    if made.returncode:
        lacking("this system does not let root mount")
    yield place
    subprocess.run([umount, place], check=True)


@pytest.mark.root
def test_a_full_disk_keeps_the_old_file_and_saving_works_again_with_room(small_disk: Path) -> None:
    path = small_disk / "hosts.toml"
    store = HostStore(path)
    store.put(Host("a", "h"))
    filler = small_disk / "filler"
    with filler.open("wb", buffering=0) as file, suppress(OSError):
        while file.write(bytes(4096)):
            pass
    before = path.read_bytes()
    with pytest.raises(NotSaved) as caught:
        store.put(Host("b", "i", notes="x" * 30_000))
    assert "disk is full" in caught.value.hint
    assert path.read_bytes() == before
    assert [host.name for host in store.hosts()] == ["a"]
    filler.unlink()
    store.put(Host("b", "i", notes="x" * 10_000))
    assert [host.name for host in HostStore(path).hosts()] == ["a", "b"]


READ_ONLY = """
import os, sys
from pathlib import Path
from sshtui.errors import NotSaved
from sshtui.model.hosts import Host
from sshtui.store.hosts import HostStore
if os.geteuid() == 0:
    os.setgid(65534); os.setuid(65534)
store = HostStore(Path(sys.argv[1]))
print([host.name for host in store.hosts()])
try:
    store.put(Host("b", "i"))
except NotSaved as error:
    print(error.sentence, error.hint)
"""


@pytest.mark.parametrize(("directory_mode", "file_mode"), [(0o555, 0o644), (0o777, 0o444)])
def test_a_read_only_place_shows_its_hosts_and_says_why_it_does_not_save(directory_mode: int, file_mode: int) -> None:
    # pytest's own directories are closed to other users, and when root runs this the reader is another user.
    with tempfile.TemporaryDirectory() as made:
        place = Path(made)
        path = place / "hosts.toml"
        path.write_text(ONE_HOST)
        path.chmod(file_mode)
        place.chmod(directory_mode)
        command = [sys.executable, "-c", READ_ONLY, str(path)]
        told = subprocess.run(command, capture_output=True, text=True, check=True).stdout
        place.chmod(0o700)
        assert told.startswith("['a']\n")
        assert "Permission denied" in told
        assert path.read_text() == ONE_HOST
