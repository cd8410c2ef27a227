"""`sshtui doctor` as a process, without a terminal, against a real server."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

from sshtui.model.diagnosis import STEPS
from tests.servers.openssh import OpenSSH
from tests.servers.process import free_port

SSHTUI = Path(sys.executable).with_name("sshtui")


def doctor(*arguments: str, encoding: str = "utf-8") -> subprocess.CompletedProcess[str]:
    command, environment = [str(SSHTUI), "doctor", *arguments], {**os.environ, "PYTHONIOENCODING": encoding}
    return subprocess.run(
        command, capture_output=True, encoding=encoding, stdin=subprocess.DEVNULL, timeout=60, env=environment
    )


def test_a_server_nobody_trusted_yet_is_reached_and_the_host_key_is_what_stops(sshd: OpenSSH) -> None:
    done = doctor("127.0.0.1", "-p", str(sshd.port), "-l", sshd.user)
    steps = [line.split("  ")[0].strip() for line in done.stdout.splitlines() if not line.startswith(" ")]
    assert [step for step in STEPS if step != "way"] == steps
    assert "key exchange  ✓ ok" in done.stdout
    assert "login         –" in done.stdout
    assert done.stderr == ""
    assert sshd.login_attempts() == 0


def test_a_reader_of_ascii_gets_words_without_marks(surroundings: Path) -> None:
    done = doctor(f"127.0.0.1:{free_port()}", encoding="ascii")
    assert done.stdout.isascii()
    assert "tcp           FAILED" in done.stdout
    assert "login         -" in done.stdout


def test_a_closed_port_is_the_first_failure_and_its_code(surroundings: Path) -> None:
    done = doctor(f"127.0.0.1:{free_port()}", "--json")
    findings = json.loads(done.stdout)
    failed = [finding for finding in findings if finding["verdict"] == "failed"]
    assert [finding["step"] for finding in failed] == ["tcp"]
    assert done.returncode == failed[0]["exit_code"] == 5
    assert failed[0]["advice"]


def test_a_command_of_match_exec_runs_when_connecting_and_only_after_consent(
    surroundings: Path, tmp_path: Path
) -> None:
    ran, port = tmp_path / "ran", free_port()
    (surroundings / ".ssh").mkdir()
    (surroundings / ".ssh" / "config").write_text(
        f"Host hop\n  HostName 127.0.0.1\n  Port {port}\nHost far\n  HostName far.test\n"
        f'Match host far.test exec "echo %n >>{ran}"\n  ProxyJump hop\n'
    )
    directory = tmp_path / "config"
    directory.mkdir()

    def examined() -> subprocess.CompletedProcess[str]:
        command = [str(SSHTUI), "--config-dir", str(directory), "doctor", "far"]
        return subprocess.run(command, capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=60)

    before = examined()
    assert "Match exec is not run here (match_exec = true in settings.toml runs it when connecting)" in before.stderr
    assert "hop" not in before.stdout
    (directory / "settings.toml").write_text("match_exec = true\n")
    listed = subprocess.run([str(SSHTUI), "--config-dir", str(directory), "hosts", "list", "--all"], check=True)
    assert (listed.returncode, ran.exists()) == (0, False)
    after = examined()
    assert "hop, which far is reached through" in after.stdout
    assert after.stderr == ""
    assert ran.read_text() == "far\n"
