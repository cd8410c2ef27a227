"""Every question on a plain terminal: a pseudo-terminal on which a script answers."""

from __future__ import annotations

import asyncio
import os
import pty
import termios
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from sshtui.cli.prompter import PlainPrompter
from sshtui.model.host_keys import HostKey, KnownEntry
from sshtui.model.key_pairs import KeyPair
from sshtui.model.questions import (
    Challenge,
    ChangedHostKey,
    ChooseKeyPair,
    ChosenKeyPair,
    Confirm,
    ConfirmPaste,
    Field,
    NewPassword,
    Notice,
    Passphrase,
    Password,
    PasswordChange,
    Question,
    UnknownHostKey,
)

ED25519 = b"\x00\x00\x00\x0bssh-ed25519\x00\x00\x00\x20"
HOST_KEY, OLD_KEY = HostKey(ED25519 + b"\x01" * 32), HostKey(ED25519 + b"\x02" * 32)
UNKNOWN = UnknownHostKey("web-1", "10.0.0.5", 22, HOST_KEY)
CHANGED = ChangedHostKey("web-1", "10.0.0.5", 22, HOST_KEY, (KnownEntry(OLD_KEY, "~/.ssh/known_hosts", 12),))
CHALLENGE = Challenge("web-1", "ada@web-1", "Two-factor", "Look", (Field("User:", True), Field("Code:", False)))
NEW = NewPassword("web-1", "ada@web-1", "Expired.")
KEY_PAIRS = (KeyPair("file", "~/.ssh/id_rsa"), KeyPair("agent", comment="work"))
CHOOSE = ChooseKeyPair("web-1", KEY_PAIRS)


class Terminal:
    """A pseudo-terminal; `answers` are typed one for each prompt."""

    def __init__(self) -> None:
        self.master, self.slave = pty.openpty()
        os.set_blocking(self.master, False)
        self.prompter = PlainPrompter(self.slave)
        self.shown = ""

    def read(self) -> str:
        try:
            new = os.read(self.master, 65536).decode()
        except BlockingIOError:
            new = ""
        self.shown += new
        return new

    def start(self, question: Question[Any]) -> asyncio.Task[Any]:
        return asyncio.create_task(self.prompter.ask(question))

    async def ask(self, question: Question[Any], *answers: str) -> object:
        task = self.start(question)
        for answer in answers:
            await self.prompt_shown(task)
            os.write(self.master, answer.encode())
        result: object = await asyncio.wait_for(task, 5)
        self.read()
        return result

    async def prompt_shown(self, task: asyncio.Task[Any]) -> None:
        """Wait until something new ends in a prompt."""
        async with asyncio.timeout(5):
            new = ""
            while not new.endswith(" "):
                assert not task.done()
                new += self.read()
                await asyncio.sleep(0.001)


@pytest.fixture
def terminal() -> Iterator[Terminal]:
    made = Terminal()
    before = termios.tcgetattr(made.slave)
    yield made
    assert termios.tcgetattr(made.slave) == before
    os.close(made.master)
    os.close(made.slave)


@pytest.mark.parametrize(
    ("question", "answers", "expected"),
    [
        (UNKNOWN, ["yes\n"], "save"),
        (UNKNOWN, ["perhaps\n", "once\n"], "once"),
        (UNKNOWN, ["\n"], None),
        (UNKNOWN, ["\x04"], None),
        (UNKNOWN, ["y\n", "y\n", "y\n"], None),
        (CHANGED, ["web-1\n"], "replace"),
        (CHANGED, ["yes\n"], None),
        (CHANGED, ["\n"], None),
        (Password("web-1", "ada@web-1"), ["s3cret\n"], "s3cret"),
        (Password("web-1", "ada@web-1"), ["\x04"], None),
        (Passphrase("~/.ssh/id_rsa", 2, "Wrong."), ["open sesame\n"], "open sesame"),
        (CHALLENGE, ["ada\n", "123456\n"], ("ada", "123456")),
        (CHALLENGE, ["ada\n", "\x04"], None),
        (NEW, ["old\n", "new\n", "nwe\n", "new\n", "new\n"], PasswordChange("old", "new")),
        (NEW, ["old\n", "\x04"], None),
        (NewPassword("w", "a@w", needs_old=False), ["new\n", "new\n"], PasswordChange("", "new")),
        (CHOOSE, ["2\n", "yes\n"], ChosenKeyPair(KEY_PAIRS[1], True)),
        (CHOOSE, ["9\n", "0\n", "1\n", "no\n"], ChosenKeyPair(KEY_PAIRS[0], False)),
        (CHOOSE, ["\n"], None),
        (Confirm("Sure?", "Really."), ["yes\n"], True),
        (Confirm("Sure?", "Really."), ["\n"], False),
        (ConfirmPaste("web-1", "a\nb"), ["y\n"], True),
    ],
)
async def test_answers(terminal: Terminal, question: Question[Any], answers: list[str], expected: object) -> None:
    assert await terminal.ask(question, *answers) == expected


async def test_a_host_key_is_shown_in_full(terminal: Terminal) -> None:
    await terminal.ask(CHANGED, "\n")
    for word in (HOST_KEY.sha256, OLD_KEY.sha256, "~/.ssh/known_hosts, line 12", "WARNING", "10.0.0.5 port 22"):
        assert word in terminal.shown
    await terminal.ask(UNKNOWN, "\n")
    assert HOST_KEY.md5 in terminal.shown


async def test_what_the_dns_says_of_a_host_key_stands_below_it(terminal: Terminal) -> None:
    await terminal.ask(UNKNOWN, "\n")
    assert "DNS" not in terminal.shown
    await terminal.ask(replace(UNKNOWN, dns="agrees"), "\n")
    assert "DNS agrees, not signed." in terminal.shown
    await terminal.ask(replace(CHANGED, dns="differs"), "\n")
    assert "DNS NAMES ANOTHER HOST KEY." in terminal.shown


async def test_secrets_are_never_echoed_and_other_answers_are(terminal: Terminal) -> None:
    await terminal.ask(Password("web-1", "ada@web-1"), "s3cret\n")
    await terminal.ask(CHALLENGE, "visible\n", "hidden\n")
    assert "visible" in terminal.shown
    assert "s3cret" not in terminal.shown
    assert "hidden" not in terminal.shown


async def test_taking_a_question_back_restores_the_terminal(terminal: Terminal) -> None:
    task = terminal.start(Password("web-1", "ada@web-1"))
    await terminal.prompt_shown(task)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert termios.tcgetattr(terminal.slave)[3] & termios.ECHO


async def test_questions_wait_for_each_other(terminal: Terminal) -> None:
    first = terminal.start(Password("one", "ada@one"))
    second = terminal.start(Password("two", "ada@two"))
    await terminal.prompt_shown(first)
    assert "ada@two" not in terminal.shown
    os.write(terminal.master, b"1\n")
    assert await first == "1"
    await terminal.prompt_shown(second)
    os.write(terminal.master, b"2\n")
    assert await second == "2"


async def test_hostile_text_cannot_steer_the_terminal_and_stands_behind_a_bar(terminal: Terminal) -> None:
    hostile = "\x1b]0;PWN\x07\x9b31m\u202e\nline two"
    terminal.prompter.tell(Notice(hostile, title=hostile, server=True))
    await terminal.ask(Challenge(hostile, hostile, hostile, hostile, (Field(hostile, True),)), "x\n")
    terminal.read()
    assert "| line two" in terminal.shown
    assert not set(terminal.shown) & {"\x1b", "\x07", "\x9b", "\u202e"}


async def test_without_a_terminal_every_question_is_declined_and_notices_go_to_standard_error(
    capsys: pytest.CaptureFixture[str],
) -> None:
    prompter = PlainPrompter(None)
    assert await prompter.ask(UNKNOWN) is None
    prompter.tell(Notice("Saved.", title="web-1"))
    assert capsys.readouterr().err == "web-1\nSaved.\n"
