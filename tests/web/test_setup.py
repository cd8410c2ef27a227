"""`sshtui serve setup` on a real terminal: nothing is kept before a right code, no secret stays on the screen."""

from __future__ import annotations

import re
import time
from pathlib import Path

from sshtui.secrets.argon2id import matches
from sshtui.secrets.totp import Totp, read_totp
from sshtui.store.paths import Paths
from sshtui.web.enrolment import EnrolmentFile
from tests.integration.command_on_terminal import Terminal, on_terminal
from tests.web.door import PASSWORD, enrol


def choose_password(terminal: Terminal, *tries: str) -> None:
    for first in tries:
        terminal.expect("New password")
        terminal.type(first)
    terminal.expect("The same again:")
    terminal.type(tries[-1])


def shown_secret(terminal: Terminal) -> Totp:
    terminal.expect("type its secret there:")
    terminal.expect("as proof:")
    (secret,) = re.findall(r"  ((?:[A-Z2-7]{4} ){7}[A-Z2-7]{4})", terminal.seen)
    return read_totp(secret)


def code_now(totp: Totp) -> str:
    return totp.code(totp.counter(time.time()))


def test_an_account_is_kept_after_a_first_right_code_and_its_recovery_codes_are_shown_once(tmp_path: Path) -> None:
    paths = Paths.default(tmp_path / "config")
    with on_terminal(tmp_path, "--config-dir", "config", "serve", "setup", "--account", "owner") as terminal:
        choose_password(terminal, "short", "passwordpassword", PASSWORD)
        totp = shown_secret(terminal)
        terminal.type("000000", seen=True)
        terminal.expect("not the code of now")
        assert not paths.console_file.exists()
        terminal.type(code_now(totp), seen=True)
        terminal.expect("Saved.")
        assert terminal.end() == 0
        # The screen with the secret is the alternate one, which is gone when it is left.
        secret_at = terminal.seen.rfind(totp.base32[:4])
        assert terminal.seen.rfind("\x1b[?1049h") < secret_at < terminal.seen.rfind("\x1b[?1049l")
        assert PASSWORD not in terminal.seen
        codes = re.findall(r"(?:[A-Z2-7]{4}-){3}[A-Z2-7]{4}", terminal.seen)
    kept = EnrolmentFile(paths.console_file).read()
    assert kept is not None
    assert (kept.account, kept.totp, len(set(codes))) == ("owner", totp, 10)
    assert matches(PASSWORD, kept.password_hash)
    assert kept.password_hash.startswith("$argon2id$v=19$m=65536,t=3,p=1$")
    assert all(EnrolmentFile(paths.console_file).use_recovery(kept.generation, each) for each in codes)


def test_giving_up_keeps_nothing(tmp_path: Path) -> None:
    with on_terminal(tmp_path, "--config-dir", "config", "serve", "setup") as terminal:
        choose_password(terminal, PASSWORD)
        shown_secret(terminal)
        terminal.type("\x04", seen=True)
        assert terminal.end() == 10
        assert "\x1b[?1049l" in terminal.seen
    assert not (tmp_path / "config" / "console.json").exists()


def test_a_second_set_up_needs_to_be_meant(tmp_path: Path) -> None:
    owner = enrol(tmp_path / "console.json", now=time.time())
    before = owner.file.read()
    with on_terminal(tmp_path, "--config-dir", ".", "serve", "setup") as terminal:
        terminal.expect("set up already")
        terminal.expect("--again")
        assert terminal.end() == 2
    assert owner.file.read() == before
