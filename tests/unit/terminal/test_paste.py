"""A paste does no more than typing its text would."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sshtui.terminal.modes import Modes
from sshtui.terminal.paste import as_typed, brackets, needs_confirmation

BRACKETED = Modes(bracketed_paste=True)


def encode_paste(text: str, modes: Modes) -> bytes:
    start, end = brackets(modes)
    return start + as_typed(text) + end


def test_line_ends_are_what_enter_sends() -> None:
    assert encode_paste("a\nb\r\nc\rd", Modes()) == b"a\rb\rc\rd"


def test_brackets_only_when_the_program_asked() -> None:
    assert encode_paste("ä\tb", Modes()) == "ä\tb".encode()
    assert encode_paste("ä\tb", BRACKETED) == "\x1b[200~ä\tb\x1b[201~".encode()


@pytest.mark.parametrize("text", [
    "x\x1b[201~rm -rf /", "x\x1b[20\x1b[201~1~rm", "\x1b\x1b[201~[201~", "\x9b201~x", "\x1b[200~\x1b[201~\x1b[201~",
])  # fmt: skip
def test_no_text_leaves_its_brackets(text: str) -> None:
    sent = encode_paste(text, BRACKETED)
    assert sent.count(b"\x1b") == 2
    assert "\x9b".encode() not in sent
    assert sent.endswith(b"\x1b[201~")


@given(st.text())
def test_no_control_but_tab_and_enter_is_ever_sent(text: str) -> None:
    sent = encode_paste(text, Modes()).decode()
    assert not [character for character in sent if character not in "\t\r" and (
        character < " " or "\x7f" <= character <= "\x9f")]  # fmt: skip


@pytest.mark.parametrize(("text", "asks"), [
    ("ls -l", False), ("a\tb", False), ("ünïcode 漢字 🙂", False), ("\ufffd", False), ("", False),
    ("ls\n", True), ("a\nb", True), ("a\rb", True), ("a\x1bb", True), ("\x03", True), ("a\x9bb", True),
    ("echo \u202etxt.exe", True), ("x\u200by", True), ("a" * 100_000, False), ("a" * 100_000 + "\x07", True),
])  # fmt: skip
def test_several_lines_and_hidden_characters_are_shown_first(text: str, asks: bool) -> None:
    assert needs_confirmation(text) is asks
