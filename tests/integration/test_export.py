"""Exported hosts, read back by the programs they are for."""

from __future__ import annotations

import csv
import io
import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from sshtui.cli.run import run
from sshtui.model.hosts import Forward, Host
from sshtui.store.exporters import to_csv, to_json, to_putty, to_ssh_config
from sshtui.store.host_tables import from_table
from sshtui.store.hosts import HostStore
from sshtui.store.importers.plan import FORMATS, plan, to_save

HOSTS = (
    Host("plain", "10.0.0.5"),
    Host(
        "front door", "web.example.org", 2222, "root", "prod/web", "~/keys/my key", "plain,me@gate:2200",
        ("eu", "blue"), "=cmd()", "echo 'a  b' # 100%", 30, "", "",
        (
            Forward("local", "127.0.0.1:8080", "localhost:80"), Forward("remote", "9000", "localhost:22"),
            Forward("dynamic", "1080"),
        ),
    ),
    Host("six", "fe80::1", user="me@corp"),
)  # fmt: skip


def test_ssh_goes_where_sshtui_goes(tmp_path: Path, need: Callable[[str], str]) -> None:
    path = tmp_path / "config"
    path.write_text(to_ssh_config(HOSTS))

    def told(name: str) -> set[str]:
        command = [need("ssh"), "-G", "-F", str(path), "--", name]
        done = subprocess.run(command, capture_output=True, text=True, stdin=subprocess.DEVNULL)
        assert done.returncode == 0, done.stderr
        return set(done.stdout.splitlines())

    assert {"hostname 10.0.0.5", "port 22"} <= told("plain")
    assert {"hostname fe80::1", "user me@corp"} <= told("six")
    assert told("front-door") >= {
        "hostname web.example.org",
        "port 2222",
        "user root",
        "identityfile ~/keys/my key",
        "proxyjump plain,me@gate:2200",
        "serveraliveinterval 30",
        "remotecommand echo 'a  b' # 100%",
        "requesttty true",
        "localforward [127.0.0.1]:8080 [localhost]:80",
        "remoteforward 9000 [localhost]:22",
        "dynamicforward 1080",
    }


def test_putty_sessions_come_back_whole(tmp_path: Path) -> None:
    path = tmp_path / "sessions.reg"
    path.write_bytes(to_putty(HOSTS).encode())
    back = FORMATS["putty"](path).hosts
    assert [(host.name, host.destination, host.command, host.keep_alive, host.forwards) for host in back] == [
        (host.name, host.destination, host.command, host.keep_alive, host.forwards) for host in HOSTS
    ]


@pytest.mark.parametrize("format", ["csv", "json"])
def test_tables_come_back_whole(tmp_path: Path, format: str) -> None:
    path = tmp_path / "table"
    path.write_text({"csv": to_csv, "json": to_json}[format](HOSTS[:1] + HOSTS[2:]))
    assert to_save(plan(FORMATS[format](path), ())) == HOSTS[:1] + HOSTS[2:]


def test_json_holds_every_field() -> None:
    assert tuple(from_table(table) for table in json.loads(to_json(HOSTS))) == HOSTS


def test_no_cell_of_the_table_is_a_formula() -> None:
    notes = [f"{start}cmd|' /C calc'!A0" for start in ("=", "+", "-", "@", "\t=", "\r=", "\n=")]
    table = io.StringIO(to_csv(Host(f"host{number}", "h", notes=note) for number, note in enumerate(notes)), newline="")
    rows = list(csv.DictReader(table))
    assert [row["name"] for row in rows] == [f"host{number}" for number in range(len(notes))]
    assert all(row["notes"].startswith("'") for row in rows)


def test_importing_asks_first_and_export_never_replaces_unasked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("SSHTUI_CONFIG_DIR", str(tmp_path))
    source, store = tmp_path / "hosts.list", tmp_path / "hosts.toml"
    source.write_text("root@10.0.0.5:2222\n")
    assert run(["import", "list", str(source)]) == 2
    assert run(["import", "list", str(source), "--dry-run"]) == 0
    assert not store.exists()
    assert run(["import", "list", str(source), "--folder", "office", "--yes"]) == 0
    assert HostStore(store).hosts() == (Host("10.0.0.5", "10.0.0.5", 2222, "root", "office"),)
    assert "new       10.0.0.5  root@10.0.0.5:2222" in capsys.readouterr().out
    assert run(["import", "list", str(source), "--folder", "office"]) == 0
    assert run(["export", "ssh_config", "--out", str(tmp_path / "out")]) == 0
    assert run(["export", "json", "--out", str(tmp_path / "out")]) == 2
    assert (tmp_path / "out").read_text().startswith("Host 10.0.0.5\n")
    assert "Include" in capsys.readouterr().err
