"""The known hosts, by the keyboard: what is pressed, and what then stands in the file."""

from __future__ import annotations

import base64
import struct
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from textual.pilot import Pilot
from textual.widgets import OptionList, Static

from sshtui.errors import Refused
from sshtui.model.host_keys import HostKey
from sshtui.model.questions import Confirm
from sshtui.ssh.known_host_lines import hashed_name
from sshtui.ssh.known_hosts import KnownHosts
from sshtui.ui.modals.base import Dialog
from sshtui.ui.screens.known_hosts import KnownHostsScreen, KnownHostsTools
from sshtui.ui.steady import SteadyApp
from tests.fakes.prompting import ScriptedPrompter
from tests.waiting import on_stage


def host_key(seed: int) -> HostKey:
    parts = (b"ssh-ed25519", bytes([seed]) * 32)
    return HostKey(b"".join(struct.pack(">I", len(part)) + part for part in parts))


KEYS = [host_key(seed) for seed in range(4)]


async def scan(address: str, port: int) -> Sequence[HostKey]:
    if address != "web":
        raise Refused(f"{address} refused the connection.")
    return (KEYS[0], KEYS[3])


class Stage(SteadyApp[None]):
    def __init__(self, file: Path, prompter: ScriptedPrompter) -> None:
        super().__init__()
        self.known = KnownHostsScreen(KnownHostsTools(KnownHosts(file), scan), prompter, quiet=0.01)

    def on_mount(self) -> None:
        self.push_screen(self.known)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "known_hosts"
    hidden = hashed_name(b"hidden").decode()
    path.write_text(f"web,10.0.0.5 {KEYS[0].line} mine\n[db]:2222 {KEYS[1].line}\n{hidden} {KEYS[2].line}\n")
    return path


@asynccontextmanager
async def opened(
    file: Path, *answers: object, size: tuple[int, int] = (80, 24)
) -> AsyncIterator[tuple[Pilot[None], ScriptedPrompter]]:
    prompter = ScriptedPrompter(*answers)
    app = Stage(file, prompter)
    async with app.run_test(size=size) as pilot:
        await on_stage(pilot, lambda: rows(pilot) > 0)
        yield pilot, prompter


def said(file: Path) -> str:
    return file.read_text()


def known(pilot: Pilot[None]) -> KnownHostsScreen:
    assert isinstance(pilot.app, Stage)
    return pilot.app.known


def rows(pilot: Pilot[None]) -> int:
    return known(pilot).query_one("#list", OptionList).option_count


def facts(pilot: Pilot[None]) -> str:
    return str(known(pilot).query_one("#text", Static).content)


async def type_in_dialog(pilot: Pilot[None], text: str) -> None:
    await on_stage(pilot, lambda: isinstance(pilot.app.screen, Dialog) and pilot.app.screen.ready)
    await on_stage(pilot, lambda: getattr(pilot.app.focused, "id", "") == "line")
    for character in text:
        await pilot.press("space" if character == " " else character)
    await pilot.press("enter")


async def test_the_marked_line_is_shown_with_fingerprints_picture_and_place(file: Path) -> None:
    async with opened(file) as (pilot, _):
        shown = facts(pilot)
        assert KEYS[0].sha256 in shown
        assert KEYS[0].randomart in shown
        assert f"{file}, line 1" in shown.replace("\n", "")
        await pilot.press("j")
        await on_stage(pilot, lambda: KEYS[1].md5 in facts(pilot))


async def test_a_typed_name_finds_its_hashed_line(file: Path) -> None:
    async with opened(file) as (pilot, _):
        await pilot.press("slash", *"hidden")
        await on_stage(pilot, lambda: rows(pilot) == 1 and KEYS[2].sha256 in facts(pilot))
        await pilot.press("escape")
        await on_stage(pilot, lambda: rows(pilot) == 3)


async def test_the_filter_looks_into_names_and_comments(file: Path) -> None:
    async with opened(file) as (pilot, _):
        await pilot.press("slash", *"10.0")
        await on_stage(pilot, lambda: rows(pilot) == 1 and KEYS[0].sha256 in facts(pilot))


async def test_deleting_asks_keeps_a_copy_and_takes_only_that_line(file: Path) -> None:
    before = said(file)
    async with opened(file, True) as (pilot, prompter):
        await pilot.press("j", "d")
        await on_stage(pilot, lambda: rows(pilot) == 2)
    assert isinstance(prompter.questions[0], Confirm)
    assert said(file).splitlines() == [before.splitlines()[0], before.splitlines()[2]]
    assert said(file.with_name("known_hosts.old")) == before


async def test_a_no_deletes_nothing(file: Path) -> None:
    before = said(file)
    async with opened(file, False) as (pilot, prompter):
        await pilot.press("d")
        await on_stage(pilot, lambda: prompter.questions)
    assert said(file) == before


async def test_a_revoked_host_key_is_so_for_its_names(file: Path) -> None:
    async with opened(file, True) as (pilot, _):
        await pilot.press("v")
        await on_stage(pilot, lambda: rows(pilot) == 4)
    assert KnownHosts(file).lookup("10.0.0.5", 22).revoked == (KEYS[0],)


async def test_a_hashed_line_is_revoked_for_the_name_that_found_it(file: Path) -> None:
    async with opened(file, True) as (pilot, prompter):
        await pilot.press("end", "v")
        await on_stage(pilot, lambda: prompter.notices)
        assert "hashed" in prompter.notices[0].text
        await pilot.press("slash", *"hidden", "enter")
        await on_stage(pilot, lambda: rows(pilot) == 1)
        await pilot.press("v")
        await on_stage(pilot, lambda: KnownHosts(file).lookup("hidden", 22).revoked)


async def test_a_pasted_line_is_shown_before_it_is_trusted(file: Path) -> None:
    line = f"new ssh-ed25519 {base64.b64encode(KEYS[3].blob).decode()}"
    async with opened(file, True) as (pilot, prompter):
        await pilot.press("a")
        await type_in_dialog(pilot, line)
        await on_stage(pilot, lambda: rows(pilot) == 4)
    question = prompter.questions[0]
    assert isinstance(question, Confirm)
    assert KEYS[3].sha256 in question.text
    assert said(file).splitlines()[-1] == line


async def test_what_is_no_line_is_refused_with_an_example(file: Path) -> None:
    async with opened(file) as (pilot, prompter):
        await pilot.press("a")
        await type_in_dialog(pilot, "nonsense")
        await on_stage(pilot, lambda: prompter.notices)
    assert "as in: web-1 ssh-ed25519" in prompter.notices[0].text


async def test_a_scan_shows_and_trusts_nothing(file: Path) -> None:
    before = said(file)
    async with opened(file) as (pilot, _):
        await pilot.press("s")
        await type_in_dialog(pilot, "web")
        await on_stage(pilot, lambda: KEYS[3].randomart in facts(pilot))
        assert "known" in facts(pilot)
        assert "changed" in facts(pilot)
    assert said(file) == before


async def test_a_scan_that_finds_nobody_says_so(file: Path) -> None:
    async with opened(file) as (pilot, prompter):
        await pilot.press("s")
        await type_in_dialog(pilot, "gone")
        await on_stage(pilot, lambda: prompter.notices)
    assert prompter.notices[0].text == "gone refused the connection."


@pytest.mark.parametrize("answer", [True, None])
async def test_the_host_keys_of_putty_are_shown_before_they_are_trusted(
    file: Path, tmp_path: Path, answer: bool | None
) -> None:
    theirs = tmp_path / "sshhostkeys"
    # Two coordinates of a point each (PuTTY's sshecc.c); the third is no host's.
    theirs.write_text("ssh-ed25519@22:10.0.0.5 0x1,0x2\nssh-ed25519@2200:far 0x1,0x3\nssh-ed25519@22:-oX 0x1,0x4\n")
    before = said(file)
    async with opened(file, answer, size=(100, 40)) as (pilot, prompter):
        await pilot.press("i")
        await type_in_dialog(pilot, str(theirs))
        await on_stage(pilot, lambda: prompter.questions)
        question = prompter.questions[0]
        assert isinstance(question, Confirm)
        assert (question.title, question.text) == ("Trust 1 host keys?", "1 changed, 1 new. Only new ones are taken.")
        if answer:
            await on_stage(pilot, lambda: rows(pilot) == 4)
        else:
            for words in ("changed  10.0.0.5", "new      [far]:2200", "skipped  ssh-ed25519@22:-oX"):
                assert words in facts(pilot)
    assert said(file).startswith(before)
    assert len(KnownHosts(file).lookup("far", 2200).trusted) == (1 if answer else 0)


async def test_a_file_of_putty_that_is_not_there_says_so(file: Path, tmp_path: Path) -> None:
    async with opened(file) as (pilot, prompter):
        await pilot.press("i")
        await type_in_dialog(pilot, str(tmp_path / "nowhere"))
        await on_stage(pilot, lambda: prompter.notices)
    assert "There is no file" in prompter.notices[0].text


async def test_an_empty_file_says_what_to_do(tmp_path: Path) -> None:
    app = Stage(tmp_path / "none", ScriptedPrompter())
    async with app.run_test() as pilot:
        await on_stage(pilot, lambda: "s asks a server" in facts(pilot))
