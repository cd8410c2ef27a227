"""Key pairs of files and the agent log in to a real sshd, and passphrases are asked when they are needed."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from sshtui.errors import KeyPairError
from sshtui.keys.agent import Agent
from sshtui.keys.identities import FileAndAgentIdentities
from sshtui.model.hosts import Host
from sshtui.model.key_pairs import KeyPair
from sshtui.model.questions import Passphrase
from tests.fakes.prompting import ScriptedPrompter
from tests.integration.keys_programs import login, run
from tests.servers.key_files import make_key_file, public_line
from tests.servers.openssh import OpenSSH


@pytest.fixture
def folder(surroundings: Path) -> Path:
    """An empty `~/.ssh`."""
    folder = surroundings / ".ssh"
    folder.mkdir(mode=0o700)
    return folder


def only(pairs: list[KeyPair]) -> KeyPair:
    assert len(pairs) == 1, pairs
    return pairs[0]


async def test_a_passphrase_is_asked_when_the_server_wants_a_signature_and_again_when_it_is_wrong(
    folder: Path, start_sshd: Callable[..., OpenSSH]
) -> None:
    made = make_key_file(folder / "id_ed25519", passphrase="open sesame")
    server = start_sshd(authorised=(public_line(made),))
    identities = FileAndAgentIdentities(folder)
    prompter = ScriptedPrompter("wrong", "open sesame")
    pair = only(list(await identities.available(Host("web", "127.0.0.1"))))
    signers = list(await identities.signer(pair, prompter))
    assert not prompter.questions
    assert await login(server, signers)
    first, second = prompter.asked(Passphrase)
    assert first == Passphrase(str(made), 1, "")
    assert second == Passphrase(str(made), 2, f"The passphrase does not open {made}.")


async def test_a_passphrase_is_asked_once_a_run(folder: Path, start_sshd: Callable[..., OpenSSH]) -> None:
    made = make_key_file(folder / "id_ed25519", passphrase="open sesame")
    server = start_sshd(authorised=(public_line(made),))
    identities, prompter = FileAndAgentIdentities(folder), ScriptedPrompter("open sesame")
    pair = only(list(await identities.available(Host("web", "127.0.0.1"))))
    for _ in range(2):
        assert await login(server, list(await identities.signer(pair, prompter)))
    assert len(prompter.questions) == 1


async def test_a_key_the_server_does_not_want_asks_for_no_passphrase(folder: Path, sshd: OpenSSH) -> None:
    make_key_file(folder / "id_ed25519", passphrase="open sesame")
    identities, prompter = FileAndAgentIdentities(folder), ScriptedPrompter()
    pair = only(list(await identities.available(Host("web", "127.0.0.1"))))
    assert not await login(sshd, list(await identities.signer(pair, prompter)))


async def test_declining_the_passphrase_moves_on_to_the_next_key_pair(
    folder: Path, start_sshd: Callable[..., OpenSSH]
) -> None:
    protected = make_key_file(folder / "id_ed25519", passphrase="open sesame")
    plain = make_key_file(folder / "id_ecdsa", "ecdsa")
    server = start_sshd(authorised=(public_line(protected), public_line(plain)))
    identities, prompter = FileAndAgentIdentities(folder), ScriptedPrompter(None)
    pairs = await identities.available(Host("web", "127.0.0.1"))
    signers = [signer for pair in pairs for signer in await identities.signer(pair, prompter)]
    assert len(signers) == 2
    assert await login(server, signers)


@pytest.mark.parametrize("version", [2, 3])
async def test_a_puttygen_key_logs_in(
    folder: Path, start_sshd: Callable[..., OpenSSH], need: Callable[[str], str], version: int
) -> None:
    made, secret = folder / "work.ppk", folder / "secret.txt"
    secret.write_text("open sesame")
    puttygen = need("puttygen")
    how = ("-O", "private", "--new-passphrase", secret, "--ppk-param", f"version={version}")
    run(puttygen, "-q", "-t", "ed25519", "-o", made, *how)
    line = run(puttygen, "-L", made).strip()
    server = start_sshd(authorised=(line,))
    identities, prompter = FileAndAgentIdentities(folder), ScriptedPrompter("open sesame")
    pair = (await identities.available(Host("web", "127.0.0.1", key_pair=str(made))))[0]
    assert pair.path == str(made)
    assert await login(server, list(await identities.signer(pair, prompter)))


async def test_the_certificate_is_offered_before_the_plain_key(
    folder: Path, start_sshd: Callable[..., OpenSSH], tmp_path: Path, need: Callable[[str], str]
) -> None:
    made, authority = make_key_file(folder / "id_ed25519"), make_key_file(tmp_path / "authority")
    public = made.with_name("id_ed25519.pub")
    keygen = need("ssh-keygen")
    server = start_sshd(extra=(f"TrustedUserCAKeys {authority}.pub",))
    run(keygen, "-q", "-s", authority, "-I", "me", "-n", server.user, public)
    identities, prompter = FileAndAgentIdentities(folder), ScriptedPrompter()
    pair = only(list(await identities.available(Host("web", "127.0.0.1"))))
    assert pair.certificate
    signers = list(await identities.signer(pair, prompter))
    assert [signer.has_cert for signer in signers] == [True, False]
    assert await login(server, signers[:1])


async def test_a_certificate_beside_the_file_goes_with_the_agents_key(
    folder: Path, start_sshd: Callable[..., OpenSSH], tmp_path: Path, agent: str, need: Callable[[str], str]
) -> None:
    made, authority = make_key_file(folder / "id_rsa", "rsa"), make_key_file(tmp_path / "authority")
    server = start_sshd(extra=(f"TrustedUserCAKeys {authority}.pub",))
    run(need("ssh-add"), "-q", made, SSH_AUTH_SOCK=agent)
    run(need("ssh-keygen"), "-q", "-s", authority, "-I", "me", "-n", server.user, f"{made}.pub")
    run(need("ssh-keygen"), "-q", "-p", "-N", "never asked for", "-f", made)
    identities, prompter = FileAndAgentIdentities(folder, agent), ScriptedPrompter()
    pair = only(list(await identities.available(Host("web", "127.0.0.1"))))
    signers = list(await identities.signer(pair, prompter))
    assert (pair.source, [signer.has_cert for signer in signers]) == ("agent", [True, False])
    assert await login(server, signers)


async def test_an_expired_certificate_is_left_out_and_named(
    folder: Path, tmp_path: Path, need: Callable[[str], str]
) -> None:
    made, authority = make_key_file(folder / "id_ed25519"), make_key_file(tmp_path / "authority")
    span = "20200101000000Z:20200102000000Z"
    run(need("ssh-keygen"), "-q", "-s", authority, "-I", "me", "-V", span, f"{made}.pub")
    identities, prompter = FileAndAgentIdentities(folder), ScriptedPrompter()
    pair = only(list(await identities.available(Host("web", "127.0.0.1"))))
    signers = await identities.signer(pair, prompter)
    assert [signer.has_cert for signer in signers] == [False]
    assert "expired on 2020-01-02" in prompter.notices[0].text


async def test_a_protected_file_whose_key_the_agent_holds_asks_nothing(
    folder: Path, start_sshd: Callable[..., OpenSSH], agent: str, need: Callable[[str], str]
) -> None:
    made = make_key_file(folder / "id_rsa", "rsa", comment="from the agent")
    run(need("ssh-add"), "-q", made, SSH_AUTH_SOCK=agent)
    run(need("ssh-keygen"), "-q", "-p", "-N", "open sesame", "-f", made)
    server = start_sshd(authorised=(public_line(made),))
    identities, prompter = FileAndAgentIdentities(folder, agent), ScriptedPrompter()
    pair = only(list(await identities.available(Host("web", "127.0.0.1"))))
    assert (pair.source, pair.comment) == ("agent", "from the agent")
    assert await login(server, list(await identities.signer(pair, prompter)))
    own = (await identities.available(Host("web", "127.0.0.1", key_pair=str(made))))[0]
    assert (own.source, own.encrypted) == ("file", True)
    assert await login(server, list(await identities.signer(own, prompter)))


async def test_a_public_file_of_the_host_picks_the_agents_key(
    folder: Path, start_sshd: Callable[..., OpenSSH], agent: str, need: Callable[[str], str], tmp_path: Path
) -> None:
    for name in ("one", "two"):
        run(need("ssh-add"), "-q", make_key_file(tmp_path / name, comment=name), SSH_AUTH_SOCK=agent)
    two = tmp_path / "two.pub"
    server = start_sshd(authorised=(two.read_text(),))
    identities, prompter = FileAndAgentIdentities(folder, agent), ScriptedPrompter()
    pairs = await identities.available(Host("web", "127.0.0.1", key_pair=str(two)))
    assert [(pair.source, pair.comment) for pair in pairs] == [("agent", "two"), ("agent", "one")]
    assert await login(server, await identities.signer(pairs[0], prompter))


async def test_a_key_that_left_the_agent_is_named(folder: Path, agent: str, need: Callable[[str], str]) -> None:
    made = make_key_file(folder / "gone", comment="gone@agent")
    run(need("ssh-add"), "-q", made, SSH_AUTH_SOCK=agent)
    identities = FileAndAgentIdentities(folder, agent)
    pair = (await identities.available(Host("web", "127.0.0.1")))[0]
    run(need("ssh-add"), "-q", "-D", SSH_AUTH_SOCK=agent)
    with pytest.raises(KeyPairError, match="no longer holds gone@agent"):
        await identities.signer(pair, ScriptedPrompter())


@pytest.mark.parametrize(
    ("setting", "answers", "held"),
    [("yes", (), True), ("1h", (), True), ("ask", (True,), True), ("ask", (False,), False), ("no", (), False)],
)
async def test_a_key_opened_for_a_login_goes_to_the_agent_when_the_host_says_so(
    folder: Path, start_sshd: Callable[..., OpenSSH], agent: str, setting: str, answers: tuple[bool, ...], held: bool
) -> None:
    made = make_key_file(folder / "id_ed25519", passphrase="open sesame", comment="mine")
    server = start_sshd(authorised=(public_line(made),))
    identities, prompter = FileAndAgentIdentities(folder, agent), ScriptedPrompter("open sesame", *answers)
    host = Host("web", "127.0.0.1", extra={"add_keys_to_agent": setting})
    for _ in range(2):
        pair = only(list(await identities.available(host)))
        assert await login(server, await identities.signer(pair, prompter))
    assert [key.comment for key in await Agent(agent).held()] == (["mine"] if held else [])


async def test_a_pem_file_without_public_half_is_opened_when_it_is_chosen(
    folder: Path, start_sshd: Callable[..., OpenSSH], need: Callable[[str], str]
) -> None:
    made = make_key_file(folder / "id_rsa", "rsa")
    server = start_sshd(authorised=(public_line(made),))
    run(need("ssh-keygen"), "-q", "-p", "-m", "PEM", "-N", "open sesame", "-f", made)
    made.with_name("id_rsa.pub").unlink()
    identities, prompter = FileAndAgentIdentities(folder), ScriptedPrompter("nonsense", "open sesame")
    pair = only(list(await identities.available(Host("web", "127.0.0.1"))))
    assert pair.public is None
    assert await login(server, list(await identities.signer(pair, prompter)))
    assert len(prompter.questions) == 2
