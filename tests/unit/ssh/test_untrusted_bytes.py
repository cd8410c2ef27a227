"""Whatever a server sends, reading it never raises and never keeps more than its limit."""

from __future__ import annotations

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sshtui.model.hosts import Host
from sshtui.ssh.dialer import environment
from sshtui.ssh.prompts import Wants, message_before, wants
from sshtui.ssh.quirks import _offers
from sshtui.ssh.stream_prompts import KEPT, PromptReader


@given(st.lists(st.binary(max_size=3000), max_size=8))
def test_any_output_can_be_searched_for_prompts(pieces: list[bytes]) -> None:
    reader = PromptReader()
    for piece in pieces:
        reader.feed(piece)
    assert len(reader.text) <= KEPT
    assert "\x1b" not in reader.text


@given(st.text())
def test_any_prompt_can_be_judged(prompt: str) -> None:
    assert isinstance(wants(prompt), Wants)
    assert len(message_before(prompt)) <= len(prompt)


@given(st.binary(max_size=400))
def test_any_key_exchange_message_can_be_read(message: bytes) -> None:
    assert set(_offers(message)) in (set(), {"key exchange", "host key type", "cipher", "MAC"})


def test_the_lists_of_a_key_exchange_message_are_read_without_their_flags() -> None:
    # RFC 4253 section 7.1: cookie, then ten name lists; RFC 8308 section 2.1: flags among the exchanges.
    lists = ["kex-a,ext-info-s,kex-strict-s-v00@openssh.com", "key-a,key-b", "up", "down", "mac-up", "mac-down"]
    lists += ["none", "none", "", ""]
    message = b"\x14" + bytes(16) + b"".join(struct.pack(">I", len(text)) + text.encode() for text in lists)
    assert _offers(message + bytes(5)) == {
        "key exchange": ("kex-a",),
        "host key type": ("key-a", "key-b"),
        "cipher": ("down",),
        "MAC": ("mac-down",),
    }


@pytest.mark.parametrize(
    ("ours", "told"),
    [("de_DE.UTF-8", "de_DE.UTF-8"), ("C.utf8", "C.utf8"), ("C", "C.UTF-8"), ("ru_RU.KOI8-R", "C.UTF-8")],
)
def test_the_remote_is_told_a_locale_of_utf_8(monkeypatch: pytest.MonkeyPatch, ours: str, told: str) -> None:
    monkeypatch.setenv("LC_ALL", ours)
    assert environment(Host("web", "web"))["LANG"] == told
