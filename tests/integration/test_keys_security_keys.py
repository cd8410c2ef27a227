"""Security keys (FIDO2): made, touched and logged in with; a real server checks each signature and its touch."""

from __future__ import annotations

import asyncio
import base64
import subprocess
from collections.abc import Callable
from pathlib import Path

import asyncssh
import pytest

from sshtui.errors import KeyPairError, LoginRejected, WrongPassphrase
from sshtui.keys.workshop import make
from sshtui.model.questions import Passphrase
from tests.fakes.prompting import ScriptedPrompter
from tests.integration.dialing import Client
from tests.integration.keys_programs import run
from tests.servers.agents import security_key_agent
from tests.servers.key_files import public_key, public_line
from tests.servers.openssh import OpenSSH
from tests.servers.security_keys import SecurityKey, plugged_in
from tests.waiting import eventually

Start = Callable[..., OpenSSH]
TOUCH = "Touch your security key to log in."


@pytest.fixture
def client(surroundings: Path) -> Client:
    return Client(surroundings)


def made_in(key: SecurityKey, path: Path, kind: str, need: Callable[[str], str]) -> Path:
    """A key file of `kind`, made with a touch; ssh-keygen takes it for one."""
    key.touched.set()
    with plugged_in(key):
        make(path, kind)
    key.touched.clear()
    key.asked_for_touch.clear()
    command = [need("ssh-keygen"), "-l", "-f", str(path)]
    listed = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert f"({kind.upper()})" in listed
    return path


@pytest.mark.parametrize("kind", ["ed25519-sk", "ecdsa-sk"])
async def test_a_key_in_a_security_key_logs_in_after_a_touch_that_is_asked_for(
    kind: str, client: Client, surroundings: Path, start_sshd: Start, need: Callable[[str], str]
) -> None:
    key = SecurityKey()
    file = made_in(key, surroundings / "id_sk", kind, need)
    server = start_sshd(authorised=(public_line(file),), password=False)
    host = client.save(server, key_pair=str(file))
    prompter = ScriptedPrompter()
    with plugged_in(key):
        dialing = asyncio.create_task(client.dial(host, prompter))
        await eventually(key.asked_for_touch.is_set, "question for a touch")
        assert [notice.text for notice in prompter.notices] == [TOUCH]
        assert not dialing.done()
        key.touched.set()
        channel = await dialing
    assert channel.facts.method == "publickey"
    await channel.close()


async def test_a_security_key_that_is_not_there_is_told_and_the_next_key_pair_is_tried(
    client: Client, surroundings: Path, start_sshd: Start, need: Callable[[str], str], client_key: Path
) -> None:
    file = made_in(SecurityKey(), surroundings / "id_sk", "ed25519-sk", need)
    server = start_sshd(authorised=(public_line(file),), password=False)
    host = client.save(server, key_pair=str(file), extra={"identity_files": [str(client_key)]})
    prompter = ScriptedPrompter()
    with plugged_in(None):
        async with client.terminal(host, prompter) as channel:
            assert channel.facts.method == "publickey"
    assert [notice.text for notice in prompter.notices] == [
        TOUCH,
        f"{file} cannot sign: Security key credential not found.",
    ]


async def test_another_security_key_than_the_right_one_does_not_log_in(
    client: Client, surroundings: Path, start_sshd: Start, need: Callable[[str], str]
) -> None:
    file = made_in(SecurityKey(), surroundings / "id_sk", "ecdsa-sk", need)
    server = start_sshd(authorised=(public_line(file),), password=False)
    other = SecurityKey()
    other.touched.set()
    with plugged_in(other), pytest.raises(LoginRejected):
        await client.dial(client.save(server, key_pair=str(file)), ScriptedPrompter())
    assert not other.asked_for_touch.is_set()


def verify_required(file: Path, key: SecurityKey, *, marked: bool = True) -> Path:
    """The same key file as `ssh-keygen -O verify-required` writes it: the flag, and a device that guards it."""
    private = asyncssh.read_private_key(file)
    (credential,) = key.credentials
    key.protected.add(credential)
    blob = private.export_private_key("openssh")
    lines = blob.decode().splitlines()
    data = bytearray(base64.b64decode("".join(lines[1:-1])))
    at = data.index(b"\x00\x00\x00\x04ssh:\x01") + 8
    # SSH_SK_USER_VERIFICATION_REQD (OpenSSH, PROTOCOL.u2f).
    data[at] |= 0x04 if marked else 0
    file.write_text("\n".join([lines[0], base64.b64encode(data).decode(), lines[-1], ""]))
    return file


def asked_for_pin(attempt: int = 1, problem: str = "") -> Passphrase:
    return Passphrase("the security key", attempt, problem, "PIN")


WRONG_PIN = "The PIN is wrong. The security key locks itself after 7 more tries."


@pytest.mark.parametrize("kind", ["ed25519-sk", "ecdsa-sk"])
async def test_a_key_that_wants_its_owner_verified_logs_in_by_pin_and_touch(
    kind: str, client: Client, surroundings: Path, start_sshd: Start, need: Callable[[str], str]
) -> None:
    key = SecurityKey(pin="pass word ä")
    file = verify_required(made_in(key, surroundings / "id_sk", kind, need), key)
    # sshd(8), verify-required: a signature without the device's word that it verified its owner is refused.
    server = start_sshd(authorised=(f"verify-required {public_line(file)}",), password=False)
    prompter = ScriptedPrompter("wrong", "pass word ä")
    key.touched.set()
    with plugged_in(key):
        async with client.terminal(client.save(server, key_pair=str(file)), prompter) as channel:
            assert channel.facts.method == "publickey"
    assert prompter.questions == [asked_for_pin(), asked_for_pin(2, WRONG_PIN)]
    assert [notice.text for notice in prompter.notices] == [TOUCH, TOUCH]


async def test_a_device_that_knows_its_owners_finger_is_asked_for_no_pin(
    client: Client, surroundings: Path, start_sshd: Start, need: Callable[[str], str]
) -> None:
    key = SecurityKey(knows_fingers=True)
    file = verify_required(made_in(key, surroundings / "id_sk", "ed25519-sk", need), key)
    server = start_sshd(authorised=(f"verify-required {public_line(file)}",), password=False)
    prompter = ScriptedPrompter()
    key.touched.set()
    with plugged_in(key):
        async with client.terminal(client.save(server, key_pair=str(file)), prompter) as channel:
            assert channel.facts.method == "publickey"
    assert [notice.text for notice in prompter.notices] == [TOUCH]


async def test_a_device_that_signs_nothing_without_its_pin_is_given_it(
    client: Client, surroundings: Path, start_sshd: Start, need: Callable[[str], str]
) -> None:
    key = SecurityKey()
    file = made_in(key, surroundings / "id_sk", "ed25519-sk", need)
    key.pin, key.always_verifies = "1234", True
    server = start_sshd(authorised=(public_line(file),), password=False)
    prompter = ScriptedPrompter("1234")
    key.touched.set()
    with plugged_in(key):
        async with client.terminal(client.save(server, key_pair=str(file)), prompter) as channel:
            assert channel.facts.method == "publickey"
    assert prompter.questions == [asked_for_pin()]


async def test_a_locked_device_and_one_without_a_pin_say_so(
    client: Client, surroundings: Path, start_sshd: Start, need: Callable[[str], str]
) -> None:
    key = SecurityKey(pin="1234")
    file = verify_required(made_in(key, surroundings / "id_sk", "ed25519-sk", need), key)
    server = start_sshd(authorised=(public_line(file),), password=False)
    host = client.save(server, key_pair=str(file))

    async def told(answers: list[str | None], *devices: SecurityKey) -> str:
        prompter = ScriptedPrompter(*answers)
        with plugged_in(*devices), pytest.raises(LoginRejected):
            await client.dial(host, prompter)
        assert len(prompter.questions) == len(answers)
        return prompter.notices[-1].text

    assert "The PIN was not given" in await told([None], key)
    # After three wrong ones it must be plugged in again (CTAP 2.1, section 6.5.5.7.2).
    assert "no more PINs now" in await told(["a bad one", "a bad one", "a bad one", "1234"], key)
    assert "has no PIN" in await told(["1234"], SecurityKey())
    assert "does not have this key" in await told(["1234"], SecurityKey(pin="1234"))
    assert "Several security keys" in await told([], SecurityKey(pin="1234"), key)
    assert "No security key" in await told([])


async def test_the_agents_security_key_logs_in_after_a_touch_that_is_asked_for(
    surroundings: Path, tmp_path: Path, start_sshd: Start, need: Callable[[str], str]
) -> None:
    key = SecurityKey()
    file = made_in(key, surroundings / "id_sk", "ed25519-sk", need)
    (credential,) = key.credentials
    blob = public_key(file).blob
    server = start_sshd(authorised=(public_line(file),), password=False)
    prompter = ScriptedPrompter()
    async with security_key_agent(tmp_path / "agent", key, credential, blob, "on the ring"):
        client = Client(surroundings, agent=str(tmp_path / "agent"))
        dialing = asyncio.create_task(client.dial(client.save(server), prompter))
        await eventually(key.asked_for_touch.is_set, "question for a touch")
        assert [notice.text for notice in prompter.notices] == [TOUCH]
        key.touched.set()
        channel = await dialing
        assert channel.facts.method == "publickey"
        await channel.close()


def test_without_a_device_no_key_is_made_and_both_ways_are_named(tmp_path: Path) -> None:
    with plugged_in(None), pytest.raises(KeyPairError, match="made no key: No security key found") as caught:
        make(tmp_path / "id_sk", "ed25519-sk")
    assert "sshtui[fido2]" in caught.value.hint
    assert not (tmp_path / "id_sk").exists()


@pytest.mark.parametrize("kind", ["ed25519-sk", "ecdsa-sk"])
@pytest.mark.parametrize(
    "key",
    [
        pytest.param(lambda: SecurityKey(pin="1234", knows_permissions=False, makes_unverified=False), id="CTAP 2.0"),
        pytest.param(lambda: SecurityKey(pin="1234", makes_unverified=False), id="no makeCredUvNotRqd"),
        pytest.param(lambda: SecurityKey(pin="1234", always_verifies=True), id="alwaysUv"),
    ],
)
async def test_a_device_that_makes_no_key_without_its_pin_makes_one_with_it(
    key: Callable[[], SecurityKey],
    kind: str,
    client: Client,
    surroundings: Path,
    start_sshd: Start,
    need: Callable[[str], str],
) -> None:
    device, file, keygen = key(), surroundings / "id_sk", need("ssh-keygen")
    device.touched.set()
    with plugged_in(device):
        with pytest.raises(WrongPassphrase, match="wants its PIN"):
            make(file, kind)
        with pytest.raises(WrongPassphrase) as caught:
            make(file, kind, pin="4321")
        assert caught.value.sentence == WRONG_PIN
        for pin, problem in (("123", "shorter than any PIN"), ("1" * 64, "longer than any PIN")):
            with pytest.raises(WrongPassphrase, match=problem):
                make(file, kind, pin=pin)
        assert device.tries == 7
        assert not device.asked_for_touch.is_set()
        assert not file.exists()
        made = make(file, kind, comment="me@here", passphrase="sesame", rounds=1, pin="1234")
    assert f"me@here ({kind.upper()})" in run(keygen, "-l", "-f", file)
    assert run(keygen, "-y", "-P", "sesame", "-f", file).strip() == public_line(file) == made.public_line
    server = start_sshd(authorised=(public_line(file),), password=False)
    prompter = ScriptedPrompter("sesame", *(["1234"] if device.always_verifies else []))
    with plugged_in(device):
        async with client.terminal(client.save(server, key_pair=str(file)), prompter) as channel:
            assert channel.facts.method == "publickey"


@pytest.mark.parametrize("kind", ["ed25519-sk", "ecdsa-sk"])
async def test_a_key_made_to_verify_its_owner_logs_in_where_the_server_demands_it(
    kind: str, client: Client, surroundings: Path, start_sshd: Start, need: Callable[[str], str]
) -> None:
    key, file = SecurityKey(pin="1234"), surroundings / "id_sk"
    key.touched.set()
    with plugged_in(key):
        with pytest.raises(WrongPassphrase, match="wants its PIN"):
            make(file, kind, verify_required=True)
        make(file, kind, verify_required=True, pin="1234")
    assert f"({kind.upper()})" in run(need("ssh-keygen"), "-l", "-f", file)
    assert key.protected == set(key.credentials)
    server = start_sshd(authorised=(f"verify-required {public_line(file)}",), password=False)
    prompter = ScriptedPrompter("1234")
    with plugged_in(key):
        async with client.terminal(client.save(server, key_pair=str(file)), prompter) as channel:
            assert channel.facts.method == "publickey"
    assert prompter.questions == [asked_for_pin()]


def test_a_device_that_knows_its_owners_finger_makes_a_key_without_its_pin(tmp_path: Path) -> None:
    key = SecurityKey(pin="1234", knows_fingers=True, makes_unverified=False)
    key.touched.set()
    with plugged_in(key):
        make(tmp_path / "id_sk", "ed25519-sk")
        make(tmp_path / "guarded", "ed25519-sk", verify_required=True)
    assert len(key.credentials) == 2


def test_a_wrong_pin_is_told_as_well_by_a_device_that_does_not_count(tmp_path: Path) -> None:
    key = SecurityKey(pin="1234", makes_unverified=False, tells_tries=False)
    with plugged_in(key), pytest.raises(WrongPassphrase) as caught:
        make(tmp_path / "id_sk", "ed25519-sk", pin="4321")
    assert caught.value.sentence == "The PIN is wrong. After a few wrong ones the security key locks itself."


def test_a_device_that_cannot_verify_its_owner_makes_no_key_that_wants_it(tmp_path: Path) -> None:
    def told(*devices: SecurityKey) -> str:
        with plugged_in(*devices), pytest.raises(KeyPairError) as caught:
            make(tmp_path / "id_sk", "ed25519-sk", verify_required=True)
        assert not any(device.credentials for device in devices)
        return caught.value.sentence

    assert "has no PIN" in told(SecurityKey())
    # sk-usbhid.c of OpenSSH refuses those too: the mark in the file alone guards nothing.
    assert "cannot guard" in told(SecurityKey(pin="1234", guards=False))
    assert "Several security keys" in told(SecurityKey(pin="1234"), SecurityKey(pin="1234"))
