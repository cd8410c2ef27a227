from __future__ import annotations

import json
import os
import threading
from pathlib import Path

import pytest

from sshtui.errors import BrokenFile, UsageError
from sshtui.secrets.argon2id import Cost, matches
from sshtui.secrets.totp import read_totp
from sshtui.web.enrolment import EnrolmentFile, candidate, password_problem

CHEAP = Cost(8 * 1024, 1, 1)
PASSWORD = "tin wagon under rain"
NOW = 1_800_000_000.0


def enrolled(path: Path) -> tuple[EnrolmentFile, tuple[str, ...]]:
    applicant = candidate("owner", PASSWORD, cost=CHEAP)
    proved = applicant.proved_by(applicant.totp.code(applicant.totp.counter(NOW)), NOW)
    assert proved is not None
    file = EnrolmentFile(path / "config" / "console.json")
    file.save(proved[0])
    return file, proved[1]


def test_nothing_is_enrolled_by_a_wrong_code() -> None:
    applicant = candidate("owner", PASSWORD, cost=CHEAP)
    wrong = applicant.totp.code(applicant.totp.counter(NOW - 3600))
    assert applicant.proved_by(wrong, NOW) is None


def test_the_file_is_private_whatever_the_umask_and_holds_no_password_or_recovery_code(tmp_path: Path) -> None:
    old = os.umask(0)
    try:
        file, codes = enrolled(tmp_path)
    finally:
        os.umask(old)
    assert file.path.stat().st_mode & 0o777 == 0o600
    assert file.path.parent.stat().st_mode & 0o777 == 0o700
    text = file.path.read_text()
    assert [each for each in (PASSWORD, *codes) if each in text or each.replace("-", "") in text] == []
    kept = file.read()
    assert kept is not None
    assert matches(PASSWORD, kept.password_hash)
    assert len(codes) == len(set(codes)) == len(kept.recovery) == 10
    assert len(kept.totp.secret) == 20


def test_secrets_do_not_show_in_a_representation(tmp_path: Path) -> None:
    file, _codes = enrolled(tmp_path)
    kept = file.read()
    assert kept is not None
    assert [each for each in (kept.password_hash, *kept.recovery, kept.totp.base32) if each in repr(kept)] == []


def test_the_code_that_proved_the_set_up_is_used(tmp_path: Path) -> None:
    file, _codes = enrolled(tmp_path)
    kept = file.read()
    assert kept is not None
    assert not file.use_step(kept.generation, int(NOW) // 30)
    assert file.use_step(kept.generation, int(NOW) // 30 + 1)


def test_a_step_and_a_recovery_code_are_used_once_by_however_many_at_once(tmp_path: Path) -> None:
    file, codes = enrolled(tmp_path)
    kept = file.read()
    assert kept is not None
    used: list[bool] = []

    def use() -> None:
        used.append(EnrolmentFile(file.path).use_step(kept.generation, 10**9))
        used.append(EnrolmentFile(file.path).use_recovery(kept.generation, codes[0]))

    threads = [threading.Thread(target=use) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert used.count(True) == 2


def test_codes_of_an_account_set_up_anew_are_those_of_a_stranger(tmp_path: Path) -> None:
    file, codes = enrolled(tmp_path)
    before = file.read()
    assert before is not None
    enrolled(tmp_path)
    assert not file.use_step(before.generation, 10**9)
    assert not file.use_recovery(before.generation, codes[0])


DAMAGE: tuple[bytes, ...] = (b"", b"{", b"[]", b"null", b"{}", b"\xff", b"[" * 9000)


@pytest.mark.parametrize("text", DAMAGE)
def test_a_damaged_file_lets_nobody_in(tmp_path: Path, text: bytes) -> None:
    file = EnrolmentFile(tmp_path / "console.json")
    file.path.write_bytes(text)
    with pytest.raises(BrokenFile, match="no enrolment"):
        file.read()


@pytest.mark.parametrize(
    ("name", "value"),
    [("password", "plain"), ("password", ""), ("totp", ""), ("last_step", "x"), ("recovery", 5), ("generation", "")],
)
def test_a_file_with_one_wrong_value_lets_nobody_in(tmp_path: Path, name: str, value: object) -> None:
    file, _codes = enrolled(tmp_path)
    file.path.write_text(json.dumps({**json.loads(file.path.read_text()), name: value}))
    with pytest.raises(BrokenFile):
        file.read()


GUESSED = (
    "", "short", "elevenchars", "aaaaaaaaaaaaaa", "123456789012", "abcdefghijklm", "qwertyuiopas", "Password1234",
    "passwordpassword", "sshtui-admin", "ownerowner12", "lkjhgfdsapoiu", "x" * 2000, "correcthorsebatterystaple",
)  # fmt: skip


@pytest.mark.parametrize("password", GUESSED)
def test_passwords_that_would_be_guessed_first_are_refused(password: str) -> None:
    assert password_problem(password, "owner")
    with pytest.raises(UsageError):
        candidate("owner", password, cost=CHEAP)


@pytest.mark.parametrize("password", [PASSWORD, "Vj3#kq9!Lmz2", "überall regnet es", "tinwagonunderrain"])
def test_passwords_nobody_would_guess_first_are_taken(password: str) -> None:
    assert password_problem(password, "owner") == ""


def test_the_link_in_the_qr_code_is_read_back_as_the_same_secret() -> None:
    totp = candidate("ow ner@x", PASSWORD, cost=CHEAP).totp
    link = totp.link("sshtui", "ow ner@x")
    assert link.startswith("otpauth://totp/sshtui:ow%20ner%40x?secret=")
    assert read_totp(link) == totp
