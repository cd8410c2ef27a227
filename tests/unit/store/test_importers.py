from __future__ import annotations

from contextlib import suppress
from pathlib import Path

import pytest

from sshtui.errors import BrokenFile, NotFound
from sshtui.model.hosts import Forward, Host
from sshtui.store.importers.found import Found
from sshtui.store.importers.plan import FORMATS, plan, to_save

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
        ),
        ("switch", "empty"),
    ),
    "putty-sessions": ("putty", (Host("home pi", "10.0.0.7", user="pi"),), ()),
    "moba.mxtsessions": (
        "mobaxterm",
        (
            Host("gate", "gate.example.org", user="root"),
            Host("web-1", "10.0.0.5", 2222, folder="prod/web", key_pair="C:\\keys\\web.ppk"),
        ),
        ("desktop",),
    ),
    "WinSCP.ini": (
        "winscp",
        (Host("web one", "10.0.0.5", 2222, "root", "prod", key_pair="C:\\keys\\web.ppk"),),
        ("files",),
    ),
    "securecrt.xml": ("securecrt", (WEB,), ("router",)),
    "securecrt": (
        "securecrt", (Host("web-1", "10.0.0.5", 2222, "root", "prod", key_pair="${VDS_USER_DATA_PATH}\\key"),), (),
    ),
    "confCons.xml": (
        "mremoteng", (Host("web-1", "10.0.0.5", 2222, "root", "prod", notes="the front door"),), ("desk",),
    ),
    "termius.csv": (
        "termius", (Host("web-1", "10.0.0.5", 2222, "root", "prod/web", tags=("eu", "blue")),), ("old switch",),
    ),
    "inventory.ini": (
        "ansible",
        (
            Host("plain.example.org", "plain.example.org", 2222, "admin"),
            *(
                Host(f"web0{number}.example.org", f"web0{number}.example.org", 22, "deploy", "web", tags=("web",))
                for number in (1, 2, 3)
            ),
            Host("10.0.0.5", "10.0.0.5", 2200, "www", "web", tags=("web",)),
            Host("db-a", "10.0.1.1", 22, "admin", "db", key_pair="~/.ssh/db", tags=("db",)),
        ),
        ("here",),
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
def test_the_same_file_again_changes_nothing(name: str) -> None:
    found = read(name)
    first = to_save(plan(found, (), folder="office"))
    again = plan(found, first, folder="office")
    assert to_save(again, conflicts=True) == ()
    assert {step.action for step in again} <= {"same", "skipped"}


@pytest.mark.parametrize("name", EXPECTED)
def test_no_secret_is_taken(name: str) -> None:
    assert not any(word in repr(read(name)) for word in ("hunter2", "abcdef", "c2VjcmV0", "A35C4A50"))


def test_a_registry_file_in_utf_16_reads_the_same(tmp_path: Path) -> None:
    text = (SAMPLES / "sessions.reg").read_text()
    (tmp_path / "x.reg").write_bytes(text.replace("\n", "\r\n").encode("utf-16"))
    assert FORMATS["putty"](tmp_path / "x.reg").hosts == read("sessions.reg").hosts


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
        ("securecrt", "no xml"),
        ("json", "[1]"),
        ("json", "{"),
        ("json", "[" * 100_000),
        ("csv", "a,b\n1,2\n"),
        ("ansible", 'web ansible_user="x\n'),
        ("ansible", "web[1:99999999]\n"),
        ("ansible", "a[1:999]b[1:999]\n"),
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
    if format != "ssh_config":
        with pytest.raises(NotFound):
            FORMATS[format](tmp_path / "none")
