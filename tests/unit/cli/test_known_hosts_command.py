"""`sshtui known-hosts` beside ssh-keygen, whose file it is."""

from __future__ import annotations

import io
import json
import re
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

from sshtui.cli.run import run

HASH = re.compile(r"\|1\|\S+")


class Said(NamedTuple):
    code: int
    out: str
    err: str


Call = Callable[..., Said]


@pytest.fixture
def sshtui(surroundings: Path, capsys: pytest.CaptureFixture[str]) -> Call:
    def call(*arguments: str) -> Said:
        code = run(["known-hosts", *arguments])
        told = capsys.readouterr()
        return Said(code, told.out, told.err)

    return call


@pytest.fixture
def keygen(need: Callable[[str], str]) -> Callable[..., str]:
    program = need("ssh-keygen")
    return lambda *arguments: subprocess.run([program, *arguments], capture_output=True, text=True).stdout


@pytest.fixture
def keys(tmp_path: Path, keygen: Callable[..., str]) -> list[str]:
    """Public keys as known_hosts has them, without names."""
    for kind in ("ed25519", "ecdsa"):
        keygen("-q", "-t", kind, "-N", "", "-f", str(tmp_path / kind))
    return [" ".join((tmp_path / f"{kind}.pub").read_text().split()[:2]) for kind in ("ed25519", "ecdsa")]


@pytest.fixture
def file(surroundings: Path, keys: list[str]) -> Path:
    """known_hosts with plain, shared, pattern and marked lines."""
    path = surroundings / ".ssh" / "known_hosts"
    path.parent.mkdir(mode=0o700, exist_ok=True)
    path.write_text(
        f"# mine\nweb,10.0.0.5 {keys[0]} of the web\n[db]:2222 {keys[1]}\n*.lan {keys[1]}\n@revoked old {keys[0]}\n"
    )
    return path


@pytest.mark.parametrize("hashed", [False, True])
@pytest.mark.parametrize(
    ("ours", "theirs"),
    [("web", "web"), ("10.0.0.5", "10.0.0.5"), ("db:2222", "[db]:2222"), ("a.lan", "a.lan"), ("old", "old")],
)
def test_find_agrees_with_ssh_keygen(
    sshtui: Call, keygen: Callable[..., str], file: Path, ours: str, theirs: str, hashed: bool
) -> None:
    if hashed:
        keygen("-H", "-f", str(file))
        assert "|1|" in file.read_text()
    lines = [int(found[1]) for found in re.finditer(r"found: line (\d+)", keygen("-F", theirs, "-f", str(file)))]
    prints = re.findall(r"SHA256:\S+", keygen("-F", theirs, "-l", "-f", str(file)))
    found = json.loads(sshtui("find", ours, "--json").out)
    assert [(each["line"], each["sha256"]) for each in found] == list(zip(lines, prints, strict=True))
    assert len(lines) == 1


def test_find_takes_the_name_as_known_hosts_writes_it(sshtui: Call, file: Path) -> None:
    assert sshtui("find", "[db]:2222").out == sshtui("find", "db:2222").out != ""


def test_a_host_nobody_knows_is_said_with_an_exit_code(sshtui: Call, file: Path) -> None:
    said = sshtui("find", "nowhere")
    assert (said.code, said.out) == (4, "")
    assert "No host key of nowhere is known" in said.err


@pytest.mark.parametrize("hashed", [False, True])
def test_remove_leaves_what_ssh_keygen_leaves_and_a_copy(
    sshtui: Call, keygen: Callable[..., str], file: Path, tmp_path: Path, hashed: bool
) -> None:
    if hashed:
        keygen("-H", "-f", str(file))
    before = file.read_text()
    theirs = tmp_path / "theirs"
    theirs.write_text(before)
    keygen("-R", "[db]:2222", "-f", str(theirs))
    assert sshtui("remove", "db:2222", "--yes").code == 0
    assert file.read_text() == theirs.read_text() != before
    assert file.with_name("known_hosts.old").read_text() == before


def test_remove_asks_first(sshtui: Call, file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(""))
    assert sshtui("remove", "web").code == 2
    assert "web" in file.read_text()


def test_the_list_has_the_fingerprints_of_ssh_keygen(sshtui: Call, keygen: Callable[..., str], file: Path) -> None:
    theirs = re.findall(r"SHA256:\S+", keygen("-l", "-f", str(file)))
    listed = [each for each in json.loads(sshtui("list", "--json").out) if each["file"] == str(file)]
    # ssh-keygen leaves out what is revoked.
    assert [each["sha256"] for each in listed if each["marker"] != "@revoked"] == theirs
    assert len(listed) == len(theirs) + 1
    (line,) = sshtui("list", "of the web").out.splitlines()
    assert line.startswith("web,10.0.0.5  ED25519 256  SHA256:")


def test_a_revoked_host_key_is_revoked_for_ssh_keygen_too(sshtui: Call, keygen: Callable[..., str], file: Path) -> None:
    assert sshtui("revoke", "web", "--yes").code == 0
    assert re.search(r"# Host web found: line \d+ REVOKED", keygen("-F", "web", "-f", str(file)))


def test_only_the_host_key_of_the_fingerprint_is_revoked(sshtui: Call, file: Path) -> None:
    before = file.read_text()
    assert sshtui("revoke", "web", "SHA256:AAAA", "--yes").code == 4
    assert file.read_text() == before


def test_a_pasted_line_is_added_once_as_it_stands(
    sshtui: Call, keygen: Callable[..., str], file: Path, keys: list[str]
) -> None:
    line = f"@cert-authority *.example {keys[1]} our CA"
    for _ in range(2):
        assert sshtui("add", line, "--yes").code == 0
    assert file.read_text().endswith(f"@revoked old {keys[0]}\n{line}\n")
    assert "CA" in keygen("-F", "a.example", "-f", str(file))


@pytest.mark.parametrize(
    "line", ["# nothing", "web", "web ssh-ed25519 AAAA", "web ssh-rsa KEY", "a KEY\nb KEY", "a\nb KEY"]
)
def test_what_is_no_line_with_a_host_key_is_refused(sshtui: Call, file: Path, keys: list[str], line: str) -> None:
    before = file.read_text()
    blob = keys[0].split()[1]
    assert sshtui("add", line.replace("a KEY", f"a {keys[0]}").replace("b KEY", f"b {keys[0]}").replace("KEY", blob),
                  "--yes").code == 2  # fmt: skip
    assert file.read_text() == before
