"""One-time codes against the tables of the RFCs."""

from __future__ import annotations

import base64

import pytest

from sshtui.errors import UsageError
from sshtui.secrets.totp import Totp, asks_for_code, read_totp

SEED = b"12345678901234567890"
LONG = {"SHA1": SEED, "SHA256": (SEED * 2)[:32], "SHA512": (SEED * 4)[:64]}


@pytest.mark.parametrize(
    ("counter", "code"),
    list(
        enumerate(["755224", "287082", "359152", "969429", "338314", "254676", "287922", "162583", "399871", "520489"])
    ),
)
def test_codes_are_those_of_rfc_4226_appendix_d(counter: int, code: str) -> None:
    assert Totp(SEED).code(counter) == code


@pytest.mark.parametrize(
    ("now", "digest", "code"),
    [
        (59, "SHA1", "94287082"),
        (59, "SHA256", "46119246"),
        (59, "SHA512", "90693936"),
        (1111111109, "SHA1", "07081804"),
        (1111111109, "SHA256", "68084774"),
        (1111111109, "SHA512", "25091201"),
        (1234567890, "SHA1", "89005924"),
        (2000000000, "SHA1", "69279037"),
        (20000000000, "SHA1", "65353130"),
        (20000000000, "SHA256", "77737706"),
        (20000000000, "SHA512", "47863826"),
    ],
)
def test_codes_are_those_of_rfc_6238_appendix_b(now: int, digest: str, code: str) -> None:
    totp = Totp(LONG[digest], digits=8, digest=digest)
    assert totp.code(totp.counter(now)) == code


def test_a_secret_is_read_as_it_is_written_down() -> None:
    text = base64.b32encode(SEED).decode()
    spaced = " ".join(text[at : at + 4] for at in range(0, len(text), 4)).lower()
    assert read_totp(spaced) == Totp(SEED)
    link = f"otpauth://totp/Example:ada@example.org?secret={text}&issuer=Example&digits=8&period=60&algorithm=SHA256"
    assert read_totp(link) == Totp(SEED, 8, 60, "SHA256")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "not base32!",
        "otpauth://hotp/x?secret=GEZDGNBV&counter=1",
        "otpauth://totp/x",
        "otpauth://totp/x?secret=GEZDGNBV&digits=99",
        "otpauth://totp/x?secret=GEZDGNBV&period=0",
        "otpauth://totp/x?secret=GEZDGNBV&algorithm=MD5",
        "otpauth://totp/x?secret=GEZDGNBV&digits=six",
        "ÄÖÜ",
    ],
)
def test_what_is_no_secret_is_refused_without_being_repeated(text: str) -> None:
    with pytest.raises(UsageError) as caught:
        read_totp(text)
    assert not text or text not in str(caught.value)


def test_the_secret_is_not_in_its_repr() -> None:
    assert "1234567890" not in repr(Totp(SEED))


@pytest.mark.parametrize("prompt", ["Verification code: ", "One-time password (OTP) for ada:", "Enter token:", "otp"])
def test_prompts_for_codes_are_known(prompt: str) -> None:
    assert asks_for_code(prompt)


@pytest.mark.parametrize("prompt", ["Password:", "ada's password:", "New password:", "PIN:", "option"])
def test_other_prompts_are_not_taken_for_codes(prompt: str) -> None:
    assert not asks_for_code(prompt)
