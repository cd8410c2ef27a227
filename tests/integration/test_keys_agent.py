"""The commands for the agent, against OpenSSH's ssh-agent, with ssh-add as the judge."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from sshtui.cli.run import run as sshtui
from sshtui.keys.agent import start_agent
from tests.integration.keys_programs import run
from tests.servers.key_files import make_key_file
from tests.waiting import until


@pytest.fixture
def agent(need: Callable[[str], str], monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The socket of an agent of this test, which SSH_AUTH_SOCK names."""
    need("ssh-agent")
    started = start_agent()
    monkeypatch.setenv("SSH_AUTH_SOCK", started.path)
    yield started.path
    run("ssh-agent", "-k", SSH_AUTH_SOCK=started.path, SSH_AGENT_PID=str(started.pid))


def held() -> list[str]:
    """What ssh-add says the agent holds."""
    done = subprocess.run(["ssh-add", "-l"], capture_output=True, text=True, check=False)
    return done.stdout.splitlines() if done.returncode == 0 else []


def descriptor(*lines: str) -> str:
    """A file descriptor that says these lines."""
    reading, writing = os.pipe()
    os.write(writing, "".join(f"{line}\n" for line in lines).encode())
    os.close(writing)
    return str(reading)


@pytest.mark.parametrize("kind", ["ed25519", "ecdsa", "rsa"])
def test_a_protected_key_is_added_listed_and_removed(
    agent: str, tmp_path: Path, kind: str, capsys: pytest.CaptureFixture[str]
) -> None:
    made = make_key_file(tmp_path / "pair", kind, passphrase="sesame", comment="me@here")
    assert sshtui(["keys", "agent", "add", str(made), "--passphrase-fd", descriptor("sesame")]) == 0
    assert [line.split()[2] for line in held()] == ["me@here"]
    capsys.readouterr()
    assert sshtui(["keys", "agent", "list", "--json"]) == 0
    (listed,) = json.loads(capsys.readouterr().out)
    assert listed["sha256"] == held()[0].split()[1]
    assert sshtui(["keys", "agent", "remove", listed["sha256"]]) == 0
    assert held() == []


def test_a_certificate_goes_along(agent: str, tmp_path: Path, need: Callable[[str], str]) -> None:
    made, authority = make_key_file(tmp_path / "pair"), make_key_file(tmp_path / "authority")
    run(need("ssh-keygen"), "-q", "-s", authority, "-I", "me", "-n", "root", f"{made}.pub")
    assert sshtui(["keys", "agent", "add", str(made)]) == 0
    assert sorted(line.split()[-1] for line in held()) == ["(ED25519)", "(ED25519-CERT)"]
    assert sshtui(["keys", "agent", "remove", str(made)]) == 0
    assert held() == []


def test_an_expired_certificate_keeps_no_key_out(agent: str, tmp_path: Path, need: Callable[[str], str]) -> None:
    made, authority = make_key_file(tmp_path / "pair"), make_key_file(tmp_path / "authority")
    span = "20200101000000Z:20200102000000Z"
    run(need("ssh-keygen"), "-q", "-s", authority, "-I", "me", "-V", span, f"{made}.pub")
    assert sshtui(["keys", "agent", "add", str(made)]) == 0
    assert [line.split()[-1] for line in held()] == ["(ED25519)"]


def test_a_lifetime_ends(agent: str, tmp_path: Path) -> None:
    made = make_key_file(tmp_path / "pair")
    assert sshtui(["keys", "agent", "add", str(made), "--lifetime", "4"]) == 0
    assert len(held()) == 1
    until(lambda: not held(), "agent without a key pair", 20)


def test_a_locked_agent_shows_nothing_until_it_is_unlocked(
    agent: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    made = make_key_file(tmp_path / "pair")
    assert sshtui(["keys", "agent", "add", str(made)]) == 0
    assert sshtui(["keys", "agent", "lock", "--passphrase-fd", descriptor("shut")]) == 0
    assert held() == []
    assert sshtui(["keys", "agent", "unlock", "--passphrase-fd", descriptor("wrong")]) == 9
    assert sshtui(["keys", "agent", "unlock", "--passphrase-fd", descriptor("shut")]) == 0
    assert len(held()) == 1
    assert sshtui(["keys", "agent", "remove-all"]) == 0
    assert held() == []


def test_a_ppk_file_is_added_too(agent: str, tmp_path: Path, need: Callable[[str], str]) -> None:
    made, secret = tmp_path / "pair.ppk", tmp_path / "secret"
    secret.write_text("sesame")
    run(need("puttygen"), "-q", "-t", "rsa", "-b", "2048", "-C", "putty", "-o", made, "--new-passphrase", secret)
    made.chmod(0o600)
    assert sshtui(["keys", "agent", "add", str(made), "--passphrase-fd", descriptor("sesame")]) == 0
    assert [line.split()[2] for line in held()] == ["putty"]


def test_an_agent_that_went_away_is_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("SSH_AUTH_SOCK", str(tmp_path / "gone"))
    assert sshtui(["keys", "agent", "list"]) == 9
    assert "No agent answers" in capsys.readouterr().err
