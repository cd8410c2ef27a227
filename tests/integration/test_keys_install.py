"""A key pair installed on real servers, proved by a login of its own, and taken away again."""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from sshtui.cli.run import run as sshtui
from sshtui.errors import KeyPairError, Refused
from sshtui.keys.identities import FileAndAgentIdentities
from sshtui.keys.inspect import key_pair
from sshtui.keys.install import install, install_file, rotate, uninstall
from sshtui.model.geometry import Size
from sshtui.model.hosts import Host
from sshtui.model.questions import Passphrase, Password, UnknownHostKey
from sshtui.model.settings import Settings
from sshtui.ssh.commands import Commands, commands_on
from sshtui.ssh.connector import Connector
from sshtui.ssh.dialer import SshDialer
from sshtui.ssh.known_hosts import KnownHosts
from sshtui.ssh.pool import Pool
from sshtui.store.hosts import HostStore
from tests.fakes.prompting import ScriptedPrompter
from tests.servers.accounts import Account
from tests.servers.dropbear import Dropbear
from tests.servers.key_files import make_key_file, public_line
from tests.servers.openssh import OpenSSH

pytestmark = pytest.mark.root

Server = OpenSSH | Dropbear


@pytest.fixture(params=["sshd", "dropbear"])
def server(request: pytest.FixtureRequest) -> Server:
    """A server that knows no key pair and takes passwords."""
    start: Callable[..., Server] = request.getfixturevalue(f"start_{request.param}")
    if request.param == "dropbear":
        return start()
    return start(extra=("AuthorizedKeysFile .ssh/authorized_keys",))


def commands(tmp_path: Path, server: Server, account: Account, prompter: ScriptedPrompter) -> Commands:
    """Commands on a host this user has no key pair for yet."""
    (tmp_path / "none").mkdir()
    identities = FileAndAgentIdentities(tmp_path / "none")
    pool = Pool(Connector(KnownHosts(tmp_path / "known_hosts"), identities, Settings()), lambda name: None)
    return Commands(pool, Host("web", "127.0.0.1", port=server.port, user=account.name), prompter)


async def test_a_key_pair_is_installed_with_a_password_and_proved_without(
    tmp_path: Path, server: Server, account: Account
) -> None:
    made = make_key_file(tmp_path / "new", passphrase="sesame", comment='it\'s "me" `id`')
    pair, prompter = key_pair(made), ScriptedPrompter("save", account.password, "sesame")
    async with commands(tmp_path, server, account, prompter) as runner:
        assert pair.public is not None

        done = await install_file(runner, made)
        assert (done.outcome, done.file) == ("added", ".ssh/authorized_keys")
        assert [type(question) for question in prompter.questions] == [UnknownHostKey, Password, Passphrase]
        file = account.home / ".ssh" / "authorized_keys"
        assert file.read_text() == public_line(made) + "\n"
        assert (file.stat().st_mode & 0o777, file.parent.stat().st_mode & 0o777) == (0o600, 0o700)


async def test_an_open_tab_is_not_logged_in_again_for_an_installation(
    tmp_path: Path, server: Server, account: Account
) -> None:
    made = make_key_file(tmp_path / "new")
    (tmp_path / "none").mkdir()
    identities, prompter = FileAndAgentIdentities(tmp_path / "none"), ScriptedPrompter("save", account.password)
    dialer = SshDialer(KnownHosts(tmp_path / "known_hosts"), identities, Settings(), lambda name: None)
    host = Host("web", "127.0.0.1", port=server.port, user=account.name)
    tab = await dialer.dial(host, Size(80, 24), prompter)
    async with commands_on(dialer, host, prompter) as runner:
        assert (await install_file(runner, made)).words == "added to .ssh/authorized_keys"
    await tab.close()
    assert len(prompter.asked(Password)) == 1


async def test_a_key_the_server_does_not_take_is_not_called_done(
    tmp_path: Path, start_sshd: Callable[..., OpenSSH], account: Account
) -> None:
    server = start_sshd(extra=("AuthorizedKeysFile /nowhere",))
    made = make_key_file(tmp_path / "new")
    pair = key_pair(made)
    async with commands(tmp_path, server, account, ScriptedPrompter("save", account.password)) as runner:
        assert pair.public is not None
        with pytest.raises(KeyPairError, match="does not take it"):
            await install(runner, pair.public, "me", lambda: runner.prove(pair))


async def test_a_rotated_account_opens_to_the_new_key_pair_only(
    tmp_path: Path, server: Server, account: Account
) -> None:
    old, new = key_pair(make_key_file(tmp_path / "old")), key_pair(make_key_file(tmp_path / "new", "ecdsa"))
    prompter = ScriptedPrompter("save", account.password)
    async with commands(tmp_path, server, account, prompter) as runner:
        assert old.public is not None
        assert new.public is not None
        await install(runner, old.public, "old", lambda: runner.prove(old))
        await rotate(runner, old.public, new.public, "new", lambda: runner.prove(new))
        with pytest.raises(KeyPairError, match="does not take it"):
            await install(runner, new.public, "new", lambda: runner.prove(old))


async def test_a_removed_key_pair_no_longer_opens_the_account(tmp_path: Path, server: Server, account: Account) -> None:
    pair = key_pair(make_key_file(tmp_path / "old"))
    assert pair.public is not None
    account.authorise(pair.public.line)
    prompter = ScriptedPrompter("save", account.password)
    async with commands(tmp_path, server, account, prompter) as runner:
        assert (await uninstall(runner, pair.public)).outcome == "removed"
        assert (account.home / ".ssh" / "authorized_keys").read_text() == ""


async def test_an_account_that_must_change_its_password_first_is_explained(
    tmp_path: Path, start_sshd: Callable[..., OpenSSH], account: Account
) -> None:
    server = start_sshd(extra=("AuthorizedKeysFile .ssh/authorized_keys",))
    pair = key_pair(make_key_file(tmp_path / "new"))
    assert pair.public is not None
    account.expire_password()
    async with commands(tmp_path, server, account, ScriptedPrompter("save", account.password)) as runner:
        with pytest.raises(KeyPairError) as caught:
            await install(runner, pair.public, "me")
        assert "change the password" in caught.value.hint


async def test_commands_that_were_given_up_leave_room_for_the_next(
    tmp_path: Path, start_sshd: Callable[..., OpenSSH], account: Account
) -> None:
    server = start_sshd(max_sessions=2)
    async with commands(tmp_path, server, account, ScriptedPrompter("save", account.password)) as runner:
        for _ in range(3):
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(1):
                    await runner.run("exec sleep 600", b"")
        assert (await runner.run("echo there", b""))[:2] == (0, "there\n")


@pytest.mark.parametrize("shell", ["bash", "dash", "zsh", "fish", "tcsh"])
async def test_the_login_shell_of_the_account_does_not_matter(
    tmp_path: Path,
    start_sshd: Callable[..., OpenSSH],
    new_account: Callable[..., Account],
    need: Callable[[str], str],
    shell: str,
) -> None:
    server = start_sshd(sftp="/bin/false", extra=("AuthorizedKeysFile .ssh/authorized_keys",))
    account = new_account(shell=need(shell))
    pair = key_pair(make_key_file(tmp_path / "new"))
    assert pair.public is not None
    async with commands(tmp_path, server, account, ScriptedPrompter("save", account.password)) as runner:
        assert (await install(runner, pair.public, "me", lambda: runner.prove(pair))).outcome == "added"
        assert (await uninstall(runner, pair.public)).outcome == "removed"


async def test_an_account_without_a_shell_is_served_over_sftp(
    tmp_path: Path, start_sshd: Callable[..., OpenSSH], new_account: Callable[..., Account]
) -> None:
    server = start_sshd(extra=("AuthorizedKeysFile .ssh/authorized_keys",))
    account = new_account(shell="/usr/sbin/nologin")
    one, two = key_pair(make_key_file(tmp_path / "one")), key_pair(make_key_file(tmp_path / "two"))
    assert one.public is not None
    assert two.public is not None
    file = account.home / ".ssh" / "authorized_keys"
    async with commands(tmp_path, server, account, ScriptedPrompter("save", account.password)) as runner:
        added = await install(runner, one.public, "it's me", lambda: runner.prove(one))
        assert added.words == "added to .ssh/authorized_keys"
        assert (file.stat().st_mode & 0o777, file.parent.stat().st_mode & 0o777) == (0o600, 0o700)
        assert (await install(runner, one.public, "again")).outcome == "exists"
        file.write_text(f"# mine\n{file.read_text()}".rstrip("\n"))
        await rotate(runner, one.public, two.public, "two", lambda: runner.prove(two))
        assert file.read_text() == f"# mine\n{two.public.line} two\n"
        assert (await uninstall(runner, one.public)).outcome == "absent"
        assert os.listdir(file.parent) == ["authorized_keys"]


async def test_an_account_with_neither_shell_nor_sftp_is_explained_in_the_servers_words(
    tmp_path: Path, start_sshd: Callable[..., OpenSSH], new_account: Callable[..., Account]
) -> None:
    server = start_sshd(sftp="/bin/false", extra=("AuthorizedKeysFile .ssh/authorized_keys",))
    account = new_account(shell="/usr/sbin/nologin")
    pair = key_pair(make_key_file(tmp_path / "new"))
    assert pair.public is not None
    async with commands(tmp_path, server, account, ScriptedPrompter("save", account.password)) as runner:
        with pytest.raises(KeyPairError, match="not available"):
            await install(runner, pair.public, "me")


async def test_the_command_installs_on_several_hosts_reports_each_and_saves_nothing_but_the_key_pair(
    tmp_path: Path, start_sshd: Callable[..., OpenSSH], account: Account, capsys: pytest.CaptureFixture[str]
) -> None:
    server = start_sshd(extra=("AuthorizedKeysFile .ssh/authorized_keys",))
    home = Path(os.environ["HOME"])
    (home / ".ssh").mkdir(mode=0o700)
    account.authorise(public_line(make_key_file(home / ".ssh" / "id_ed25519")))
    KnownHosts(home / ".ssh" / "known_hosts").remember("127.0.0.1", server.port, server.host_keys[0])
    new = make_key_file(tmp_path / "new", comment="me@new")
    config = tmp_path / "config"
    config.mkdir()
    store = HostStore(config / "hosts.toml")
    store.put(Host("web", "127.0.0.1", folder="lab"))
    store.put(Host("gone", "127.0.0.1", port=1))
    store.put_folder("lab", {"port": server.port, "user": account.name})
    arguments = ["--config-dir", str(config), "keys", "install", str(new), "web", "gone", "--use", "--json"]
    assert await asyncio.to_thread(sshtui, arguments) == Refused.exit_code
    first, second = json.loads(capsys.readouterr().out)["results"]
    assert (first["host"], first["outcome"], first["file"]) == ("web", "added", ".ssh/authorized_keys")
    assert (second["host"], second["outcome"]) == ("gone", "failed")
    assert public_line(new) in (account.home / ".ssh" / "authorized_keys").read_text()
    saved = HostStore(config / "hosts.toml")
    assert saved.get("web") == Host("web", "127.0.0.1", folder="lab", key_pair=str(new))
    assert saved.get("gone") == Host("gone", "127.0.0.1", port=1)
    assert await asyncio.to_thread(sshtui, [*arguments[:3], "uninstall", str(new), "web"]) == 0
    assert public_line(new) not in (account.home / ".ssh" / "authorized_keys").read_text()
