"""Ten thousand saved hosts and more: reading them, saving one edit, reading as many of ~/.ssh/config."""

from __future__ import annotations

import base64
import statistics
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from sshtui.model.hosts import Host
from sshtui.ssh.known_host_lines import hashed_name
from sshtui.ssh.known_hosts import KnownHosts
from sshtui.store.hosts import HostStore
from sshtui.store.ssh_config import read_hosts
from tests.bench.table import Result

MANY, CROWD = 10_000, 100_000
SAVE_LIMIT = 50.0
"""Milliseconds one edit may take to be on disk."""


def run() -> list[Result]:
    """Medians, in milliseconds."""
    with tempfile.TemporaryDirectory() as made:
        path, config = Path(made) / "hosts.toml", Path(made) / "config"
        hosts = [
            Host(
                f"web-{at}", f"10.{at >> 16}.{at >> 8 & 255}.{at & 255}", 2222, "root", f"prod/{at % 50}", tags=("eu",)
            )
            for at in range(MANY)
        ]
        store = HostStore(path)
        store.put_all(hosts)
        config.write_text("".join(f"Host {host.name}\n  HostName {host.address}\n" for host in hosts))
        other = HostStore(path)
        turns = iter(range(MANY))

        def edit(mine: HostStore) -> None:
            mine.put(replace(hosts[5000], notes=str(next(turns))))

        saving = milliseconds(lambda: edit(store))

        def edit_after_another() -> float:
            edit(other)
            return milliseconds(lambda: edit(store), times=1)

        crowd = Path(made) / "crowd.toml"
        HostStore(crowd).put_all(replace(hosts[at % MANY], name=f"host-{at}") for at in range(CROWD))
        words = Path(made) / "words"
        words.write_text(f"Host {' '.join(host.name for host in hosts)}\n  User root\n")
        known = Path(made) / "known_hosts"
        key = base64.b64encode(b"\0\0\0\x0bssh-ed25519\0\0\0 " + bytes(32))
        with known.open("wb") as file:
            file.writelines(hashed_name(b"host%d" % at) + b" ssh-ed25519 " + key + b"\n" for at in range(CROWD * 10))
        return [
            Result(
                "known_hosts of a million lines: look one up",
                milliseconds(lambda: KnownHosts(known).lookup("host5", 22), times=1),
                "ms",
            ),
            Result("100,000 hosts: read", milliseconds(lambda: HostStore(crowd), times=3), "ms"),
            Result("a Host line of 10,000 names: read", milliseconds(lambda: read_hosts(words), times=3), "ms"),
            Result("10,000 hosts: read", milliseconds(lambda: HostStore(path)), "ms"),
            Result("10,000 hosts: save one edit", saving, "ms", SAVE_LIMIT / saving, "x under 50 ms", 1),
            Result("… after another instance saved", statistics.median(edit_after_another() for _ in range(9)), "ms"),
            Result("10,000 hosts of ~/.ssh/config: read", milliseconds(lambda: read_hosts(config), times=3), "ms"),
        ]


def milliseconds(work: Callable[[], object], times: int = 9) -> float:
    """The median time of a call."""
    taken = []
    for _ in range(times):
        start = time.perf_counter()
        work()
        taken.append(1000 * (time.perf_counter() - start))
    return statistics.median(taken)
