"""What prompts want, read from the words of real systems."""

from __future__ import annotations

import pytest

from sshtui.model.questions import PasswordChange
from sshtui.ssh.prompts import ChangeAnswers, Wants, message_before, wants
from sshtui.ssh.stream_prompts import KEPT, Prompt, PromptReader

REAL = [
    ("Password: ", Wants.PASSWORD),
    ("root@web's password: ", Wants.PASSWORD),
    ("Password for root@web:", Wants.PASSWORD),
    ("(root@web) Password: ", Wants.PASSWORD),
    ("Passcode: ", Wants.PASSWORD),
    ("Current password: ", Wants.CURRENT),
    ("(current) UNIX password: ", Wants.CURRENT),
    ("Current Password:", Wants.CURRENT),
    ("Old password: ", Wants.CURRENT),
    ("You are required to change your password immediately.\nCurrent password: ", Wants.CURRENT),
    ("New password: ", Wants.NEW),
    ("Enter new UNIX password: ", Wants.NEW),
    ("You must choose a longer password.\nNew password: ", Wants.NEW),
    ("Retype new password: ", Wants.REPEAT),
    ("Retype new UNIX password: ", Wants.REPEAT),
    ("Re-enter new Password:", Wants.REPEAT),
    ("Enter new password again: ", Wants.REPEAT),
    ("Verification code: ", Wants.OTHER),
    ("One-time code: ", Wants.OTHER),
    ("Duo two-factor login\nOption (1-3): ", Wants.OTHER),
    ("", Wants.OTHER),
]


@pytest.mark.parametrize(("prompt", "wanted"), REAL)
def test_a_prompt_is_understood_by_its_last_line(prompt: str, wanted: Wants) -> None:
    assert wants(prompt) is wanted


def test_a_prompt_of_a_whole_packet_costs_no_time() -> None:
    # Read as a whole, it would hold the event loop for minutes; the limit of the test run ends that.
    assert wants("password " + "new old " * 500_000) is Wants.OTHER
    assert wants("x" * 500_000 + " new password:") is Wants.NEW


def test_the_lines_before_the_prompt_are_the_servers_message() -> None:
    assert message_before("BAD PASSWORD: too short\nNew password: ") == "BAD PASSWORD: too short"
    assert message_before("New password: ") == ""


def test_one_change_answers_a_whole_dialogue() -> None:
    answers = ChangeAnswers()
    assert answers.needs_change(Wants.CURRENT)
    answers.use(PasswordChange("old", "new"))
    assert [answers.answer(wanted) for wanted in (Wants.CURRENT, Wants.NEW, Wants.REPEAT)] == ["old", "new", "new"]
    assert answers.new_password == "new"


def test_a_prompt_that_comes_again_is_a_refusal_and_the_old_password_is_kept() -> None:
    answers = ChangeAnswers()
    answers.use(PasswordChange("old", "short"))
    answers.answer(Wants.CURRENT)
    answers.answer(Wants.NEW)
    assert answers.refuses(Wants.NEW)
    assert not answers.refuses(Wants.REPEAT)
    answers.use(PasswordChange("", "longer"))
    assert answers.answer(Wants.NEW) == "longer"
    assert answers.answer(Wants.CURRENT) == "old"


FORCED = (
    b"WARNING: Your password has expired.\r\nYou must change your password now and login again!\r\n"
    b"Changing password for anna.\r\nCurrent password: "
)


@pytest.mark.parametrize("size", [1, 3, 1000])
def test_passwd_in_place_of_a_shell_is_seen_however_the_bytes_arrive(size: int) -> None:
    reader = PromptReader()
    found = [reader.feed(FORCED[at : at + size]) for at in range(0, len(FORCED), size)]
    prompt = next(each for each in found if each)
    assert prompt.wanted is Wants.CURRENT
    assert prompt.said.startswith("WARNING: Your password has expired.")
    assert reader.forced


@pytest.mark.parametrize(
    "output",
    [
        b"Welcome!\r\nroot@web:~# ",
        b"Last login: Mon\r\n\x1b[?2004hanna@web:~$ ",
        b"Changing password for anna.\r\n",
        b"Enter a file name: ",
    ],
)
def test_a_shell_is_no_passwd(output: bytes) -> None:
    reader = PromptReader()
    assert reader.feed(output) is None
    assert not reader.forced


def test_passwd_begun_by_the_person_is_not_forced() -> None:
    reader = PromptReader()
    assert reader.feed(b"anna@web:~$ passwd\r\nChanging password for anna.\r\nCurrent password: ") is not None
    assert not reader.forced


def test_what_was_said_begins_anew_after_an_answer() -> None:
    reader = PromptReader()
    reader.feed(FORCED)
    reader.answered()
    assert reader.feed(b"\r\nNew password: ") == Prompt(Wants.NEW, "")


def test_a_long_output_is_not_kept() -> None:
    reader = PromptReader()
    for _ in range(100):
        reader.feed(b"x" * 1000)
    assert len(reader.text) <= KEPT
