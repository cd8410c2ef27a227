"""Every foreign error has a sentence and a way on."""

from __future__ import annotations

import errno
import socket

import asyncssh
import pytest

from sshtui.errors import (
    ChannelRefused,
    ConnectionFailed,
    ConnectionLost,
    LoginRejected,
    NameNotFound,
    NoCommonAlgorithm,
    NotSSH,
    Refused,
    SshtuiError,
    TimedOut,
    TrustRefused,
    Unreachable,
)
from sshtui.ssh.translate import before_login, channel_refused, lost, not_reached_through

NO_MATCH = "No matching encryption algorithm found, sent aes256-ctr,aes128-ctr and received 3des-cbc"

TABLE: list[tuple[Exception, bool, type[SshtuiError], str]] = [
    (socket.gaierror(socket.EAI_NONAME, "Name or service not known"), False, NameNotFound, "no host called web.test"),
    (socket.gaierror(socket.EAI_AGAIN, "Temporary failure"), False, NameNotFound, "could not be looked up"),
    (UnicodeError("label too long"), False, NameNotFound, "no host called"),
    (TimeoutError(), False, TimedOut, "did not answer at web.test port 2222"),
    (TimeoutError(), True, TimedOut, "then nothing more"),
    (OSError(errno.ETIMEDOUT, "timed out"), False, TimedOut, "did not answer"),
    (ConnectionRefusedError(), False, Refused, "refused the connection"),
    (OSError(errno.EHOSTUNREACH, "no route"), False, Unreachable, "no way to web.test"),
    (OSError(errno.ENETUNREACH, "no network"), False, Unreachable, "no way to web.test"),
    (ConnectionResetError(), False, NotSSH, "without an SSH greeting"),
    (ConnectionResetError(), True, ConnectionLost, "closed the connection"),
    (asyncssh.ConnectionLost("Connection lost"), False, NotSSH, "without an SSH greeting"),
    (asyncssh.ConnectionLost("Connection lost"), True, ConnectionLost, "closed the connection"),
    (asyncssh.ProtocolError("Banner line too long"), False, NotSSH, "is not an SSH server"),
    (asyncssh.ProtocolError("bad\x1b[31m"), True, ConnectionLost, "ended the connection"),
    (asyncssh.ProtocolNotSupported("Unsupported SSH version"), False, NotSSH, "SSH version"),
    (asyncssh.KeyExchangeFailed(NO_MATCH), True, NoCommonAlgorithm, "no cipher in common"),
    (asyncssh.HostKeyNotVerifiable("Host certificate expired"), True, TrustRefused, "Host certificate expired"),
    (asyncssh.PermissionDenied("no"), True, LoginRejected, "rejected the login"),
    (OSError(errno.EMFILE, "Too many open files"), False, ConnectionFailed, "Too many open files"),
]


@pytest.mark.parametrize(("error", "spoke", "kind", "words"), TABLE, ids=lambda value: type(value).__name__)
def test_what_goes_wrong_before_login(error: Exception, spoke: bool, kind: type[SshtuiError], words: str) -> None:
    ours = before_login(error, "web", "web.test", 2222, spoke=spoke)
    assert type(ours) is kind
    assert words in ours.sentence
    assert ours.sentence.isprintable()


def test_a_missing_common_algorithm_carries_both_lists() -> None:
    ours = before_login(asyncssh.KeyExchangeFailed(NO_MATCH), "web", "web.test", 22)
    assert isinstance(ours, NoCommonAlgorithm)
    assert (ours.kind, ours.ours, ours.theirs) == ("cipher", ("aes256-ctr", "aes128-ctr"), ("3des-cbc",))


@pytest.mark.parametrize(
    ("code", "reason", "kind"),
    [
        (asyncssh.OPEN_CONNECT_FAILED, "Connection refused", Refused),
        (asyncssh.OPEN_CONNECT_FAILED, "Name or service not known", NameNotFound),
        (asyncssh.OPEN_CONNECT_FAILED, "Connection timed out", TimedOut),
        (asyncssh.OPEN_CONNECT_FAILED, "No route to host", Unreachable),
        (asyncssh.OPEN_ADMINISTRATIVELY_PROHIBITED, "open failed", ChannelRefused),
    ],
)
def test_what_a_jump_host_cannot_do_names_it(code: int, reason: str, kind: type[SshtuiError]) -> None:
    ours = not_reached_through(asyncssh.ChannelOpenError(code, reason), "web", "web.test", 22, "bastion")
    assert type(ours) is kind
    assert "bastion" in ours.sentence


@pytest.mark.parametrize(
    ("code", "words"),
    [
        (asyncssh.OPEN_REQUEST_PTY_FAILED, "no terminal"),
        (asyncssh.OPEN_REQUEST_SESSION_FAILED, "shell or command"),
        (asyncssh.OPEN_CONNECT_FAILED, "another session: open failed"),
    ],
)
def test_a_refused_channel_says_what_was_refused(code: int, words: str) -> None:
    ours = channel_refused(asyncssh.ChannelOpenError(code, "open failed"), "web")
    assert isinstance(ours, ChannelRefused)
    assert words in ours.sentence


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (None, "was lost"),
        (asyncssh.ConnectionLost("Connection lost"), "was lost"),
        (asyncssh.ConnectionLost("Server not responding to keepalive"), "stopped answering"),
        (TimeoutError(), "stopped answering"),
        (asyncssh.DisconnectError(11, "shutting \x1b[0mdown"), "shutting \ufffd[0mdown"),
        (ConnectionResetError(104, "Connection reset by peer"), "reset by peer"),
    ],
)
def test_a_lost_connection_says_how(error: Exception | None, words: str) -> None:
    assert words in lost(error, "web").sentence
