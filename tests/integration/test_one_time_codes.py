"""A password and then a one-time code, as libpam-google-authenticator asks for it on a real sshd."""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
import secrets
import struct
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from sshtui.errors import LoginRejected
from sshtui.model.questions import Challenge, Password, Question
from tests.fakes.prompting import ScriptedPrompter
from tests.integration.dialing import Client, say
from tests.servers.accounts import Account
from tests.servers.openssh import OpenSSH, openssh

pytestmark = pytest.mark.root

SECRET = secrets.token_bytes(20)


def one_time_code(secret: bytes, now: float) -> str:
    """RFC 6238 section 4: HMAC-SHA-1 over the number of 30-second steps, cut down as RFC 4226 section 5.3 says."""
    digest = hmac.new(secret, struct.pack(">Q", int(now) // 30), hashlib.sha1).digest()
    at = digest[-1] & 15
    (number,) = struct.unpack(">I", digest[at : at + 4])
    return f"{(number & 0x7FFFFFFF) % 1_000_000:06d}"


def test_codes_are_those_of_the_standard() -> None:
    secret = b"12345678901234567890"  # RFC 6238 appendix B
    assert [one_time_code(secret, now) for now in (59, 1111111109, 20000000000)] == ["287082", "081804", "353130"]


@pytest.fixture
def server(tmp_path: Path, need: Callable[[str], str]) -> Iterator[OpenSSH]:
    """An sshd that asks PAM, with a PAM service of its own: sshd's service is called like its program."""
    need("google-authenticator")
    name = f"sshd-{secrets.token_hex(6)}"
    program, service = tmp_path / name, Path("/etc/pam.d") / name
    program.symlink_to(need("sshd"))
    file = tmp_path / "one-time"
    # Further steps count too: a busy machine may take its time.
    file.write_text(f'{base64.b32encode(SECRET).decode()}\n" WINDOW_SIZE 17\n" TOTP_AUTH\n')
    file.chmod(0o400)
    service.write_text(
        "auth required pam_unix.so nodelay\n"
        f"auth required pam_google_authenticator.so secret={file} user=root\n"
        "account required pam_permit.so\nsession required pam_permit.so\n"
    )
    try:
        with openssh(tmp_path / "server", str(program), password=False, keyboard_interactive=True, pam=True) as running:
            yield running
    finally:
        service.unlink()


class Holder(ScriptedPrompter):
    """Has a password and a device that shows codes."""

    def __init__(self, password: str, secret: bytes) -> None:
        super().__init__()
        self._password = password
        self._secret = secret

    async def ask(self, question: Question[Any]) -> Any:
        self.questions.append(question)
        if isinstance(question, Password):
            return self._password
        assert isinstance(question, Challenge)
        return tuple(one_time_code(self._secret, time.time()) for _ in question.fields)


async def test_the_password_is_asked_first_and_then_the_code(
    surroundings: Path, server: OpenSSH, account: Account
) -> None:
    client, holder = Client(surroundings), Holder(account.password, SECRET)
    async with client.terminal(client.save(server, user=account.name), holder) as channel:
        assert account.name.encode() in await say(channel, "id -un")
    password, code = holder.questions
    assert isinstance(password, Password)
    assert isinstance(code, Challenge)
    assert [field.text.strip() for field in code.fields] == ["Verification code:"]


async def test_a_wrong_code_does_not_let_in(surroundings: Path, server: OpenSSH, account: Account) -> None:
    client, holder = Client(surroundings), Holder(account.password, os.urandom(20))
    with pytest.raises(LoginRejected):
        await client.dial(client.save(server, user=account.name), holder)
