from __future__ import annotations

import os
from pathlib import Path

import pytest

from sshtui.model.destination import parse_destination
from sshtui.model.further_fields import WHERE_POSSIBLE
from sshtui.model.hosts import Forward, Host
from sshtui.store.openssh_defaults import tabled
from sshtui.store.ssh_config import ConfigHosts, ConfigHostsFile, read_hosts
from sshtui.store.ssh_config_effective import rows
from sshtui.store.ssh_config_keywords import FORWARDS


@pytest.fixture
def config(surroundings: Path) -> Path:
    """The place of the user's configuration."""
    (surroundings / ".ssh").mkdir()
    return surroundings / ".ssh" / "config"


def read(config: Path, text: str | bytes) -> ConfigHosts:
    config.write_bytes(text.encode() if isinstance(text, str) else text)
    return read_hosts(config)


def test_a_host_has_what_ssh_would_use_and_the_line_it_comes_from(config: Path) -> None:
    (config.parent / "10.0.0.5_key").write_text("")
    found = read(
        config,
        """
        Host web-1 *.lan !x
          HostName 10.0.0.5
          Port 2222
          IdentityFile ~/.ssh/missing
          IdentityFile ~/.ssh/%h_key
          IdentityFile ~/.ssh/second
          ProxyJump me@bastion:22,second
          RemoteCommand tmux attach
          LocalForward 8080 localhost:80
          DynamicForward 1080
        Host *
          User root
          ServerAliveInterval 1m
        """,
    )
    assert found.hosts == (
        Host(
            "web-1", "10.0.0.5", 2222, "root", key_pair="~/.ssh/10.0.0.5_key", jump="me@bastion:22,second",
            command="tmux attach", keep_alive=60, origin="~/.ssh/config:2",
            forwards=(Forward("local", "8080", "localhost:80"), Forward("dynamic", "1080")),
            extra={"identity_files": ["~/.ssh/missing", "~/.ssh/10.0.0.5_key", "~/.ssh/second"]},
        ),
    )  # fmt: skip
    assert not found.hosts[0].editable


def test_hosts_come_in_the_order_of_the_files_with_includes_where_they_stand(config: Path) -> None:
    directory = config.parent / "conf.d"
    directory.mkdir()
    (directory / "20.conf").write_text("Host d\n")
    (directory / "10.conf").write_text("Host b c\nHost a\n")
    found = read(config, "Host a\nInclude conf.d/*.conf none/*\nHost e\n")
    assert [host.name for host in found.hosts] == ["a", "b", "c", "d", "e"]
    assert [host.origin for host in found.hosts[2:4]] == ["~/.ssh/conf.d/10.conf:1", "~/.ssh/conf.d/20.conf:1"]
    assert found.warnings == ()


def test_the_system_file_gives_defaults_and_no_hosts(config: Path, tmp_path: Path) -> None:
    system = tmp_path / "ssh_config"
    system.write_text("Host theirs *\n  User nobody\n  Port 2222\n")
    config.write_text("Host a\n  User me\n")
    assert read_hosts(config, system=system).hosts == (Host("a", "a", 2222, "me", origin="~/.ssh/config:1"),)


def test_a_proxy_command_is_carried_along(config: Path) -> None:
    assert read(config, "Host a\n  ProxyCommand nc %h %p\n").hosts[0].extra == {"proxy_command": "nc %h %p"}


def test_options_travel_with_the_host_in_the_fields_that_the_wire_reads(config: Path) -> None:
    (host,) = read(
        config,
        """
        Host a
          HostName a.example
          HostKeyAlias cluster
          StrictHostKeyChecking accept-new
          UserKnownHostsFile ~/.ssh/known_%h /dev/null
          ForwardAgent yes
          AddKeysToAgent confirm 5m
          Ciphers ^aes256-ctr
          KexAlgorithms +diffie-hellman-group14-sha1
          MACs -hmac-sha2-256
          HostKeyAlgorithms ssh-ed25519
          ConnectTimeout 1m
          AddressFamily inet6
          IdentitiesOnly yes
          SetEnv A=1 B=two
          SendEnv LC_* -LC_ALL TZ
        """,
    ).hosts
    assert host.extra == {
        "host_key_alias": "cluster",
        "strict_host_key_checking": "accept-new",
        "known_hosts_files": [str(config.parent / "known_a.example"), "/dev/null"],
        "agent_forwarding": True,
        "add_keys_to_agent": "confirm 300",
        "ciphers": "^aes256-ctr",
        "kex_algorithms": "+diffie-hellman-group14-sha1",
        "macs": "-hmac-sha2-256",
        "host_key_algorithms": "ssh-ed25519",
        "connect_timeout": 60,
        "address_family": "inet6",
        "identities_only": True,
        "set_environment": {"A": "1", "B": "two"},
        "send_environment": ["LC_*", "TZ"],
    }


@pytest.mark.parametrize("line", ["StrictHostKeyChecking no", "ForwardAgent ~/agent.sock", "RequestTTY no"])
def test_a_value_that_is_not_followed_is_named(config: Path, line: str) -> None:
    found = read(config, f"Host a\n  {line}\n")
    assert found.hosts[0].extra == {}
    assert found.warnings == (f"~/.ssh/config:2: {line.split()[0].lower()} is not followed.",)


def test_match_exec_is_never_run_and_is_named(config: Path, tmp_path: Path) -> None:
    found = read(config, f'Match exec "touch {tmp_path}/ran"\n  User evil\nHost a\n')
    assert found.hosts[0].user == ""
    assert not (tmp_path / "ran").exists()
    assert found.warnings[0].startswith("~/.ssh/config:1: Match exec is not run here")
    assert f"touch {tmp_path}/ran" in found.warnings[0]


def test_what_is_not_followed_is_named_once_with_its_line(config: Path) -> None:
    found = read(config, "Host a b\n  BindInterface eth0\n  LogLevel debug\n  Novelty x\n")
    assert found.warnings == (
        "~/.ssh/config:2: bindinterface is not followed.",
        "~/.ssh/config:4: novelty is not followed.",
    )


@pytest.mark.parametrize(
    "text",
    [
        "Host bad\n  HostName -oProxyCommand=id\n",
        "Host bad\n  HostName a;id\n",
        "Host bad\n  Port 99999\n",
        "Host bad\n  Port x\n",
        "Host bad\n  User a b\n",
        "Host bad\n  ProxyJump -oX\n",
        "Host bad;id\n",
        "Host -bad\n",
        b"Host b\xffd\n",
        "Host ba\x1bd\n",
    ],
)
def test_a_host_that_cannot_be_one_is_left_out_and_named(config: Path, text: str | bytes) -> None:
    data = text.encode() if isinstance(text, str) else text
    found = read(config, data + b"Host good\n")
    assert [host.name for host in found.hosts] == ["good"]
    assert "~/.ssh/config:1: " in found.warnings[0]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('Host "a\n  Port 1\n', "config:1: a quote is not closed"),
        ("Port\n", "config:1: 'Port' has no value"),
        ("Include config\n", "goes round in a circle"),
        ("Include fifo\n", "fifo is not a regular file"),
        ("Include directory\n", "directory is not a regular file"),
        ("Include /dev/zero\n", "/dev/zero is not a regular file"),
    ],
)
def test_a_line_that_cannot_be_followed_is_named_and_the_rest_is_read(config: Path, text: str, words: str) -> None:
    os.mkfifo(config.parent / "fifo")
    (config.parent / "directory").mkdir()
    found = read(config, text + "Host good\n")
    assert "good" in [host.name for host in found.hosts]
    assert any(words in warning for warning in found.warnings)


def test_a_fan_of_includes_ends(config: Path) -> None:
    for name in "abcd":
        (config.parent / name).write_text("Include a b c d\n")
    assert any("more than" in warning or "circle" in warning for warning in read(config, "Include a\n").warnings)


def test_a_byte_order_mark_and_windows_line_ends_do_no_harm(config: Path) -> None:
    found = read(config, b"\xef\xbb\xbfHost a\r\n  User x\r\n")
    assert [(host.name, host.user) for host in found.hosts] == [("a", "x")]


def test_no_file_is_no_hosts(config: Path) -> None:
    assert read_hosts(config) == ConfigHosts()


def test_a_typed_destination_gets_what_the_configuration_says_about_it(config: Path) -> None:
    found = read(config, "Host 10.0.0.*\n  User root\n  Port 2222\n  ProxyJump bastion\n")
    assert found.resolved(parse_destination("10.0.0.7")) == Host("10.0.0.7", "10.0.0.7", 2222, "root", jump="bastion")
    assert found.resolved(parse_destination("me@10.0.0.7:22022")).destination == "me@10.0.0.7:22022"


def test_what_every_host_is_to_be_tried_with_is_no_wish_of_a_typed_one(config: Path) -> None:
    # As Debian's /etc/ssh/ssh_config has it.
    found = read(config, "Host *\n  GSSAPIAuthentication yes\n")
    assert found.resolved(parse_destination("10.0.0.7")).extra["gssapi_authentication"] == WHERE_POSSIBLE


def test_ten_thousand_hosts_are_read_without_squares(config: Path) -> None:
    text = "".join(f"Host web-{number}\n  HostName 10.0.0.{number % 256}\n" for number in range(10_000))
    found = read(config, text + "Host *\n  User root\n")
    assert len(found.hosts) == 10_000
    assert {host.user for host in found.hosts} == {"root"}


def test_a_pattern_made_to_be_slow_is_not(config: Path) -> None:
    found = read(config, f"Host {'*a' * 40}b\n  User x\nHost {'a' * 60}\n")
    assert [host.user for host in found.hosts] == [""]


def test_the_files_are_read_again_when_one_of_them_changed_and_only_then(config: Path) -> None:
    file = ConfigHostsFile(config)
    assert file.read().hosts == ()
    config.write_text("Include conf.d/*\nHost a\n")
    first = file.read()
    assert [host.name for host in first.hosts] == ["a"]
    assert file.read() is first
    (config.parent / "conf.d").mkdir()
    (config.parent / "conf.d" / "x").write_text("Host b\n")
    assert [host.name for host in file.read().hosts] == ["b", "a"]
    (config.parent / "conf.d" / "x").write_text("Host bc\n")
    assert [host.name for host in file.read().hosts] == ["bc", "a"]


def test_a_file_that_everybody_may_change_is_passed_over_and_named(config: Path) -> None:
    (config.parent / "shared").write_text("Host evil\n  ProxyCommand evil\n")
    (config.parent / "shared").chmod(0o666)
    found = read(config, "Include shared\nHost good\n")
    assert [host.name for host in found.hosts] == ["good"]
    assert found.warnings == ("~/.ssh/shared can be changed by everybody: it is passed over, as ssh refuses it.",)
    config.chmod(0o664)
    assert [host.name for host in read_hosts(config).hosts] == ["good"]
    config.chmod(0o646)
    assert read_hosts(config).hosts == ()


def test_forwards_are_followed_with_the_tokens_of_their_paths(tmp_path: Path) -> None:
    (tmp_path / "config").write_text(
        "Host a\n LocalForward /run/%n.sock localhost:80\n RemoteForward 9000\n GatewayPorts yes\n"
        "Host b\n ClearAllForwardings yes\nHost *\n DynamicForward 1080\n"
    )
    found = read_hosts(tmp_path / "config")
    a, b = found.hosts
    assert a.forwards == (
        Forward("local", "/run/a.sock", "localhost:80"), Forward("remote", "9000"), Forward("dynamic", "1080"),
    )  # fmt: skip
    assert a.extra["gateway_ports"] is True
    assert b.forwards == ()
    assert found.warnings == ()
    rows_of_a = {row.keyword: row.followed for row in rows(found.effective("a"), tmp_path, tabled(tmp_path))}
    assert (rows_of_a["localforward"], rows_of_a["remoteforward"]) == (True, True)
    assert not {row.keyword for row in rows(found.effective("b"), tmp_path, tabled(tmp_path))} & set(FORWARDS)


def test_known_hosts_files_may_have_blanks_in_their_paths(tmp_path: Path) -> None:
    (tmp_path / "config").write_text(
        'Host a\n UserKnownHostsFile "/k/with space" /k/%h\n GlobalKnownHostsFile /g "/g/with space"\n'
        "Host b\n UserKnownHostsFile none\n GlobalKnownHostsFile none\n"
    )
    a, b = read_hosts(tmp_path / "config").hosts
    assert a.extra["known_hosts_files"] == ["/k/with space", "/k/a"]
    assert a.extra["global_known_hosts_files"] == ["/g", "/g/with space"]
    assert b.extra["known_hosts_files"] == b.extra["global_known_hosts_files"] == ["/dev/null"]
