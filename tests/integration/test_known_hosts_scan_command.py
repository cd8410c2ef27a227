from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from sshtui.cli.run import run
from sshtui.ssh.known_hosts import KnownHosts
from tests.servers.openssh import OpenSSH


def test_a_scan_says_what_is_known_and_trusts_nothing(
    start_sshd: Callable[..., OpenSSH], surroundings: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    server = start_sshd(host_key_kinds=("rsa", "ed25519"))
    file = surroundings / ".ssh" / "known_hosts"
    (known,) = (host_key for host_key in server.host_keys if host_key.kind == "RSA")
    KnownHosts(file).remember(server.address, server.port, known)
    before = file.read_text()
    place = f"{server.address}:{server.port}"
    assert run(["known-hosts", "scan", place, "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert {each["type"]: each["state"] for each in found} == {"ED25519": "changed", "RSA": "known"}
    assert file.read_text() == before
    assert run(["known-hosts", "scan", place]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert run(["known-hosts", "add", *lines, "--yes"]) == 0
    assert file.read_text() == before + next(f"{line}\n" for line in lines if "ed25519" in line)
