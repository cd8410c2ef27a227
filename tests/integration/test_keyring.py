"""The system's keyring: a real Secret Service on a bus of the test, locked, missing, silent; and plaintext refused."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import secretstorage
from jeepney.io.blocking import open_dbus_connection

from sshtui.secrets.keyring_store import SERVICE, TIME_LIMIT
from tests.servers.session_bus import gnome_keyring, session_bus, silent_secret_service

Probe = Callable[..., dict[str, Any]]
NUMBER, SECRET = "0191a2b3-0000-7000-8000-000000000001", "pass wörd\n'\"$(id)"


@pytest.fixture
def bus(tmp_path: Path, need: Callable[[str], str]) -> Iterator[dict[str, str]]:
    """A session bus with nobody on it."""
    with session_bus(tmp_path / "bus", need("dbus-daemon")) as environment:
        yield environment


@pytest.fixture
def keyring(bus: dict[str, str], tmp_path: Path, need: Callable[[str], str]) -> Iterator[dict[str, str]]:
    """A session bus with an open keyring."""
    with gnome_keyring(tmp_path, need("gnome-keyring-daemon"), bus, password="opens the keyring"):
        yield bus


@pytest.fixture
def probe(surroundings: Path) -> Probe:
    """`probe(bus, action, …)`: a program of its own asks the keyring; without a bus there is none."""

    def run(bus: dict[str, str], *arguments: str, limit: float = TIME_LIMIT) -> dict[str, Any]:
        environment = {name: value for name, value in os.environ.items() if name != "DBUS_SESSION_BUS_ADDRESS"}
        command = [sys.executable, "-m", "tests.integration.keyring_probe", str(limit), *arguments]
        environment |= bus
        done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60)
        assert done.returncode == 0, done.stderr
        found: dict[str, Any] = json.loads(done.stdout)
        return found

    return run


def test_a_secret_is_kept_by_the_real_service_found_by_another_program_and_removed(
    keyring: dict[str, str], probe: Probe
) -> None:
    assert probe(keyring, "places")["value"] == ["keyring", "vault"]
    assert probe(keyring, "put", NUMBER, SECRET)["problem"] == ""
    assert probe(keyring, "get", NUMBER)["value"] == SECRET
    with open_dbus_connection(keyring["DBUS_SESSION_BUS_ADDRESS"]) as connection:
        (item,) = secretstorage.search_items(connection, {"service": SERVICE, "username": NUMBER})
        assert item.get_secret().decode() == SECRET
    assert probe(keyring, "remove", NUMBER)["problem"] == ""
    assert probe(keyring, "get", NUMBER) | {"seconds": 0} == {"value": None, "problem": "", "seconds": 0}
    assert probe(keyring, "remove", NUMBER)["problem"] == ""


def test_without_a_service_the_package_would_write_plain_text_and_is_refused(probe: Probe, surroundings: Path) -> None:
    # keyrings.alt is installed here; without this line the test would prove nothing.
    assert probe({}, "kind")["value"] == "keyrings.alt.file.PlaintextKeyring"
    assert probe({}, "places")["value"] == ["vault"]
    said = probe({}, "put", NUMBER, SECRET)
    assert said["problem"] == "This system has no keyring that keeps secrets safe. The vault does: sshtui secrets vault"
    kept = [path for path in surroundings.rglob("*") if path.is_file()]
    assert [path for path in kept if NUMBER.encode() in path.read_bytes()] == []
    assert [path for path in kept if "keyring" in path.name and path.suffix == ".cfg"] == []


@pytest.mark.parametrize("named", ["keyrings.alt.file.PlaintextKeyring", "keyring.backends.null.Keyring"])
def test_a_backend_that_somebody_configured_is_refused_too(named: str, keyring: dict[str, str], probe: Probe) -> None:
    environment = {**keyring, "PYTHON_KEYRING_BACKEND": named}
    assert probe(environment, "kind")["value"] == named
    assert "no keyring that keeps secrets safe" in probe(environment, "put", NUMBER, SECRET)["problem"]


def test_a_locked_keyring_is_a_sentence_in_time(
    bus: dict[str, str], tmp_path: Path, need: Callable[[str], str], probe: Probe
) -> None:
    program = need("gnome-keyring-daemon")
    with gnome_keyring(tmp_path, program, bus, password="first"):
        assert probe(bus, "put", NUMBER, SECRET)["problem"] == ""
    with gnome_keyring(tmp_path, program, bus, password=None):
        said = probe(bus, "get", NUMBER)
    assert said["value"] is None
    assert said["problem"].startswith(("The system's keyring refused (", "The system's keyring does not answer."))
    assert SECRET not in said["problem"]
    assert said["seconds"] < TIME_LIMIT + 3


def test_a_service_that_never_answers_is_given_up_with_a_sentence(bus: dict[str, str], probe: Probe) -> None:
    assert TIME_LIMIT == 5.0
    with silent_secret_service(bus):
        said = probe(bus, "places", limit=1)
        assert said["value"] == ["keyring", "vault"]
        said = probe(bus, "get", NUMBER, limit=1)
    assert said["problem"] == "The system's keyring does not answer. It may wait for its own dialog."
    assert said["seconds"] < 4


def test_a_bus_that_never_answers_is_given_up_and_the_vault_offered(tmp_path: Path, probe: Probe) -> None:
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(tmp_path / "mute"))
        listener.listen()
        said = probe({"DBUS_SESSION_BUS_ADDRESS": f"unix:path={tmp_path / 'mute'}"}, "places", limit=1)
    assert said["value"] == ["vault"]
    assert said["seconds"] < 4
