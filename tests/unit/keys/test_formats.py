"""Files are recognised by their content, and public keys taken out of whatever they stand in."""

from __future__ import annotations

import base64
import contextlib
import random

import asyncssh
import pytest

from sshtui.errors import KeyFormatError, KeyPairError
from sshtui.keys.convert import Target, export_private, public_text
from sshtui.keys.formats import Format, public_lines, rfc4716, sniff
from sshtui.keys.inspect import inspect_data
from sshtui.keys.wire import mpint
from sshtui.keys.x509 import self_sign
from sshtui.model.host_keys import PublicKey

KEY = asyncssh.generate_private_key("ecdsa-sha2-nistp256", comment="me@here")
LINE = KEY.export_public_key().decode().strip()
PUBLIC = PublicKey(KEY.public_data)

# The object identifier of PBES2 (RFC 8018 appendix A.4), which opens an encrypted PKCS#8 file.
PBES2 = bytes.fromhex("2a864886f70d01050d")

# RFC 4716 section 3.6, the second example: a header that goes on in the next line.
RFC_EXAMPLE = b"""\
---- BEGIN SSH2 PUBLIC KEY ----
Comment: This is my public key for use on \\
servers which I don't like.
AAAAB3NzaC1kc3MAAACBAPY8ZOHY2yFSJA6XYC9HRwNHxaehvx5wOJ0rzZdzoSOXxbET
W6ToHv8D1UJ/z+zHo9Fiko5XybZnDIaBDHtblQ+Yp7StxyltHnXF1YLfKD1G4T6JYrdH
YI14Om1eg9e4NnCRleaqoZPF3UGfZia6bXrGTQf3gJq2e7Yisk/gF+1VAAAAFQDb8D5c
vwHWTZDPfX0D2s9Rd7NBvQAAAIEAlN92+Bb7D4KLYk3IwRbXblwXdkPggA4pfdtW9vGf
J0/RHd+NjB4eo1D+0dix6tXwYGN7PKS5R/FXPNwxHPapcj9uL1Jn2AWQ2dsknf+i/FAA
vioUPkmdMc0zuWoSOEsSNhVDtX3WdvVcGcBq9cetzrtOKWOocJmJ80qadxTRHtUAAACB
AN7CY+KKv1gHpRzFwdQm7HK9bb1LAo2KwaoXnadFgeptNBQeSXG1vO+JsvphVMBJc9HS
n24VYtYtsMu74qXviYjziVucWKjjKEb11juqnF0GDlB3VVmxHLmxnAz643WK42Z7dLM5
sY29ouezv4Xz2PuMch5VGPP+CDqzCM4loWgV
---- END SSH2 PUBLIC KEY ----
"""


@pytest.mark.parametrize(
    ("content", "form"),
    [
        (KEY.export_private_key(), Format.OPENSSH),
        (KEY.export_private_key("pkcs1-pem"), Format.SEC1),
        (KEY.export_private_key("pkcs8-pem"), Format.PKCS8),
        (KEY.export_private_key("pkcs8-pem", "secret"), Format.PKCS8),
        (KEY.export_private_key("pkcs8-der"), Format.DER),
        (KEY.export_private_key("pkcs8-der", "secret"), Format.DER),
        (KEY.export_private_key("pkcs1-der"), Format.DER),
        (export_private(KEY, Target.PPK2, None), Format.PPK2),
        (export_private(KEY, Target.PPK3, None), Format.PPK3),
        (KEY.export_public_key(), Format.PUBLIC),
        (KEY.export_public_key("rfc4716"), Format.RFC4716),
        (KEY.export_public_key("pkcs8-pem"), Format.PUBLIC_PEM),
        (f'from="10.*",no-pty {LINE}\n'.encode(), Format.AUTHORIZED_KEYS),
        (f"# two\n{LINE}\n\n{LINE}\n".encode(), Format.AUTHORIZED_KEYS),
        (b"\xef\xbb\xbf" + LINE.encode(), Format.PUBLIC),
    ],
)
def test_a_file_is_recognised_and_its_public_key_found(content: bytes, form: Format) -> None:
    assert sniff(content) is form
    found = inspect_data(content)
    assert found.format is form
    assert found.public == (None if found.encrypted else PUBLIC)
    assert found.encrypted == (b"ENCRYPTED" in content or content == DER_PROTECTED(content))


def DER_PROTECTED(content: bytes) -> bytes:
    return content if content[:1] == b"\x30" and b"\x2a\x86\x48\x86\xf7\x0d\x01\x05\x0d" in content else b""


def test_the_example_of_rfc_4716_is_read() -> None:
    line = rfc4716(RFC_EXAMPLE)
    assert (line.algorithm, line.comment) == ("ssh-dss", "This is my public key for use on servers which I don't like.")
    assert PublicKey(line.blob).bits == 1024


@pytest.mark.parametrize("comment", ["", "me@here", "x" * 300, "ü" * 80, 'with "quotes" inside'], ids=range(5))
def test_rfc_4716_text_comes_back_and_its_lines_are_short(comment: str) -> None:
    text = public_text(PUBLIC, comment, "rfc4716")
    assert max(len(line.encode()) for line in text.splitlines()) <= 72
    back = rfc4716(text.encode())
    assert (back.blob, back.comment) == (PUBLIC.blob, comment)
    assert asyncssh.import_public_key(text.encode()).public_data == PUBLIC.blob


def test_options_with_blanks_and_quotes_are_kept_apart_from_the_key() -> None:
    options = 'command="echo \\"ssh-rsa AAAA\\" done",no-pty'
    (line,) = public_lines(f"{options} {LINE}\n".encode())
    assert (line.options, line.blob, line.comment) == (options, PUBLIC.blob, "me@here")


def test_a_line_whose_blob_is_of_another_type_is_no_key() -> None:
    assert public_lines(LINE.replace("ecdsa-sha2-nistp256", "ssh-ed25519", 1).encode()) == []


@pytest.mark.parametrize("form", ["openssh", "pkcs8-pem", "pkcs1-pem", "pkcs8-der"])
def test_damaged_files_raise_nothing_but_our_own_error(form: str) -> None:
    whole, dice = KEY.export_private_key(form), random.Random(7)
    for _ in range(150):
        content = bytearray(whole[: dice.randrange(len(whole))] if dice.random() < 0.5 else whole)
        for _ in range(dice.randint(1, 4)):
            if content:
                content[dice.randrange(len(content))] = dice.randrange(256)
        with contextlib.suppress(KeyPairError):
            inspect_data(bytes(content))


def test_an_impossible_version_of_x_509_is_damage() -> None:
    der = bytearray(self_sign(KEY).der)
    at = der.index(bytes.fromhex("a003020102"))
    der[at + 4] = 45
    with pytest.raises(KeyFormatError, match="damaged"):
        inspect_data(bytes(der))


def test_an_openssh_key_of_a_strange_type_says_so() -> None:
    pem = base64.b64encode(b"not a key at all" * 4)
    with pytest.raises(KeyFormatError, match="something else"):
        inspect_data(b"-----BEGIN OPENSSH PRIVATE KEY-----\n" + pem + b"\n-----END OPENSSH PRIVATE KEY-----\n")


# RFC 4251 section 5 gives these.
@pytest.mark.parametrize(
    ("number", "wire"), [(0, "00000000"), (0x9A378F9B2E332A7, "0000000809a378f9b2e332a7"), (0x80, "000000020080")]
)
def test_numbers_have_the_wire_form_of_rfc_4251(number: int, wire: str) -> None:
    assert mpint(number).hex() == wire
