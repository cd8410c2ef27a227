"""Which key pairs are offered, in which order, and what a person is told about them."""

from __future__ import annotations

from pathlib import Path

import asyncssh
import pytest

from sshtui.errors import KeyPairError
from sshtui.keys.adding import Adding, read_adding
from sshtui.keys.identities import FileAndAgentIdentities
from sshtui.model.hosts import Host
from tests.fakes.prompting import ScriptedPrompter


def write_key(path: Path, passphrase: str | None = None, mode: int = 0o600) -> Path:
    """A small private key file."""
    path.parent.mkdir(exist_ok=True)
    key = asyncssh.generate_private_key("ssh-ed25519", comment=path.name)
    path.write_bytes(key.export_private_key(passphrase=passphrase, rounds=1, ignore_few_rounds=True))
    path.chmod(mode)
    return path


async def test_the_hosts_own_comes_first_then_the_default_files_then_those_to_choose(tmp_path: Path) -> None:
    for name in ("work", "id_rsa", "id_ed25519", "archive"):
        write_key(tmp_path / name)
    own = write_key(tmp_path / "elsewhere" / "own", passphrase="secret")
    pairs = await FileAndAgentIdentities(tmp_path).available(Host("web", "127.0.0.1", key_pair=str(own)))
    assert [(Path(pair.path).name, pair.automatic) for pair in pairs] == [
        ("own", True),
        ("id_ed25519", True),
        ("id_rsa", True),
        ("archive", False),
        ("work", False),
    ]
    assert [pair.encrypted for pair in pairs] == [True, False, False, False, False]


async def test_further_key_pairs_of_the_host_follow_its_own_and_missing_ones_are_passed_over(tmp_path: Path) -> None:
    for name in ("id_ed25519", "a", "b"):
        write_key(tmp_path / name)
    files = [str(tmp_path / name) for name in ("missing", "a", "b")]
    host = Host("web", "127.0.0.1", key_pair=files[1], extra={"identity_files": files})
    pairs = await FileAndAgentIdentities(tmp_path).available(host)
    assert [Path(pair.path).name for pair in pairs] == ["a", "b", "id_ed25519"]


async def test_identities_only_offers_nothing_unasked_but_the_hosts_own(tmp_path: Path) -> None:
    for name in ("id_ed25519", "own"):
        write_key(tmp_path / name)
    host = Host("web", "127.0.0.1", key_pair=str(tmp_path / "own"), extra={"identities_only": True})
    pairs = await FileAndAgentIdentities(tmp_path).available(host)
    assert [(Path(pair.path).name, pair.automatic) for pair in pairs] == [("own", True), ("id_ed25519", False)]


async def test_a_key_in_two_places_is_offered_once(tmp_path: Path) -> None:
    own = write_key(tmp_path / "id_ed25519")
    pairs = await FileAndAgentIdentities(tmp_path).available(Host("web", "127.0.0.1", key_pair=str(own)))
    assert [pair.path for pair in pairs] == [str(own)]


async def test_files_that_are_no_private_keys_are_left_out(tmp_path: Path) -> None:
    write_key(tmp_path / "id_ed25519")
    (tmp_path / "config").write_text("Host *\n")
    (tmp_path / "broken").write_text("-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA\n")
    (tmp_path / "empty").touch()
    (tmp_path / "gone").symlink_to(tmp_path / "nowhere")
    (tmp_path / "folder").mkdir()
    pairs = await FileAndAgentIdentities(tmp_path).available(Host("web", "127.0.0.1"))
    assert [Path(pair.path).name for pair in pairs] == ["id_ed25519"]


async def test_no_directory_and_no_agent_mean_no_key_pairs(tmp_path: Path) -> None:
    nowhere = FileAndAgentIdentities(tmp_path / "nowhere", str(tmp_path / "no-agent"))
    assert list(await nowhere.available(Host("web", "127.0.0.1"))) == []


async def test_a_key_others_may_read_is_pointed_out_once_with_the_remedy(tmp_path: Path) -> None:
    path = write_key(tmp_path / "id_ed25519", mode=0o644)
    identities, prompter = FileAndAgentIdentities(tmp_path), ScriptedPrompter()
    (pair,) = await identities.available(Host("web", "127.0.0.1"))
    for _ in range(2):
        await identities.signer(pair, prompter)
    (notice,) = prompter.notices
    assert (notice.level, f"chmod 600 {path}" in notice.text) == ("warning", True)


@pytest.mark.parametrize(("content", "reason"), [(None, "no file"), (b"hello", "no key file"), (b"", "empty")])
async def test_what_is_wrong_with_the_hosts_own_file_is_said_when_it_is_offered(
    tmp_path: Path, content: bytes | None, reason: str
) -> None:
    own = tmp_path / "elsewhere" / "own"
    own.parent.mkdir()
    if content is not None:
        own.write_bytes(content)
    identities = FileAndAgentIdentities(tmp_path)
    (pair,) = await identities.available(Host("web", "127.0.0.1", key_pair=str(own)))
    with pytest.raises(KeyPairError, match=reason):
        await identities.signer(pair, ScriptedPrompter())


async def test_a_file_that_went_away_is_named(tmp_path: Path) -> None:
    path = write_key(tmp_path / "id_ed25519")
    identities = FileAndAgentIdentities(tmp_path)
    (pair,) = await identities.available(Host("web", "127.0.0.1"))
    path.unlink()
    with pytest.raises(KeyPairError, match="no file"):
        await identities.signer(pair, ScriptedPrompter())


async def test_a_replaced_file_is_opened_anew(tmp_path: Path) -> None:
    path = write_key(tmp_path / "id_ed25519", passphrase="one")
    identities, prompter = FileAndAgentIdentities(tmp_path), ScriptedPrompter("one", "two")
    for passphrase in ("one", "two"):
        write_key(path, passphrase=passphrase)
        (pair,) = await identities.available(Host("web", "127.0.0.1"))
        (signer,) = await identities.signer(pair, prompter)
        assert pair.public is not None
        signature = await getattr(signer, "sign_async")(b"data")  # noqa: B009 (asyncssh calls it by name)
        assert asyncssh.import_public_key(pair.public.line).verify(b"data", signature)
    assert len(prompter.questions) == 2


# ssh_config(5), AddKeysToAgent and TIME FORMATS.
@pytest.mark.parametrize(
    ("value", "meaning"),
    [
        ("yes", Adding()),
        (True, Adding()),
        ("ask", Adding(ask=True)),
        ("confirm", Adding(confirm=True)),
        ("confirm 1h30m", Adding(5400, confirm=True)),
        ("600", Adding(600)),
        ("1w2d", Adding(777_600)),
        ("no", None),
        ("", None),
        ("0", None),
        ("maybe", None),
        ("yes 1h", None),
    ],
)
def test_add_keys_to_agent_means_what_ssh_config_says(value: object, meaning: Adding | None) -> None:
    assert read_adding(value) == meaning
