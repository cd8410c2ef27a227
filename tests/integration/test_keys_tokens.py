"""Keys on a token (PKCS#11): a real library, a real agent and a real server."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from sshtui.errors import LoginRejected
from sshtui.keys.tokens import PROVIDER
from sshtui.model.questions import Passphrase
from tests.fakes.prompting import ScriptedPrompter
from tests.integration.dialing import Client
from tests.servers.agents import listens
from tests.servers.openssh import OpenSSH
from tests.servers.tokens import LABEL, LIBRARY, PIN, SoftToken, soft_token
from tests.waiting import until

Start = Callable[..., OpenSSH]


@pytest.fixture
def token(tmp_path: Path, need: Callable[[str], str]) -> Iterator[SoftToken]:
    """A token with an ECDSA, an RSA and an Ed25519 key pair."""
    for program in ("softhsm2-util", "pkcs11-tool", "ssh-keygen"):
        need(program)
    with soft_token(tmp_path / "token") as made:
        yield made


@pytest.fixture
def client(surroundings: Path) -> Client:
    return Client(surroundings)


async def method(client: Client, host: Any, prompter: ScriptedPrompter) -> str:
    async with client.terminal(host, prompter) as channel:
        return channel.facts.method


@pytest.mark.parametrize("kind", ["ecdsa", "rsa", "ed25519"])
async def test_the_pin_opens_the_token_once_a_run_and_a_wrong_one_asks_again(
    kind: str, client: Client, token: SoftToken, start_sshd: Start
) -> None:
    (line,) = [line for line in token.lines if kind in line.split()[0]]
    server = start_sshd(authorised=(line,), password=False)
    host = client.save(server, extra={PROVIDER: token.library})
    prompter = ScriptedPrompter("000000", PIN)
    assert await method(client, host, prompter) == "publickey"
    problem = f"The PIN does not open {LABEL}. After a few wrong ones it locks itself."
    assert prompter.questions == [Passphrase(LABEL, 1, "", "PIN"), Passphrase(LABEL, 2, problem, "PIN")]
    assert [notice.text for notice in prompter.notices] == [f"{LABEL} signs: touch it if it blinks."]
    assert await method(client, host, ScriptedPrompter()) == "publickey"


async def test_two_keys_of_one_token_ask_once(client: Client, token: SoftToken, start_sshd: Start) -> None:
    server = start_sshd(authorised=tuple(token.lines), password=False, methods="publickey,publickey")
    host = client.save(server, extra={PROVIDER: token.library})
    assert await method(client, host, prompter := ScriptedPrompter(PIN)) == "publickey"
    assert len(prompter.questions) == 1


async def test_a_token_that_hides_everything_is_opened_when_it_is_its_turn_and_once(
    client: Client, tmp_path: Path, need: Callable[[str], str], start_sshd: Start
) -> None:
    for program in ("softhsm2-util", "pkcs11-tool", "openssl"):
        need(program)
    with soft_token(tmp_path / "hidden", hidden=True) as token:
        server = start_sshd(authorised=(token.lines[1],), password=False)
        host = client.save(server, extra={PROVIDER: token.library})
        (pair,) = [pair for pair in await client.identities.available(host) if pair.source == "token"]
        assert (pair.public, pair.label) == (None, f"what {LABEL} holds")
        prompter = ScriptedPrompter("000000", PIN)
        assert await method(client, host, prompter) == "publickey"
        assert len(prompter.questions) == 2
        assert await method(client, host, ScriptedPrompter()) == "publickey"


async def test_a_server_that_does_not_want_the_key_asks_for_no_pin(
    client: Client, token: SoftToken, start_sshd: Start, client_key: Path
) -> None:
    host = client.save(start_sshd(password=False), extra={PROVIDER: token.library, "identity_files": [str(client_key)]})
    assert await method(client, host, ScriptedPrompter()) == "publickey"


async def test_declining_the_pin_moves_on(client: Client, token: SoftToken, start_sshd: Start) -> None:
    server = start_sshd(authorised=tuple(token.lines), password=False)
    host = client.save(server, extra={PROVIDER: token.library})
    prompter = ScriptedPrompter(*[None for _ in token.lines])
    with pytest.raises(LoginRejected):
        await client.dial(host, prompter)
    assert {notice.text for notice in prompter.notices} == {"The PIN was not given."}


@pytest.fixture
def agent(tmp_path: Path, token: SoftToken, need: Callable[[str], str]) -> Iterator[str]:
    """The socket of an agent that was given the token and its PIN (`ssh-add -s`)."""
    askpass = tmp_path / "askpass"
    askpass.write_text(f"#!/bin/sh\necho {PIN}\n")
    askpass.chmod(0o700)
    socket = tmp_path / "agent"
    environment = {
        **token.environment,
        "SSH_AUTH_SOCK": str(socket),
        "SSH_ASKPASS": str(askpass),
        "SSH_ASKPASS_REQUIRE": "force",
    }
    process = subprocess.Popen([need("ssh-agent"), "-D", "-a", str(socket)], stdout=subprocess.DEVNULL, env=environment)
    try:
        until(lambda: listens(socket), "agent")
        subprocess.run([need("ssh-add"), "-q", "-s", str(LIBRARY)], env=environment, check=True, capture_output=True)
        yield str(socket)
    finally:
        process.terminate()
        process.wait()


async def test_what_the_agent_holds_of_the_token_signs_there(
    surroundings: Path, agent: str, token: SoftToken, start_sshd: Start
) -> None:
    client = Client(surroundings, agent=agent)
    server = start_sshd(authorised=(token.lines[0],), password=False)
    # With and without the library named at the host: the agent has the PIN, nobody is asked for it.
    assert await method(client, client.save(server), ScriptedPrompter()) == "publickey"
    both = client.save(server, "both", extra={PROVIDER: token.library})
    assert await method(client, both, ScriptedPrompter()) == "publickey"


@pytest.mark.parametrize(
    ("library", "said"),
    [
        ("relative.so", "relative.so is no full path of a PKCS#11 library."),
        ("/nowhere/lib.so", "/nowhere/lib.so does not serve as a token: "),
        (os.devnull, f"{os.devnull} does not serve as a token: "),
    ],
)
async def test_a_library_that_does_not_serve_is_named_and_the_others_are_tried(
    library: str, said: str, client: Client, start_sshd: Start, client_key: Path
) -> None:
    server = start_sshd(password=False)
    prompter = ScriptedPrompter()
    own_first = client.save(server, key_pair=str(client_key), extra={PROVIDER: library})
    assert await method(client, own_first, prompter) == "publickey"
    assert prompter.notices == []
    with pytest.raises(LoginRejected):
        await client.dial(client.save(server, "other", extra={PROVIDER: library}), prompter)
    (notice,) = prompter.notices
    assert notice.text.startswith(said)
