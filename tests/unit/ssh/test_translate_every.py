"""Every class of exception that asyncssh has, with what becomes of it: a class that an upgrade brings fails here."""

from __future__ import annotations

import logging
from typing import Any

import asyncssh
import pytest

from sshtui.errors import (
    ChannelRefused,
    ConnectionFailed,
    ConnectionLost,
    LoginRejected,
    NotSSH,
    SshtuiError,
    TimedOut,
    TrustRefused,
    Unreachable,
)
from sshtui.keys.translate import decoding, encoding
from sshtui.ssh.translate import FOREIGN, before_login, files_failed, is_foreign, lost, unexpected

BEFORE_LOGIN: dict[str, tuple[type[SshtuiError], str]] = {
    "ChannelListenError": (ConnectionFailed, "The connection to web failed: said"),
    "ChannelOpenError": (Unreachable, "The jump host could not reach web.test port 22: said"),
    "CompressionError": (ConnectionLost, "web ended the connection: said"),
    "ConnectionLost": (ConnectionLost, "web closed the connection."),
    "DisconnectError": (ConnectionLost, "web ended the connection: said"),
    "Error": (ConnectionFailed, "The connection to web failed: said"),
    "HostKeyNotVerifiable": (TrustRefused, "The host key of web is not accepted: said"),
    "IllegalUserName": (ConnectionLost, "web ended the connection: said"),
    "KeyExchangeFailed": (ConnectionLost, "web ended the connection: said"),
    "MACError": (ConnectionLost, "web ended the connection: said"),
    "PermissionDenied": (LoginRejected, "web rejected the login."),
    "ProcessError": (ConnectionFailed, "The connection to web failed: said"),
    "ProtocolError": (ConnectionLost, "web ended the connection: said"),
    "ProtocolNotSupported": (NotSSH, "web at web.test port 22 speaks an SSH version from before 2006."),
    "ServiceNotAvailable": (ConnectionLost, "web ended the connection: said"),
    "TimeoutError": (TimedOut, "web said hello and then nothing more at web.test port 22."),
}
"""Raised while a connection is made; the same class after that is a lost connection."""

OF_KEYS = {"KeyEncryptionError", "KeyExportError", "KeyGenerationError", "KeyImportError"}
"""Raised by key files, and translated in the keys room."""

OF_SERVERS = {"BreakReceived", "PasswordChangeRequired", "SignalReceived", "TerminalSizeChanged"}
"""Raised at servers, for what clients send: the demo's server has them, a client never."""

NEVER = {"ConfigParseError"}
"""Raised for configuration files, which asyncssh never reads here."""

NO_SFTP = {"SFTPBadMessage", "SFTPConnectionLost", "SFTPNoConnection"}
"""What a server answers, or does not, that offers no SFTP."""


def classes() -> dict[str, type[Any]]:
    found = {name: value for name, value in vars(asyncssh).items() if isinstance(value, type)}
    return {name: value for name, value in found.items() if issubclass(value, BaseException)}


def made(name: str) -> BaseException:
    """An error of that class, with a control character in what it says."""
    kind: Any = classes()[name]
    said = "said\x1b[31m"
    if name in ("ProcessError", "TimeoutError"):
        arguments: tuple[object, ...] = (None, None, None, None, None, None, "", "", said)
    elif name in ("DisconnectError", "Error", "ChannelOpenError", "SFTPError"):
        arguments = (2, said)
    else:
        arguments = (said,)
    error: BaseException = kind(*arguments)
    return error


def test_every_class_is_in_one_of_the_lists() -> None:
    sftp = {name for name in classes() if name.startswith("SFTP")}
    assert set(classes()) == {*BEFORE_LOGIN, *OF_KEYS, *OF_SERVERS, *NEVER, *sftp}
    assert sftp >= NO_SFTP


@pytest.mark.parametrize("name", BEFORE_LOGIN)
def test_while_a_connection_is_made_each_has_its_sentence(name: str) -> None:
    error = made(name)
    assert isinstance(error, FOREIGN)
    ours = before_login(error, "web", "web.test", 22, spoke=True)
    kind, words = BEFORE_LOGIN[name]
    assert type(ours) is kind
    assert ours.sentence.startswith(words)
    assert ours.sentence.isprintable()


@pytest.mark.parametrize("name", BEFORE_LOGIN)
def test_on_a_connection_that_is_up_each_is_a_loss_with_its_words(name: str) -> None:
    ours = lost(made(name), "web")
    assert type(ours) is ConnectionLost
    assert ours.sentence.startswith(("The connection to web was lost", "web ended the connection", "web has stopped"))
    assert ours.sentence.isprintable()
    assert ours.hint


@pytest.mark.parametrize("name", sorted(name for name in classes() if name.startswith("SFTP")))
def test_each_answer_of_sftp_is_a_sentence(name: str) -> None:
    ours = files_failed(made(name), "web")
    assert type(ours) is ChannelRefused
    begins = "web offers no SFTP" if name in NO_SFTP else "web did not change the files"
    assert ours.sentence.startswith(begins)
    assert ours.sentence.isprintable()


@pytest.mark.parametrize("name", sorted(OF_KEYS - {"KeyGenerationError"}))
def test_each_error_of_a_key_file_is_a_sentence(name: str) -> None:
    with pytest.raises(SshtuiError) as caught, decoding("key"), encoding("RSA", "PEM"):
        raise made(name)
    assert "key" in caught.value.sentence.lower()


def test_any_other_error_from_inside_asyncssh_is_a_sentence_and_a_line_in_the_log(
    caplog: pytest.LogCaptureFixture,
) -> None:
    try:
        asyncssh.import_public_key("ssh-ed25519 AAAA")
    except ValueError as raised:
        error = raised
    assert not isinstance(error, FOREIGN)
    assert is_foreign(error)
    with caplog.at_level(logging.ERROR, "sshtui.ssh"):
        ours = unexpected(error, "web")
    assert ours.sentence.startswith("The connection to web failed: ")
    assert ours.hint
    assert "import_public_key" in caplog.text


def test_a_mistake_of_ours_is_no_foreign_error() -> None:
    with pytest.raises((AttributeError, TypeError)) as caught:
        lost(None, "web").sentence.partition(1)  # type: ignore[arg-type]  # the mistake
    assert not is_foreign(caught.value)
    with pytest.raises(KeyError) as other:
        raise KeyError("ours")
    assert not is_foreign(other.value)
