"""What may stand in the fields of a saved host."""

from __future__ import annotations

import pytest

from sshtui.model.hosts import (
    Host,
    address_problem,
    folder_problem,
    name_problem,
    port_problem,
    user_problem,
)

# What a shell, an option parser or a terminal would take for more than a name.
HOSTILE = [
    "-oProxyCommand=id",
    "a;id",
    "a|id",
    "a`id`",
    "$(id)",
    "a b\nc",
    "a\x1b[2J",
    "a&b",
    "a<b",
    "a>b",
    "a'b",
    'a"b',
    "a\\b",
    "a\x9b31m",
    "a\u202eb",
]


@pytest.mark.parametrize("name", ["web-1", "Büro", "web 1", "10.0.0.5", "a@b", "x" * 128, "日本"])
def test_good_names(name: str) -> None:
    assert name_problem(name) == ""


@pytest.mark.parametrize("name", [*HOSTILE, "", " a", "a ", "*", "a?", "!a", "a,b", "x" * 129])
def test_bad_names(name: str) -> None:
    assert name_problem(name)


@pytest.mark.parametrize(
    "address",
    [
        "web-1.example.org",
        "web_1",
        "10.0.0.5",
        "::1",
        "2001:db8::1",
        "fe80::1%eth0",
        "localhost",
        "bücher.example",
        "a.",
        "xn--bcher-kva",
    ],
)
def test_good_addresses(address: str) -> None:
    assert address_problem(address) == ""


@pytest.mark.parametrize(
    "address",
    [
        *HOSTILE,
        "",
        "10.0.0",
        "10.0.0.256",
        "1.2.3.4.5",
        "999",
        "a..b",
        ".a",
        "-a",
        "a-.b",
        "::1::",
        "web:22",
        "[::1]",
        "a/b",
        "user@web",
        "x" * 64,
        "a." * 127 + "a",
    ],
)
def test_bad_addresses(address: str) -> None:
    assert address_problem(address)


@pytest.mark.parametrize("port", ["1", "22", "65535", "022"])
def test_good_ports(port: str) -> None:
    assert port_problem(port) == ""


@pytest.mark.parametrize("port", ["", "0", "65536", "-1", "+22", " 22", "22 ", "ssh", "２２", "1e3", "9" * 5000])
def test_bad_ports(port: str) -> None:
    assert port_problem(port)


@pytest.mark.parametrize("user", ["", "root", "a.b", "first_last", "user@domain", "svc-deploy", "_apt", "DOMAIN+user"])
def test_good_users(user: str) -> None:
    assert user_problem(user) == ""


@pytest.mark.parametrize("user", [*HOSTILE, "-l", "a b", "a/b", "a:b", "x" * 257])
def test_bad_users(user: str) -> None:
    assert user_problem(user)


@pytest.mark.parametrize("folder", ["", "prod", "prod/web", "a b/c"])
def test_good_folders(folder: str) -> None:
    assert folder_problem(folder) == ""


@pytest.mark.parametrize("folder", ["/", "/a", "a/", "a//b", " /a", "a/*"])
def test_bad_folders(folder: str) -> None:
    assert folder_problem(folder)


@pytest.mark.parametrize(
    ("host", "destination"),
    [
        (Host("a", "web"), "web"),
        (Host("a", "web", user="root"), "root@web"),
        (Host("a", "web", 2222, "root"), "root@web:2222"),
        (Host("a", "::1"), "::1"),
        (Host("a", "::1", 2222), "[::1]:2222"),
    ],
)
def test_a_destination_reads_like_an_argument_of_ssh(host: Host, destination: str) -> None:
    assert host.destination == destination


@pytest.mark.parametrize("zone", ["", "$(id)", ";id", "a b", "a\nb", "\x1b]0;x\x07", "-x", "e%0", "x" * 33])
def test_a_zone_holds_nothing_a_shell_or_a_terminal_minds(zone: str) -> None:
    assert address_problem(f"fe80::1%{zone}")
