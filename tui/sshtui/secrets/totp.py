"""One-time codes by the clock, as authenticator apps make them (RFC 6238, RFC 4226)."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import re
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, quote, unquote, urlencode, urlsplit

from sshtui.errors import UsageError

_DIGESTS = {"SHA1": hashlib.sha1, "SHA256": hashlib.sha256, "SHA512": hashlib.sha512}
_PROMPT = re.compile(r"verification code|one[- ]time|\botp\b|\btoken\b|authenticator|2fa code", re.IGNORECASE)


@dataclass(frozen=True)
class Totp:
    """The secret an authenticator app would hold, and how codes are made of it."""

    secret: bytes = field(repr=False)
    digits: int = 6
    period: int = 30
    """Seconds a code counts."""
    digest: str = "SHA1"

    def counter(self, now: float) -> int:
        """The number of the period that `now` (seconds since the epoch) lies in: T of RFC 6238 section 4.2."""
        return int(now) // self.period

    def code(self, counter: int) -> str:
        """The code of a period (RFC 4226 section 5.3)."""
        mac = hmac.new(self.secret, counter.to_bytes(8, "big"), _DIGESTS[self.digest]).digest()
        offset = mac[-1] & 0x0F
        number = int.from_bytes(mac[offset : offset + 4], "big") & 0x7FFFFFFF
        return str(number % 10**self.digits).zfill(self.digits)

    def counter_of(self, code: str, now: float, *, drift: int = 1) -> int | None:
        """The latest period whose code this is, at most `drift` periods from `now`; None for a wrong code.

        Takes as long for a right code as for a wrong one (RFC 6238 section 5.2 on the drift).
        """
        found = None
        for counter in range(self.counter(now) - drift, self.counter(now) + drift + 1):
            if hmac.compare_digest(self.code(max(0, counter)).encode(), code.encode("utf-8", "replace")):
                found = counter
        return found

    @property
    def base32(self) -> str:
        """The secret as authenticator apps take it by hand."""
        return base64.b32encode(self.secret).decode().rstrip("=")

    def link(self, issuer: str, account: str) -> str:
        """The `otpauth://` link that apps read from a QR code (Google Authenticator's key URI format)."""
        values: dict[str, object] = {"secret": self.base32, "issuer": issuer}
        # What apps take for granted is left out: a shorter link is a smaller code.
        usual = Totp(self.secret)
        values |= {"digits": self.digits} if self.digits != usual.digits else {}
        values |= {"period": self.period} if self.period != usual.period else {}
        values |= {"algorithm": self.digest} if self.digest != usual.digest else {}
        return f"otpauth://totp/{quote(issuer)}:{quote(account)}?{urlencode(values, quote_via=quote)}"


def read_totp(text: str) -> Totp:
    """The secret in base32 or in an `otpauth://totp/` link (Google Authenticator's key URI format).

    Raises UsageError, which does not repeat what was given.
    """
    text = text.strip()
    if not text.lower().startswith("otpauth:"):
        return Totp(_base32(text))
    try:
        link = urlsplit(text)
        values = {name.lower(): value for name, value in parse_qsl(link.query)}
        digits, period = int(values.get("digits", "6")), int(values.get("period", "30"))
    except ValueError:
        raise UsageError("This otpauth link cannot be read.") from None
    if link.netloc.lower() != "totp":
        raise UsageError("Only otpauth://totp links make codes by the clock.")
    digest = unquote(values.get("algorithm", "SHA1")).upper().replace("-", "")
    if digest not in _DIGESTS or not 6 <= digits <= 8 or not 1 <= period <= 3600:
        raise UsageError("This otpauth link asks for codes of a kind that is not known.")
    return Totp(_base32(values.get("secret", "")), digits, period, digest)


def asks_for_code(prompt: str) -> bool:
    """Whether a server's prompt wants a one-time code."""
    return _PROMPT.search(prompt) is not None


def _base32(text: str) -> bytes:
    letters = "".join(text.split()).replace("-", "").rstrip("=").upper()
    try:
        secret = base64.b32decode(letters + "=" * (-len(letters) % 8))
    except (binascii.Error, ValueError):
        secret = b""
    if not secret:
        raise UsageError(
            "This is no secret for one-time codes.", hint="Letters A to Z and digits 2 to 7, or an otpauth link."
        )
    return secret
