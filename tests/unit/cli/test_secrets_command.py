"""`sshtui secrets` by descriptors: values never in the arguments, nothing readable in the files."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

from sshtui.cli.run import run

CANARY = "canary-c0de"


class Said(NamedTuple):
    code: int
    out: str
    err: str


Secrets = Callable[..., Said]


def descriptor(line: str) -> int:
    """A pipe with one line in it."""
    reading, writing = os.pipe()
    os.write(writing, f"{line}\n".encode())
    os.close(writing)
    return reading


@pytest.fixture
def secrets(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Secrets:
    """Runs `sshtui secrets …` on a configuration with one host; `secret` and `vault` go through descriptors."""
    monkeypatch.setenv("SSHTUI_CONFIG_DIR", str(tmp_path))
    assert run(["hosts", "add", "web-1", "root@10.0.0.5"]) == 0

    def call(*arguments: str, secret: str | None = None, vault: str | None = None) -> Said:
        given = [
            (name, descriptor(line)) for name, line in (("--fd", secret), ("--vault-fd", vault)) if line is not None
        ]
        code = run(["secrets", *arguments, *(word for name, fd in given for word in (name, str(fd)))])
        for _, fd in given:
            os.close(fd)
        told = capsys.readouterr()
        return Said(code, told.out, told.err)

    return call


def test_a_secret_is_saved_listed_and_removed_without_being_shown(secrets: Secrets, tmp_path: Path) -> None:
    said = secrets("set", "web-1", "--place", "vault", secret=CANARY, vault="sesame")
    assert said.code == 0
    listed = secrets("list", "--json")
    (row,) = json.loads(listed.out)
    assert (row["host"], row["kind"], row["place"]) == ("web-1", "password", "vault")
    assert "web-1" in secrets("list").out
    assert not [file for file in tmp_path.rglob("*") if file.is_file() and CANARY.encode() in file.read_bytes()]
    assert secrets("remove", "web-1", vault="wrong").code == 3
    assert secrets("remove", "web-1", vault="sesame").code == 0
    assert json.loads(secrets("list", "--json").out) == []
    assert CANARY not in said.out + said.err + listed.out


def test_totp_prints_a_code(secrets: Secrets) -> None:
    assert secrets("totp", "web-1").code == 4
    secrets("set", "web-1", "--kind", "totp", "--place", "vault", secret="GEZDGNBVGY3TQOJQ", vault="sesame")
    said = secrets("totp", "web-1", vault="sesame")
    assert len(said.out.strip()) == 6
    assert said.out.strip().isdigit()
    assert "counts for" in said.err


def test_what_cannot_be_saved_is_a_sentence(secrets: Secrets) -> None:
    assert secrets("set", "other", secret="x").code == 4
    assert secrets("set", "web-1", secret="").code == 2
    assert secrets("set", "web-1", "--kind", "totp", secret="no base32!").code == 2
    assert secrets("remove", "web-1").code == 4


def test_move_takes_plain_text_out_of_the_file(secrets: Secrets, tmp_path: Path) -> None:
    file = tmp_path / "hosts.toml"
    file.write_text(file.read_text() + f'password = "{CANARY}"\n')
    assert "plain text" in secrets("list").out
    assert secrets("move", "web-1", "--place", "vault", vault="sesame").code == 0
    assert CANARY not in file.read_text()
    assert "vault" in secrets("list").out


def test_removing_a_host_notes_its_secret_for_the_next_unlocking(secrets: Secrets, tmp_path: Path) -> None:
    secrets("set", "web-1", "--place", "vault", secret=CANARY, vault="sesame")
    before = (tmp_path / "secrets.vault").read_bytes()
    assert run(["hosts", "remove", "web-1", "--yes"]) == 0
    assert run(["hosts", "add", "web-2", "root@10.0.0.6"]) == 0
    assert secrets("set", "web-2", "--place", "vault", secret="x", vault="sesame").code == 0
    assert len((tmp_path / "secrets.vault").read_bytes()) < len(before), "only the new, shorter one is in it"


def test_without_a_terminal_the_option_that_takes_the_secret_is_named(
    secrets: Secrets, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", open(os.devnull))  # noqa: SIM115  # stands for the test
    said = secrets("set", "web-1", "--kind", "totp")
    assert (said.code, said.err.splitlines()) == (
        2,
        ["sshtui: A secret is needed and there is no terminal to ask on.", "Hand it over with --fd."],
    )
