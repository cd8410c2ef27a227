"""Saved hosts under what breaks files: killed writers, writers at once, no room, no permission."""

from __future__ import annotations

import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
import tomllib
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from sshtui.errors import NotSaved
from sshtui.model.hosts import Host
from sshtui.store.hosts import HostStore
from tests.lacking import lacking

ONE_HOST = '[[hosts]]\nname = "a"\naddress = "h"\n'

SAVE_FOR_EVER = """
import itertools, sys
from pathlib import Path
from sshtui.model.hosts import Host
from sshtui.store.hosts import HostStore
store = HostStore(Path(sys.argv[1]))
for number in itertools.count():
    store.put(Host("changing", "h", notes=str(number) * 200))
    print(number, flush=True)
"""

ADD_MANY = """
import sys
from pathlib import Path
from sshtui.model.hosts import Host
from sshtui.store.hosts import HostStore
store = HostStore(Path(sys.argv[1]))
for number in range(int(sys.argv[3])):
    store.put(Host(f"{sys.argv[2]}-{number}", "h"))
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "hosts.toml"


@pytest.mark.slow
def test_a_writer_killed_at_any_moment_leaves_the_old_or_the_new_file(path: Path) -> None:
    many = [Host(f"web-{number}", "10.0.0.5", folder="prod") for number in range(500)]
    HostStore(path).put_all(many)
    moments = random.Random(7)
    for _ in range(40):
        with subprocess.Popen([sys.executable, "-c", SAVE_FOR_EVER, path], stdout=subprocess.PIPE) as writer:
            assert writer.stdout is not None
            writer.stdout.readline()
            # The moment is what is tried here, not something to wait for.
            time.sleep(moments.uniform(0, 0.01))
            writer.kill()
        names = [table["name"] for table in tomllib.loads(path.read_text())["hosts"]]
        assert names == [*(host.name for host in many), "changing"]
    HostStore(path).put(Host("last", "h"))
    assert sorted(left.name for left in path.parent.iterdir()) == [".hosts.toml.lock", "hosts.toml"]


@pytest.mark.slow
def test_writers_at_once_lose_nothing(path: Path) -> None:
    rounds = 40
    writers = [
        subprocess.Popen([sys.executable, "-c", ADD_MANY, path, name, str(rounds)]) for name in ("a", "b", "c", "d")
    ]
    assert [writer.wait(60) for writer in writers] == [0, 0, 0, 0]
    names = {host.name for host in HostStore(path).hosts()}
    assert names == {f"{name}-{number}" for name in ("a", "b", "c", "d") for number in range(rounds)}


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
