"""How long a foreign file may make us compute before its passphrase is known to be right or wrong.

The counts of PKCS#8 and PKCS#12 files stand in the clear, and the libraries that open them believe any number.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from sshtui.errors import KeyFormatError

ITERATIONS_LIMIT = 8_000_000
"""Hash iterations in all; some five seconds. openssl takes 2,048, careful people a million."""
SCRYPT_BLOCKS_LIMIT = 1 << 23
"""N times r, 128 bytes each: a gibibyte. openssl takes 131,072."""
SCRYPT_WORK_LIMIT = 1 << 24
"""N times r times p; some ten seconds."""

# The identifiers as DER has them: PBKDF2 and PBES1 (RFC 8018 appendix A), scrypt (RFC 7914 section 7), the
# encryption schemes of PKCS#12 (RFC 7292 appendix C). They are looked for wherever they stand, so that no nesting
# hides one.
_ITERATED = re.compile(
    rb"\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x05[\x01\x03\x04\x06\x0a\x0b\x0c]"
    rb"|\x06\x0a\x2a\x86\x48\x86\xf7\x0d\x01\x0c\x01[\x01-\x06]"
)
_SCRYPT = re.compile(rb"\x06\x09\x2b\x06\x01\x04\x01\xda\x47\x04\x0b")
_SALT_LIMIT = 64
_INTEGER, _OCTETS, _SEQUENCE = 0x02, 0x04, 0x30


def refuse_slow(der: bytes, label: str) -> None:
    """Raise KeyFormatError when opening the PKCS#8 or PKCS#12 file `der` would take for ever."""
    iterations = sum(numbers[0] for numbers in _parameters(_ITERATED, der) if numbers) + _mac_iterations(der)
    if iterations > ITERATIONS_LIMIT:
        raise KeyFormatError(f"{label} asks for {iterations} iterations to open it, which would take for ever.")
    for numbers in _parameters(_SCRYPT, der):
        blocks = numbers[0] * numbers[1] if len(numbers) > 1 else 0
        if blocks > SCRYPT_BLOCKS_LIMIT or blocks * (numbers[2] if len(numbers) > 2 else 1) > SCRYPT_WORK_LIMIT:
            raise KeyFormatError(f"{label} asks for more memory or time to open it than there is (scrypt).")


def _parameters(identifier: re.Pattern[bytes], der: bytes) -> Iterator[list[int]]:
    """For each `identifier`: the integers that follow the salt in its parameters."""
    for found in identifier.finditer(der):
        at = _header(der, found.end(), _SEQUENCE)
        salt = _header(der, at[0], _OCTETS) if at else None
        place = salt[0] + salt[1] if salt else None
        numbers = []
        while place is not None and (number := _header(der, place, _INTEGER)):
            place = number[0] + number[1]
            numbers.append(int.from_bytes(der[number[0] : place]))
        yield numbers


def _header(der: bytes, at: int, tag: int) -> tuple[int, int] | None:
    """Where the content of the value of type `tag` at `at` starts, and its length; None when there is none."""
    if len(der) < at + 2 or der[at] != tag:
        return None
    length = der[at + 1]
    if length < 0x80:
        return at + 2, length
    size = length & 0x7F
    return at + 2 + size, int.from_bytes(der[at + 2 : at + 2 + size])


def _mac_iterations(der: bytes) -> int:
    """The iterations of the integrity check at the end of a PKCS#12 file: salt, then count (RFC 7292 section 4)."""
    end = len(der.rstrip(b"\0")) if der.endswith(b"\0\0") else len(der)
    found = 0
    for size in range(1, 9):
        start = end - size
        if der[start - 2 : start] != bytes((_INTEGER, size)):
            continue
        salted = any(
            der[start - 4 - salt : start - 2 - salt] == bytes((_OCTETS, salt)) for salt in range(_SALT_LIMIT + 1)
        )
        if salted:
            found = max(found, int.from_bytes(der[start:end]))
    return found
