from __future__ import annotations

import sys
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest

from sshtui.errors import BrokenFile, ConfigError, NotFound
from sshtui.model.hosts import Forward, Host
from sshtui.store.hosts import HostStore
from sshtui.store.importers.found import Found
from sshtui.store.importers.guess import guess_format
from sshtui.store.importers.plan import FORMATS, plan, to_save
from sshtui.store.importers.putty_host_keys import read_putty_host_keys

SAMPLES = Path(__file__).parents[2] / "cases" / "imports"

WEB = Host("web-1", "10.0.0.5", 2222, "root", "prod")
EXPECTED: dict[str, tuple[str, tuple[Host, ...], tuple[str, ...]]] = {
    "sessions.reg": (
        "putty",
        (
            Host(
                "web one", "10.0.0.5", 2222, "root", key_pair="C:\\keys\\web.ppk", jump="jump@bastion.example.org",
                command="tmux attach", keep_alive=90,
                forwards=(
                    Forward("local", "8080", "localhost:80"), Forward("remote", "9000", "localhost:22"),
                    Forward("dynamic", "1080"),
                ),
            ),
            Host("café", "10.0.0.11", extra={"proxy": "socks5://socks.example.org:1080"}),
        ),
        ("switch", "empty"),
    ),
    "putty-sessions": ("putty", (Host("home pi", "10.0.0.7", user="pi"),), ()),
    "moba.mxtsessions": (
        "mobaxterm",
        (
            Host("gate", "gate.example.org", user="root"),
            Host("web-1", "10.0.0.5", 2222, folder="prod/web", key_pair="C:\\keys\\web.ppk"),
            Host(
                "behind=two", "10.0.0.9", folder="prod/web", key_pair="~/.ssh/id_ed25519",
                jump="root@gate.example.org,10.1.1.1:2200", command='tmux attach ; echo "x"',
            ),
        ),
        ("desktop", "broken"),
    ),
    "WinSCP.ini": (
        "winscp",
        (
            Host("web one", "10.0.0.5", 2222, "root", "prod", key_pair="C:\\keys\\web.ppk"),
            Host("café", "10.0.0.6", user="rené", jump="jump@gate.example.org:2200"),
        ),
        ("files",),
    ),
    "securecrt.xml": ("securecrt", (WEB,), ("router",)),
    "securecrt": (
        "securecrt",
        (
            Host("web-1", "10.0.0.5", 2222, "root", "prod", key_pair="${VDS_USER_DATA_PATH}\\key"),
            Host("web-2", "10.0.0.6", 22, "admin", "prod", jump="web-1", notes="core switch\nrack 4"),
        ),
        ("web-3",),
    ),
    "confCons.xml": (
        "mremoteng",
        (
            Host("web-1", "10.0.0.5", 2222, "root", "prod", notes="the front door"),
            Host("web-2", "10.0.0.6", 22, "me", "prod", jump="web-1"),
        ),
        ("desk",),
    ),
    "termius.csv": (
        "termius", (Host("web-1", "10.0.0.5", 2222, "root", "prod/web", tags=("eu", "blue")),), ("old switch",),
    ),
    "inventory.ini": (
        "ansible",
        (
            Host("plain.example.org", "plain.example.org", 2222, "admin"),
            *(
                Host(f"web0{number}.example.org", f"web0{number}.example.org", 22, "deploy", "prod/web", tags=("web",))
                for number in (1, 2, 3)
            ),
            Host("10.0.0.5", "10.0.0.5", 2200, "www", "prod/web", tags=("web",)),
            Host("db-a", "10.0.1.1", 22, "admin", "prod/db", key_pair="~/.ssh/db", tags=("db",)),
        ),
        ("here",),
    ),
    "inventory.yml": (
        "ansible",
        (
            Host("plain.example.org", "plain.example.org", 2222, "admin"),
            *(
                Host(
                    f"web0{number}.example.org", f"web0{number}.example.org", 22, "deploy", "prod/web",
                    jump="bastion,deep:2200", tags=("web", "lab") if number == 2 else ("web",),
                )
                for number in (1, 2, 3)
            ),
            Host("10.0.0.5", "10.0.0.5", 2200, "www", "prod/web", jump="bastion,deep:2200", tags=("web",)),
            Host(
                "db-a", "10.0.1.1", 22, "admin", "prod/db", key_pair="~/.ssh/db", jump="bastion,deep:2200",
                tags=("db",),
            ),
            Host("pi", "pi", 22, "admin", "lab", jump="me@gate:2222", tags=("lab",)),
        ),
        ("here", "moving"),
    ),
    "ssh-config": (
        "ssh_config",
        tuple(
            Host(
                name, f"{name}.example.org", 2222, "root", jump="bastion",
                forwards=(Forward("local", "8080", "localhost:80"),),
                extra={
                    "identity_files": ["~/.ssh/one", "~/.ssh/two"], "set_environment": {"A": "1"},
                    "certificate_files": [f"~/.ssh/{name}.example.org-cert.pub"],
                },
            )
            for name in ("web-1", "web-2")
        ),
        ("",),
    ),
    "hosts.list": (
        "list",
        (
            Host("10.0.0.5", "10.0.0.5", 2222, "root"),
            Host("web", "web.example.org", user="deploy"),
            Host("::1", "::1"),
        ),
        ("-oProxyCommand=id",),
    ),
    "hosts.json": ("json", (Host("web-1", "10.0.0.5", 2222, "root", "prod", tags=("eu",)),), ()),
}  # fmt: skip


def read(name: str) -> Found:
    return FORMATS[EXPECTED[name][0]](SAMPLES / name)


@pytest.mark.parametrize("name", EXPECTED)
def test_a_file_gives_its_ssh_hosts_and_says_what_it_leaves_out(name: str) -> None:
    _format, hosts, skipped = EXPECTED[name]
    found = read(name)
    assert tuple(found.hosts) == hosts
    assert tuple(entry.name for entry in found.skipped) == skipped
    assert all(entry.reason for entry in found.skipped)


@pytest.mark.parametrize("name", EXPECTED)
def test_the_same_file_again_changes_nothing(name: str, tmp_path: Path) -> None:
    found = read(name)
    HostStore(tmp_path / "hosts.toml").put_all(to_save(plan(found, (), folder="office")))
    again = plan(found, HostStore(tmp_path / "hosts.toml").hosts(), folder="office")
    assert to_save(again, conflicts=True) == ()
    assert {step.action for step in again} <= {"same", "skipped"}


@pytest.mark.parametrize("name", EXPECTED)
def test_no_secret_is_taken(name: str) -> None:
    assert not any(word in repr(read(name)) for word in ("hunter2", "abcdef", "c2VjcmV0", "A35C4A50"))


def test_a_registry_file_in_utf_16_reads_the_same(tmp_path: Path) -> None:
    text = (SAMPLES / "sessions.reg").read_text()
    (tmp_path / "x.reg").write_bytes(text.replace("\n", "\r\n").encode("utf-16"))
    assert FORMATS["putty"](tmp_path / "x.reg").hosts == read("sessions.reg").hosts


def test_a_configuration_of_ssh_on_a_stick_where_everybody_may_write_is_read(tmp_path: Path) -> None:
    (tmp_path / "config").write_text("Host a\n")
    (tmp_path / "config").chmod(0o777)
    assert [host.name for host in FORMATS["ssh_config"](tmp_path / "config").hosts] == ["a"]


def test_yaml_without_its_library_is_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "yaml", None)
    with pytest.raises(ConfigError, match="library that reads it is not installed") as told:
        read("inventory.yml")
    assert "sshtui[yaml]" in told.value.hint


def test_what_an_import_does_not_know_of_a_saved_host_stays() -> None:
    found = Found()
    found.add("a", "10.0.0.1", proxy="socks5://p:1080")
    saved = Host("a", "10.0.0.1", extra={"password": "keyring:0", "proxy": "socks5://old:1"})
    (step,) = plan(found, [saved])
    assert step.host == replace(saved, extra={"password": "keyring:0", "proxy": "socks5://p:1080"})


def test_an_entry_is_held_against_the_saved_host_of_its_name() -> None:
    found = Found()
    for name in ("a", "b", "c", "d"):
        found.add(name, "10.0.0.1", user="root", tags=("x",))
    found.add("bad", "-oX")
    saved = [
        Host("a", "10.0.0.1", user="root", tags=("x",), notes="mine"),
        Host("b", "10.0.0.1", notes="mine"),
        Host("c", "10.0.0.2"),
    ]
    steps = plan(found, saved)
    assert [step.action for step in steps] == ["same", "changed", "conflict", "new", "skipped"]
    assert [host.name for host in to_save(steps)] == ["b", "d"]
    assert to_save(steps)[0] == Host("b", "10.0.0.1", user="root", tags=("x",), notes="mine")
    assert to_save(steps, conflicts=True)[1] == Host("c", "10.0.0.1", user="root", tags=("x",))


def test_folders_are_made_fit() -> None:
    found = Found()
    found.add("a", "10.0.0.1", folder=r"..\prod/./web//x;y")
    assert [host.folder for host in found.hosts] == ["prod/web/x-y"]


def test_names_are_made_fit_and_unique() -> None:
    found = Found()
    for name in ("a/b; rm -rf *", "web", "web", "", "-x"):
        found.add(name, "10.0.0.1")
    assert [host.name for host in found.hosts] == ["a-b- rm -rf", "web", "web-2", "10.0.0.1", "x"]


@pytest.mark.parametrize(
    ("format", "text"),
    [
        ("mremoteng", "<!DOCTYPE x [<!ENTITY a 'b'>]><x>&a;</x>"),
        ("mremoteng", '<x FullFileEncryption="true">AAAA</x>'),
        ("mremoteng", "<x>"),
        ("mremoteng", "aGVsbG8gd29ybGQ=\n"),
        ("ansible", "[web]\na\n[2001:db8::5]\nb\n"),
        ("ansible", "[web:sons]\na\n"),
        ("securecrt", "no xml"),
        ("json", "[1]"),
        ("json", "{"),
        ("json", "[" * 100_000),
        ("csv", "a,b\n1,2\n"),
        ("ansible", 'web ansible_user="x\n'),
        ("ansible", "web[1:99999999]\n"),
        ("ansible", "a[1:999]b[1:999]\n"),
        ("ansible", "---\n- a list\n"),
        ("ansible", "all:\n  hosts: [\n"),
        ("ansible", "all:\n  children: &a\n    b:\n      children: *a\n"),
        (
            "ansible",
            "g0: &g0\n"
            + "".join(
                f"g{at}: &g{at}\n  children:\n    a{at}: *g{at - 1}\n    b{at}: *g{at - 1}\n" for at in range(1, 40)
            ),
        ),
        ("ansible", "---\nplugin: amazon.aws.aws_ec2\n"),
        ("ansible", "all:\n  hosts:\n    web[1:99999999]:\n"),
        ("ansible", "all:\n  x: " + "[" * 5_000),
        ("ansible", "---\na: !!python/object/apply:os.system [id]\n"),
    ],
)
def test_a_file_that_is_not_of_its_format_is_named(tmp_path: Path, format: str, text: str) -> None:
    path = tmp_path / "file"
    path.write_text(text)
    with pytest.raises(BrokenFile):
        FORMATS[format](path)


@pytest.mark.parametrize("format", FORMATS)
def test_no_file_and_noise_end_in_a_sentence_or_in_nothing(tmp_path: Path, format: str) -> None:
    noise = tmp_path / "noise"
    noise.write_bytes(bytes(range(256)) * 20)
    with suppress(BrokenFile):
        assert FORMATS[format](noise).hosts == []
    with pytest.raises(NotFound):
        FORMATS[format](tmp_path / "none")


ANSIBLE = """
[all:vars]
ansible_ssh_common_args='-o ProxyCommand="ssh -W %h:%p -q me@gate.example.com"'
ansible_user="deploy"
[front]
web[01:05:2].example.com:2222 ansible_ssh_private_key_file="~/.ssh/my key"
own ansible_host=192.0.2.50 ansible_ssh_common_args="-J a@b:2200,c"
"""


def test_the_arguments_for_ssh_of_an_inventory_are_taken_with_all_their_quotes(tmp_path: Path) -> None:
    (tmp_path / "hosts").write_text(ANSIBLE)
    found = FORMATS["ansible"](tmp_path / "hosts")
    assert [(host.name, host.destination, host.jump, host.key_pair) for host in found.hosts] == [
        *(
            (f"web0{at}.example.com", f"deploy@web0{at}.example.com:2222", "me@gate.example.com", "~/.ssh/my key")
            for at in (1, 3, 5)
        ),
        ("own", "deploy@192.0.2.50", "a@b:2200,c", ""),
    ]


@pytest.mark.parametrize(
    "head",
    [
        r"[HKEY_USERS\S-1-5-21-7\Software\SimonTatham\PuTTY\Sessions\web%20one]",
        r"[HKEY_CURRENT_USER\Software\9bis.com\KiTTY\Sessions\web%20one]",
        r"[Software\\SimonTatham\\PuTTY\\Sessions\\web%20one] 1699999999",
    ],
)
def test_sessions_of_kitty_and_of_wine_are_read_like_those_of_putty(tmp_path: Path, head: str) -> None:
    """Wine keeps its registry in user.reg, with doubled backslashes and the time of the last change."""
    (tmp_path / "user.reg").write_text(f'{head}\n#time=1da1\n"HostName"="10.0.0.5"\n"Protocol"="ssh"\n')
    assert FORMATS["putty"](tmp_path / "user.reg").hosts == [Host("web one", "10.0.0.5")]
    assert guess_format(tmp_path / "user.reg") == "putty"


REG_EXE = r"""#!/bin/sh
# As Windows' own answers to `query KEY /s`; for any other key it fails as that does.
case "$2" in
*Sessions) printf '%s\r\n' '' 'HKEY_CURRENT_USER\Software\SimonTatham\PuTTY\Sessions\caf%E9' \
  '    HostName    REG_SZ    10.0.0.5' '    PortNumber    REG_DWORD    0x8ae' '    Protocol    REG_SZ    ssh' \
  '    RemoteCommand    REG_SZ    echo a    b' '    UserName    REG_SZ    ' '' ;;
*SshHostKeys) printf '%s\r\n' '' 'HKEY_CURRENT_USER\Software\SimonTatham\PuTTY\SshHostKeys' \
  '    ssh-ed25519@22:10.0.0.5    REG_SZ    0x1,0x2' ;;
*) exit 1 ;;
esac
"""


def test_the_registry_is_read_where_windows_is_around(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(NotFound, match="no Windows registry here"):
        FORMATS["putty"](Path("registry"))
    (tmp_path / "reg.exe").write_text(REG_EXE)
    (tmp_path / "reg.exe").chmod(0o700)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    assert FORMATS["putty"](Path("registry")).hosts == [Host("café", "10.0.0.5", 2222, command="echo a    b")]
    (found,), skipped = read_putty_host_keys(Path("registry"))
    assert (found.address, found.port, found.host_key.kind, skipped) == ("10.0.0.5", 22, "ED25519", ())
    assert guess_format(Path("registry")) == "putty"


def test_one_cell_may_hold_user_address_and_port(tmp_path: Path) -> None:
    rows = "deploy@web.example.com:2222;;a\n[2001:db8::1];me;b\n2001:db8::2;me;c\nssh://x@h:23;;d\n-oX@h:1;;e\n"
    (tmp_path / "x.csv").write_text(f"Host Name;User;Name\n{rows}")
    found = FORMATS["csv"](tmp_path / "x.csv")
    assert [f"{host.name} {host.destination}" for host in found.hosts] == [
        "a deploy@web.example.com:2222", "b me@2001:db8::1", "c me@2001:db8::2", "d x@h:23",
    ]  # fmt: skip
    assert [entry.name for entry in found.skipped] == ["e"]
