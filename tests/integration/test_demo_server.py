"""The embedded server: a real shell, real job control, rare answers, and nothing left when it ends."""

from __future__ import annotations

import asyncio
import re
import subprocess
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path

import asyncssh
import pytest

from sshtui.demo.processes import session_members
from sshtui.model.host_keys import HostKey
from tests.servers.embedded import Account, EmbeddedServer, Manners, Round, embedded
from tests.servers.key_files import make_key_file, public_key
from tests.waiting import eventually

Start = Callable[..., Awaitable[EmbeddedServer]]

ADA = "ada"
SECRET = "correct horse"


class Person(asyncssh.SSHClient):
    """Knows passwords, answers to keyboard-interactive rounds, and changes of passwords, each in order."""

    def __init__(
        self,
        *passwords: str,
        rounds: Sequence[Sequence[str]] = (),
        changes: Sequence[tuple[str, str]] = (),
    ) -> None:
        self._passwords, self._rounds, self._changes = list(passwords), list(rounds), list(changes)
        self.banners: list[str] = []
        self.challenges: list[tuple[str, str, list[tuple[str, bool]]]] = []
        self.change_prompts: list[str] = []

    def auth_banner_received(self, msg: str, lang: str) -> None:
        self.banners.append(msg)

    def password_auth_requested(self) -> str | None:
        return self._passwords.pop(0) if self._passwords else None

    def password_change_requested(self, prompt: str, lang: str) -> tuple[str, str]:
        self.change_prompts.append(prompt)
        return self._changes.pop(0)

    def kbdint_auth_requested(self) -> str | None:
        return "" if self._rounds else None

    def kbdint_challenge_received(
        self, name: str, instructions: str, lang: str, prompts: Sequence[tuple[str, bool]]
    ) -> Sequence[str]:
        self.challenges.append((name, instructions, list(prompts)))
        return self._rounds.pop(0)


async def login(
    server: EmbeddedServer, person: Person, user: str = ADA, key_file: Path | None = None
) -> asyncssh.SSHClientConnection:
    keys = [asyncssh.import_public_key(host_key.line) for host_key in server.host_keys]
    return await asyncssh.connect(
        server.address,
        server.port,
        username=user,
        client_factory=lambda: person,
        client_keys=[str(key_file)] if key_file else None,
        agent_path=None,
        known_hosts=(keys, [], []),
        config=None,
    )


async def shell(connection: asyncssh.SSHClientConnection) -> asyncssh.SSHClientProcess[str]:
    return await connection.create_process(term_type="xterm-256color", term_size=(100, 30))


def test_the_plain_ssh_client_gets_a_shell(
    embedded_in_background: EmbeddedServer, client_key: Path, need: Callable[[str], str]
) -> None:
    server = embedded_in_background
    run = subprocess.run(
        [need("ssh"), "-F", "none", "-tt", "-p", str(server.port), "-i", str(client_key), "-o", "IdentityAgent=none",
         "-o", "StrictHostKeyChecking=no", "-o", "UserKnownHostsFile=/dev/null", f"{ADA}@{server.address}"],
        input=b"tty; echo $LOGNAME; exit 7\n", capture_output=True, timeout=30,
    )  # fmt: skip
    assert run.returncode == 7
    assert b"/dev/" in run.stdout
    assert b"\nada\r" in run.stdout


def test_the_plain_sftp_client_moves_files_in_the_directory_of_the_demo_and_nowhere_else(
    embedded_in_background: EmbeddedServer, client_key: Path, tmp_path: Path, need: Callable[[str], str]
) -> None:
    server, remote = embedded_in_background, tmp_path / "remote"
    (tmp_path / "mine").write_bytes(bytes(range(256)) * 4096)
    (tmp_path / "outside").write_text("outside")
    lines = ["put mine there", "get there back", f"get {tmp_path}/outside out1", "get ../outside out2", "ls -l"]

    def sftp(*lines: str) -> subprocess.CompletedProcess[bytes]:
        return subprocess.run(
            [need("sftp"), "-F", "none", "-P", str(server.port), "-i", str(client_key), "-o", "IdentityAgent=none",
             "-o", "StrictHostKeyChecking=no", "-o", "UserKnownHostsFile=/dev/null", "-b", "-",
             f"{ADA}@{server.address}"],
            input="".join(f"-{line}\n" for line in lines).encode(), capture_output=True, timeout=30, cwd=tmp_path,
        )  # fmt: skip

    assert sftp(*lines).returncode == 0
    mine = (tmp_path / "mine").read_bytes()
    assert (remote / "there").read_bytes() == mine
    assert (tmp_path / "back").read_bytes() == mine
    assert not (tmp_path / "out1").exists()
    assert not (tmp_path / "out2").exists()


async def test_files_can_be_left_out(start_embedded: Start) -> None:
    server = await start_embedded(Account(ADA, SECRET), manners=Manners(files=False))
    async with await login(server, Person(SECRET)) as connection:
        with pytest.raises(asyncssh.ChannelOpenError):
            await connection.start_sftp_client()


async def test_the_terminal_has_its_type_and_size_and_is_told_of_another(start_embedded: Start) -> None:
    server = await start_embedded(Account(ADA, SECRET))
    async with await login(server, Person(SECRET)) as connection:
        process = await shell(connection)
        process.stdin.write("stty size; echo $TERM; stty -a | tr ' ' '\\n' | grep '^i*utf8'\n")
        await process.stdout.readuntil("30 100\r\nxterm-256color\r\niutf8\r\n")
        process.change_terminal_size(132, 43)
        process.stdin.write("stty size\n")
        await process.stdout.readuntil("43 132\r\n")


async def test_ctrl_c_stops_a_flood_and_the_shell_goes_on(start_embedded: Start) -> None:
    server = await start_embedded(Account(ADA, SECRET))
    async with await login(server, Person(SECRET)) as connection:
        process = await shell(connection)
        process.stdin.write("yes\n")
        await process.stdout.readuntil("y\r\ny\r\n")
        process.stdin.write("\x03")
        process.stdin.write("echo on$((1+1))ward\n")
        await process.stdout.readuntil("on2ward")


@pytest.mark.parametrize(("command", "status"), [("exit 7", 7), ("exit 0", 0)])
async def test_the_exit_status_of_the_shell_arrives(command: str, status: int, start_embedded: Start) -> None:
    server = await start_embedded(Account(ADA, SECRET))
    async with await login(server, Person(SECRET)) as connection:
        process = await shell(connection)
        process.stdin.write(command + "\n")
        assert (await process.wait()).exit_status == status


async def test_the_signal_that_ended_the_shell_arrives(start_embedded: Start) -> None:
    server = await start_embedded(Account(ADA, SECRET))
    async with await login(server, Person(SECRET)) as connection:
        process = await shell(connection)
        process.stdin.write("kill -9 $$\n")
        await process.wait()
        assert process.exit_signal is not None
        assert process.exit_signal[0] == "KILL"


async def test_a_command_without_terminal_keeps_its_outputs_apart(start_embedded: Start) -> None:
    server = await start_embedded(Account(ADA, SECRET))
    async with await login(server, Person(SECRET)) as connection:
        done = await connection.run("cat; echo wrong >&2; exit 3", input="in\n")
        assert (done.stdout, done.stderr, done.exit_status) == ("in\n", "wrong\n", 3)


async def test_hanging_up_leaves_no_process_not_even_a_disowned_one(start_embedded: Start) -> None:
    server = await start_embedded(Account(ADA, SECRET))
    async with await login(server, Person(SECRET)) as connection:
        process = await shell(connection)
        process.stdin.write("trap '' HUP; sleep 1000 & disown; echo leader=$(($$))!\n")
        # The echo of the typed line has no number before the exclamation mark.
        said = await process.stdout.readuntil(re.compile(r"leader=\d+!"))
        leader = int(re.findall(r"leader=(\d+)!", said)[-1])
        assert len(session_members(leader)) == 2
    await eventually(lambda: not server.sessions, "end of the sessions")
    await eventually(lambda: not session_members(leader), "end of the processes")


async def test_hanging_up_ends_what_a_command_has_left_in_the_background(start_embedded: Start) -> None:
    server = await start_embedded(Account(ADA, SECRET))
    async with await login(server, Person(SECRET)) as connection:
        process = await connection.create_process("sleep 1000 & echo $$; exit")
        leader = int(await process.stdout.readline())
        assert len(session_members(leader)) >= 1
    await eventually(lambda: not session_members(leader), "end of the processes")


async def test_a_server_that_comes_back_is_the_same_host(tmp_path: Path) -> None:
    server = embedded(tmp_path, Account(ADA, SECRET))
    async with server:
        before = (server.port, server.host_keys)
    async with server:
        assert (server.port, server.host_keys) == before
        (await login(server, Person(SECRET))).close()


async def test_dropping_everybody_leaves_the_server_listening(start_embedded: Start) -> None:
    server = await start_embedded(Account(ADA, SECRET))
    connection = await login(server, Person(SECRET))
    process = await shell(connection)
    await server.drop()
    await asyncio.wait_for(connection.wait_closed(), 10)
    assert process.exit_status is None
    assert (server.connections, server.sessions) == (0, 0)
    (await login(server, Person(SECRET))).close()


async def test_a_wrong_password_is_refused(start_embedded: Start) -> None:
    server = await start_embedded(Account(ADA, SECRET))
    with pytest.raises(asyncssh.PermissionDenied):
        await login(server, Person("wrong"))
    assert server.login_attempts == 1


async def test_a_key_pair_opens_the_account(start_embedded: Start, client_key: Path, tmp_path: Path) -> None:
    server = await start_embedded(Account(ADA, public_keys=(public_key(client_key),)))
    (await login(server, Person(), key_file=client_key)).close()
    with pytest.raises(asyncssh.PermissionDenied):
        await login(server, Person(), key_file=make_key_file(tmp_path / "other"))


async def test_several_prompts_come_with_title_instruction_and_echo(start_embedded: Start) -> None:
    rounds = (
        Round((("Password: ", False), ("Code: ", True)), ("one", "two"), "Two factors", "Look at your phone."),
        Round((("Again: ", False),), ("three",)),
    )
    server = await start_embedded(Account(ADA, rounds=rounds))
    person = Person(rounds=[("one", "two"), ("three",)])
    (await login(server, person)).close()
    assert person.challenges == [
        ("Two factors", "Look at your phone.", [("Password: ", False), ("Code: ", True)]),
        ("", "", [("Again: ", False)]),
    ]


async def test_an_expired_password_is_changed_by_the_protocol(start_embedded: Start) -> None:
    server = await start_embedded(Account(ADA, SECRET, expired=True))
    person = Person(SECRET, changes=[(SECRET, "short"), (SECRET, "battery staple")])
    (await login(server, person)).close()
    assert person.change_prompts == [
        "Your password has expired. Choose a new one.",
        "The new password must have at least 6 characters.",
    ]
    (await login(server, Person("battery staple"))).close()


async def test_passwd_in_a_terminal_changes_the_password(start_embedded: Start) -> None:
    server = await start_embedded(Account(ADA, SECRET))
    async with await login(server, Person(SECRET)) as connection:
        process = await connection.create_process("exec sh -c 'LC_ALL=C passwd'", term_type="xterm")
        process.stdin.write(f"{SECRET}\nbattery staple\nbattery staple\n")
        assert (await process.wait()).exit_status == 0
    (await login(server, Person("battery staple"))).close()


async def test_a_banner_comes_before_the_login(start_embedded: Start) -> None:
    server = await start_embedded(Account(ADA, SECRET), manners=Manners(banner="Mind the step.\r\n"))
    person = Person(SECRET)
    (await login(server, person)).close()
    assert person.banners == ["Mind the step.\r\n"]


async def test_terminals_and_sessions_can_be_refused(start_embedded: Start) -> None:
    server = await start_embedded(Account(ADA, SECRET), manners=Manners(terminals=False, sessions=1))
    async with await login(server, Person(SECRET)) as connection:
        with pytest.raises(asyncssh.ChannelOpenError, match="PTY"):
            await shell(connection)
        await eventually(lambda: not server.sessions, "end of the refused session")
        process = await connection.create_process("cat")
        with pytest.raises(asyncssh.ChannelOpenError, match="No more sessions"):
            await connection.create_process("true")
        process.stdin.write_eof()
        assert (await process.wait()).exit_status == 0


async def test_a_slow_server_answers_late(start_embedded: Start) -> None:
    server = await start_embedded(Account(ADA, SECRET), manners=Manners(delay=0.2))
    began = asyncio.get_running_loop().time()
    (await login(server, Person(SECRET))).close()
    assert asyncio.get_running_loop().time() - began >= 0.4


async def test_its_host_keys_are_the_ones_it_shows(start_embedded: Start) -> None:
    server = await start_embedded(Account(ADA, SECRET))
    shown = await asyncssh.get_server_host_key(server.address, server.port, config=None)
    assert shown is not None
    assert server.host_keys == (HostKey(shown.public_data),)
