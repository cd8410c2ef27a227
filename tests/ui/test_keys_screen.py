"""The key workshop, by the keyboard: what is pressed, and what then stands on the disk."""

from __future__ import annotations

import os
import re
import signal
import subprocess
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from textual.pilot import Pilot
from textual.widgets import Checkbox, Input, OptionList, Static

from sshtui.errors import LoginRejected
from sshtui.keys.agent import Agent, add_file
from sshtui.keys.inspect import inspect_file
from sshtui.keys.workshop import Made, make, open_file
from sshtui.model.hosts import Host
from sshtui.model.questions import Confirm, Passphrase
from sshtui.ui.modals.base import Dialog
from sshtui.ui.screens.keys import KeysScreen
from sshtui.ui.screens.keys_bench import Install, KeyTools, Rotate, Uninstall
from sshtui.ui.steady import SteadyApp
from tests.fakes.prompting import ScriptedPrompter
from tests.servers.security_keys import SecurityKey, plugged_in
from tests.waiting import on_stage, until

HOSTS = (Host("web-1", "10.0.0.5", user="root"), Host("web-2", "10.0.0.6"))


class Stage(SteadyApp[None]):
    """An app that opens the workshop."""

    def __init__(self, tools: KeyTools, prompter: ScriptedPrompter) -> None:
        super().__init__()
        self.workshop = KeysScreen(tools, prompter, quiet=0.01)

    def on_mount(self) -> None:
        self.push_screen(self.workshop)


@asynccontextmanager
async def workshop(
    folder: Path,
    *answers: object,
    install: Install | None = None,
    use: Callable[[Host, Path], None] | None = None,
    agent: str | None = None,
    uninstall: Uninstall | None = None,
    rotate: Rotate | None = None,
    agent_started: Callable[[str], None] | None = None,
    size: tuple[int, int] = (100, 40),
) -> AsyncIterator[tuple[Pilot[None], ScriptedPrompter]]:
    """The screen over `folder`; questions of the prompter get `answers`."""
    prompter = ScriptedPrompter(*answers)
    tools = KeyTools(folder, agent, lambda: HOSTS, install, use, uninstall, rotate, agent_started)
    app = Stage(tools, prompter)
    async with app.run_test(size=size) as pilot:
        await settled(pilot)
        yield pilot, prompter


async def settled(pilot: Pilot[None]) -> None:
    """Wait until nothing loads, and a dialog in front takes keystrokes."""

    def busy() -> bool:
        screen = pilot.app.screen
        loading = any(worker.is_running and worker.group == "load" for worker in pilot.app.workers)
        return loading or (isinstance(screen, Dialog) and not screen.ready)

    await on_stage(pilot, lambda: not busy())


def idle(pilot: Pilot[None]) -> bool:
    """Whether no job of the workshop is under way."""
    return not any(worker.is_running for worker in pilot.app.workers)


def text(pilot: Pilot[None], selector: str = "#text") -> str:
    assert isinstance(pilot.app, Stage)
    return str(pilot.app.workshop.query_one(selector, Static).content)


def entries(pilot: Pilot[None]) -> int:
    assert isinstance(pilot.app, Stage)
    return pilot.app.workshop.query_one("#list", OptionList).option_count


async def fill(pilot: Pilot[None], **fields: str) -> None:
    for name, value in fields.items():
        pilot.app.screen.query_one(f"#{name}", Input).value = value


@pytest.fixture
def pair(tmp_path: Path) -> Made:
    return make(tmp_path / "id_ed25519", comment="me@here", passphrase="sesame", rounds=1)


async def test_an_empty_folder_says_how_to_begin(tmp_path: Path) -> None:
    async with workshop(tmp_path) as (pilot, _):
        assert "a makes one" in text(pilot)


async def test_the_marked_key_pair_is_described(tmp_path: Path, pair: Made) -> None:
    make(tmp_path / "work", "ecdsa", comment="[bold]not markup[/]")
    async with workshop(tmp_path) as (pilot, _):
        for word in (pair.public.sha256, "me@here", "bcrypt 1 rounds", pair.public.randomart, pair.public_line):
            assert word in text(pilot)
        await pilot.press("j")
        await on_stage(pilot, lambda: "[bold]not markup[/]" in text(pilot))
        assert "ECDSA 256" in text(pilot)


async def test_a_makes_a_key_pair_and_shows_it(tmp_path: Path) -> None:
    async with workshop(tmp_path) as (pilot, _):
        await pilot.press("a")
        await settled(pilot)
        await fill(pilot, comment="new@here", new="a long passphrase", again="a long passphrase", rounds="2")
        pilot.app.screen.query_one("#again").focus()
        await pilot.press("enter", "enter")
        await on_stage(pilot, lambda: "Made " in text(pilot))
        assert "2 rounds" in inspect_file(tmp_path / "id_ed25519").protection
        key = open_file(tmp_path / "id_ed25519", "a long passphrase")
        assert key.get_fingerprint() in text(pilot)
        assert key.get_comment() == "new@here"


async def make_in_security_key(pilot: Pilot[None]) -> None:
    """Ask for an ECDSA key in the device, without a passphrase."""
    await pilot.press("a")
    await settled(pilot)
    kinds = pilot.app.screen.query_one("#kinds", OptionList)
    kinds.highlighted = kinds.option_count - 1
    pilot.app.screen.query_one("#none", Checkbox).value = True
    pilot.app.screen.query_one("#rounds").focus()
    await pilot.press("enter")


async def test_a_key_in_a_security_key_is_made_with_the_pin_that_it_wants_and_a_touch(tmp_path: Path) -> None:
    key = SecurityKey(pin="1234", makes_unverified=False)
    with plugged_in(key):
        async with workshop(tmp_path, "4321", "1234") as (pilot, prompter):
            await make_in_security_key(pilot)
            await on_stage(pilot, key.asked_for_touch.is_set)
            assert "touch your security key" in text(pilot)
            key.touched.set()
            await on_stage(pilot, lambda: "Made " in text(pilot))
    wrong = "The PIN is wrong. The security key locks itself after 7 more tries."
    assert prompter.questions == [
        Passphrase("the security key", what="PIN"),
        Passphrase("the security key", 2, wrong, "PIN"),
    ]
    assert (tmp_path / "id_ecdsa_sk.pub").read_text().startswith("sk-ecdsa-sha2-nistp256@openssh.com ")


async def test_without_the_pin_that_a_security_key_wants_nothing_is_made(tmp_path: Path) -> None:
    key = SecurityKey(pin="1234", makes_unverified=False)
    with plugged_in(key):
        async with workshop(tmp_path, None) as (pilot, prompter):
            await make_in_security_key(pilot)
            await on_stage(pilot, lambda: bool(prompter.questions) and idle(pilot))
            assert "a makes one" in text(pilot)
    assert not key.credentials


async def test_no_passphrase_must_be_ticked_and_two_must_agree(tmp_path: Path) -> None:
    async with workshop(tmp_path) as (pilot, _):
        await pilot.press("n")
        await settled(pilot)
        pilot.app.screen.query_one("#rounds").focus()
        await pilot.press("enter")
        problem = pilot.app.screen.query_one("#problem", Static)
        assert "tick" in str(problem.content)
        await fill(pilot, new="one", again="two")
        await pilot.press("enter")
        assert "differ" in str(problem.content)
        await pilot.press("escape")
        await on_stage(pilot, lambda: isinstance(pilot.app.screen, KeysScreen))
        assert list(tmp_path.iterdir()) == []  # noqa: ASYNC240 (a test may block)


async def test_p_changes_the_passphrase_after_asking_the_old_one_until_it_fits(tmp_path: Path, pair: Made) -> None:
    async with workshop(tmp_path, "wrong", "sesame") as (pilot, prompter):
        await pilot.press("p")
        await on_stage(pilot, lambda: isinstance(pilot.app.screen, Dialog))
        await settled(pilot)
        assert [question.attempt for question in prompter.questions if isinstance(question, Passphrase)] == [1, 2]
        await fill(pilot, new="another", again="another", rounds="3")
        pilot.app.screen.query_one("#again").focus()
        await pilot.press("enter", "enter")
        await on_stage(pilot, lambda: bool(prompter.notices))
    open_file(pair.path, "another")
    assert "3 rounds" in inspect_file(pair.path).protection


async def test_rounds_out_of_bounds_are_refused_under_the_field(tmp_path: Path) -> None:
    async with workshop(tmp_path) as (pilot, _):
        await pilot.press("n")
        await settled(pilot)
        problem = pilot.app.screen.query_one("#problem", Static)
        for typed in ("0", "10001", "many", ""):
            await fill(pilot, new="same", again="same", rounds="7")
            await on_stage(pilot, lambda: not str(problem.content))
            await fill(pilot, rounds=typed)
            await on_stage(pilot, lambda: "from 1 to 10000" in str(problem.content))
            pilot.app.screen.query_one("#rounds").focus()
            await pilot.press("enter")
            assert isinstance(pilot.app.screen, Dialog)
    assert list(tmp_path.iterdir()) == []  # noqa: ASYNC240 (a test may block)


@pytest.mark.parametrize("replace", [True, False])
async def test_a_key_pair_that_exists_is_replaced_only_when_the_person_says_so(
    tmp_path: Path, pair: Made, replace: bool
) -> None:
    async with workshop(tmp_path, replace) as (pilot, prompter):
        await pilot.press("n")
        await settled(pilot)
        await fill(pilot, path=str(pair.path))
        pilot.app.screen.query_one("#none", Checkbox).value = True
        pilot.app.screen.query_one("#accept").focus()
        await pilot.press("enter")
        await on_stage(pilot, lambda: bool(prompter.questions))
        question = prompter.questions[0]
        assert isinstance(question, Confirm)
        assert question.danger
        assert "id_ed25519.pub would be overwritten" in question.text
        await on_stage(pilot, lambda: ("Made " in text(pilot)) == replace and idle(pilot))
    assert (inspect_file(pair.path).public != pair.public) == replace
    assert inspect_file(pair.path).encrypted != replace


async def test_a_conversion_over_another_file_asks_first(tmp_path: Path, pair: Made) -> None:
    there = tmp_path / "other.ppk"
    there.write_text("mine")
    async with workshop(tmp_path, None, True, "sesame") as (pilot, prompter):
        for _ in range(2):
            await on_stage(pilot, lambda: isinstance(pilot.app.screen, KeysScreen) and idle(pilot))
            assert there.read_text() == "mine"
            await pilot.press("home", "c")
            await on_stage(pilot, lambda: isinstance(pilot.app.screen, Dialog))
            await settled(pilot)
            await pilot.press("end")
            await fill(pilot, path=str(there))
            pilot.app.screen.query_one("#accept").focus()
            await pilot.press("enter")
        await on_stage(pilot, lambda: bool(prompter.notices))
    assert open_file(there, "sesame").public_data == pair.public.blob


async def test_c_writes_a_ppk_file_beside_and_says_what_is_lost_before(tmp_path: Path, pair: Made) -> None:
    async with workshop(tmp_path, "sesame") as (pilot, prompter):
        await pilot.press("c")
        await settled(pilot)
        await pilot.press("down")
        lost = pilot.app.screen.query_one("#lost", Static)
        await on_stage(pilot, lambda: "comment" in str(lost.content))
        await pilot.press("down", "down", "enter", "enter")
        await on_stage(pilot, lambda: bool(prompter.notices))
    assert open_file(tmp_path / "id_ed25519.ppk", "sesame").public_data == pair.public.blob


async def test_e_changes_the_comment_of_both_files(tmp_path: Path, pair: Made) -> None:
    async with workshop(tmp_path, "sesame") as (pilot, _):
        await pilot.press("e")
        await settled(pilot)
        await fill(pilot, line="new@there")
        await pilot.press("enter")
        await on_stage(pilot, lambda: "new@there" in text(pilot))
    assert open_file(pair.path, "sesame").get_comment() == "new@there"
    assert Path(f"{pair.path}.pub").read_text().endswith(" new@there\n")  # noqa: ASYNC240 (a test may block)


async def test_i_installs_on_the_ticked_hosts_and_lists_what_happened(tmp_path: Path, pair: Made) -> None:
    async def install(host: Host, path: Path) -> str:
        if host.name == "web-2":
            raise LoginRejected("web-2 rejected the login.")
        return f"added {path.name}"

    async with workshop(tmp_path, install=install) as (pilot, _):
        await pilot.press("i")
        await settled(pilot)
        await pilot.press("space", "down", "space", "tab", "enter")
        await on_stage(pilot, lambda: "failed" in text(pilot))
        assert "web-1  added id_ed25519" in text(pilot)
        assert "web-2  failed. web-2 rejected the login." in text(pilot)


async def test_after_an_installation_the_host_can_keep_the_key_pair(tmp_path: Path, pair: Made) -> None:
    kept: list[tuple[str, Path]] = []

    async def install(host: Host, path: Path) -> str:
        return "added"

    def use(host: Host, path: Path) -> None:
        kept.append((host.name, path))

    async with workshop(tmp_path, True, install=install, use=use) as (pilot, prompter):
        await pilot.press("i")
        await settled(pilot)
        await pilot.press("space", "tab", "enter")
        await on_stage(pilot, lambda: bool(kept))
        assert "web-1 lets this key pair in" in str(prompter.questions)
    assert kept == [("web-1", pair.path)]


async def test_x_makes_a_certificate_and_o_tells_what_it_is(tmp_path: Path) -> None:
    pair = make(tmp_path / "id_rsa", "rsa", bits=2048, comment="me@here")
    async with workshop(tmp_path) as (pilot, _):
        await pilot.press("x")
        await settled(pilot)
        await fill(pilot, subject="/CN=portal")
        pilot.app.screen.query_one("#der", Checkbox).value = True
        pilot.app.screen.query_one("#accept").focus()
        await pilot.press("enter")
        await on_stage(pilot, lambda: "Written" in text(pilot))
        await pilot.press("o")
        await settled(pilot)
        await fill(pilot, line=str(tmp_path / "id_rsa-x509.cer"))
        await pilot.press("enter")
        await on_stage(pilot, lambda: "CN=portal" in text(pilot))
        assert pair.public.sha256 in text(pilot)


async def test_m_mends_permissions(tmp_path: Path, pair: Made) -> None:
    pair.path.chmod(0o644)
    async with workshop(tmp_path) as (pilot, _):
        assert "Others may read it" in text(pilot)
        await pilot.press("m")
        await on_stage(pilot, lambda: "Others may read it" not in text(pilot))
    assert pair.path.stat().st_mode & 0o777 == 0o600


async def test_y_copies_the_public_line(tmp_path: Path, pair: Made) -> None:
    async with workshop(tmp_path) as (pilot, _):
        await pilot.press("y")
        await on_stage(pilot, lambda: bool(pilot.app.clipboard))
        assert pilot.app.clipboard == pair.public_line


@pytest.mark.parametrize("size", [(1, 1), (20, 6), (40, 12), (80, 24), (300, 100)])
async def test_it_stands_at_every_size_and_escape_leaves(tmp_path: Path, pair: Made, size: tuple[int, int]) -> None:
    async with workshop(tmp_path, size=size) as (pilot, _):
        await pilot.press("n")
        await settled(pilot)
        await pilot.press("escape")
        await on_stage(pilot, lambda: isinstance(pilot.app.screen, KeysScreen))
        await pilot.press("escape")
        await on_stage(pilot, lambda: not isinstance(pilot.app.screen, KeysScreen))


@pytest.fixture
def agent(tmp_path_factory: pytest.TempPathFactory, need: Callable[[str], str]) -> Iterator[str]:
    """The socket of a running, empty ssh-agent."""
    socket = tmp_path_factory.mktemp("agent") / "socket"
    with subprocess.Popen([need("ssh-agent"), "-D", "-a", str(socket)], stdout=subprocess.DEVNULL) as process:
        until(socket.exists, "socket of the agent")
        yield str(socket)
        process.terminate()


async def test_t_gives_a_key_to_the_agent_and_d_takes_it_out(tmp_path: Path, pair: Made, agent: str) -> None:
    async with workshop(tmp_path, "sesame", agent=agent) as (pilot, _):
        await pilot.press("t")
        await settled(pilot)
        await pilot.press("enter")
        await on_stage(pilot, lambda: entries(pilot) == 2)
        await settled(pilot)
        assert [key.comment for key in await Agent(agent).held()] == ["me@here"]
        await pilot.press("end")
        await on_stage(pilot, lambda: "held by" in text(pilot))
        await pilot.press("d")
        await on_stage(pilot, lambda: entries(pilot) == 1)
        assert not await Agent(agent).held()


async def test_D_empties_the_agent_once_that_is_confirmed(tmp_path: Path, pair: Made, agent: str) -> None:
    await add_file(Agent(agent), pair.path, "sesame")
    await add_file(Agent(agent), make(tmp_path / "id_ecdsa", "ecdsa").path, None)
    async with workshop(tmp_path, False, True, agent=agent) as (pilot, prompter):
        await pilot.press("D")
        await on_stage(pilot, lambda: len(prompter.questions) == 1 and idle(pilot))
        assert len(await Agent(agent).held()) == 2
        await pilot.press("D")
        await on_stage(pilot, lambda: entries(pilot) == 2)
        assert [isinstance(question, Confirm) and question.danger for question in prompter.questions] == [True, True]
        assert not await Agent(agent).held()


async def unlocking(pilot: Pilot[None], prompter: ScriptedPrompter, passphrase: str) -> str:
    """What is told after L and `passphrase`."""
    told = len(prompter.notices)
    await pilot.press("L")
    await on_stage(pilot, lambda: isinstance(pilot.app.screen, Dialog))
    await settled(pilot)
    await fill(pilot, secret=passphrase)
    await pilot.press("enter")
    await on_stage(pilot, lambda: len(prompter.notices) > told and idle(pilot))
    return prompter.notices[-1].text


async def test_l_locks_the_agent_and_L_unlocks_it_with_the_same_passphrase(
    tmp_path: Path, pair: Made, agent: str
) -> None:
    await add_file(Agent(agent), pair.path, "sesame")
    async with workshop(tmp_path, agent=agent) as (pilot, prompter):
        assert entries(pilot) == 2
        await pilot.press("l")
        await settled(pilot)
        await fill(pilot, new="shut", again="shot")
        pilot.app.screen.query_one("#again").focus()
        await pilot.press("enter")
        problem = pilot.app.screen.query_one("#problem", Static)
        await on_stage(pilot, lambda: "differ" in str(problem.content))
        await fill(pilot, again="shut")
        await pilot.press("enter")
        await on_stage(pilot, lambda: entries(pilot) == 1)
        assert not await Agent(agent).held()
        assert "refused" in await unlocking(pilot, prompter, "wrong")
        assert "unlocked" in await unlocking(pilot, prompter, "shut")
        await on_stage(pilot, lambda: entries(pilot) == 2)


async def test_U_takes_the_key_off_the_ticked_hosts(tmp_path: Path, pair: Made) -> None:
    async def uninstall(host: Host, path: Path) -> str:
        return f"removed {path.name}"

    async with workshop(tmp_path, uninstall=uninstall) as (pilot, _):
        await pilot.press("U")
        await settled(pilot)
        await pilot.press("down", "space", "tab", "enter")
        await on_stage(pilot, lambda: "web-2  removed id_ed25519" in text(pilot))
        assert "web-1" not in text(pilot)


async def test_an_installation_can_replace_an_old_key(tmp_path: Path, pair: Made) -> None:
    async def install(host: Host, path: Path) -> str:
        raise AssertionError("only rotation is asked for")

    async def rotate(host: Host, path: Path, old: Path) -> str:
        return f"{path.name} for {old.name}"

    async with workshop(tmp_path, install=install, rotate=rotate) as (pilot, _):
        await pilot.press("i")
        await settled(pilot)
        await fill(pilot, old=str(tmp_path / "id_old"))
        await pilot.press("space", "tab", "enter")
        await on_stage(pilot, lambda: "web-1  id_ed25519 for id_old" in text(pilot))


async def test_without_an_agent_one_is_started_when_wanted(
    tmp_path: Path, pair: Made, need: Callable[[str], str]
) -> None:
    need("ssh-agent")
    started: list[str] = []
    async with workshop(tmp_path, True, "sesame", agent_started=started.append) as (pilot, prompter):
        await pilot.press("t")
        await on_stage(pilot, lambda: bool(prompter.notices))
        ending = re.search(r"kill (\d+)", prompter.notices[0].text)
        assert ending
        try:
            await settled(pilot)
            await fill(pilot, lifetime="1h")
            await pilot.press("enter")
            await on_stage(pilot, lambda: "for 3600 seconds" in prompter.notices[-1].text)
            assert [key.comment for key in await Agent(started[0]).held()] == ["me@here"]
        finally:
            os.kill(int(ending[1]), signal.SIGTERM)
