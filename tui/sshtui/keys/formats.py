"""Which format a key file is in, by its first bytes; standard library only."""

from __future__ import annotations

import base64
import binascii
import re
from enum import Enum
from typing import NamedTuple

from sshtui.errors import KeyFormatError


class Format(Enum):
    """A file format that holds a key, or several; the value is the name on the command line."""

    OPENSSH = "openssh"
    """PROTOCOL.key of OpenSSH."""
    PKCS1 = "pkcs1"
    """RFC 8017 appendix A.1.2; the DSA form of OpenSSL counts here."""
    SEC1 = "sec1"
    """RFC 5915."""
    PKCS8 = "pkcs8"
    """RFC 5958."""
    DER = "der"
    """One of the three above without its PEM wrapping."""
    PPK1 = "ppk1"
    """Only read."""
    PPK2 = "ppk2"
    PPK3 = "ppk3"
    PUBLIC = "public"
    """One public line, as in an `id_ed25519.pub`."""
    RFC4716 = "rfc4716"
    PUBLIC_PEM = "public-pem"
    CERTIFICATE = "certificate"
    """PROTOCOL.certkeys of OpenSSH."""
    AUTHORIZED_KEYS = "authorized_keys"
    X509 = "x509"
    X509_DER = "x509-der"
    PKCS12 = "pkcs12"

    @property
    def private(self) -> bool:
        """Whether a file of this format holds a private key."""
        return self in _PRIVATE

    @property
    def title(self) -> str:
        """Its name for a person."""
        return _TITLES[self.value]


_PRIVATE = frozenset(
    {
        Format.OPENSSH,
        Format.PKCS1,
        Format.SEC1,
        Format.PKCS8,
        Format.DER,
        Format.PPK1,
        Format.PPK2,
        Format.PPK3,
        Format.PKCS12,
    }
)

_TITLES = {
    "openssh": "OpenSSH private key",
    "pkcs1": "PEM private key (PKCS#1)",
    "sec1": "PEM private key (SEC 1)",
    "pkcs8": "PEM private key (PKCS#8)",
    "der": "DER private key",
    "ppk1": "PuTTY private key, version 1",
    "ppk2": "PuTTY private key, version 2",
    "ppk3": "PuTTY private key, version 3",
    "public": "OpenSSH public key",
    "rfc4716": "public key (RFC 4716)",
    "public-pem": "public key (PEM)",
    "certificate": "OpenSSH certificate",
    "authorized_keys": "authorized_keys",
    "x509": "X.509 certificate (PEM)",
    "x509-der": "X.509 certificate (DER)",
    "pkcs12": "PKCS#12 bundle",
}

_PEM_LABELS = {
    b"OPENSSH PRIVATE KEY": Format.OPENSSH,
    b"RSA PRIVATE KEY": Format.PKCS1,
    b"DSA PRIVATE KEY": Format.PKCS1,
    b"EC PRIVATE KEY": Format.SEC1,
    b"PRIVATE KEY": Format.PKCS8,
    b"ENCRYPTED PRIVATE KEY": Format.PKCS8,
    b"PUBLIC KEY": Format.PUBLIC_PEM,
    b"RSA PUBLIC KEY": Format.PUBLIC_PEM,
    b"CERTIFICATE": Format.X509,
    b"TRUSTED CERTIFICATE": Format.X509,
}

# "EC PARAMETERS" stands in front of the key in files of `openssl ecparam -genkey`.
_PEM_BEGIN = re.compile(rb"^-----BEGIN ((?!EC PARAMETERS)[A-Z0-9 ]+)-----\s*$", re.MULTILINE)
_PEM_HEADER = re.compile(rb"^([A-Za-z0-9-]+):[ \t]*(.*?)\s*$")
_LINE = re.compile(rb"(?:^|\s)((?:sk-)?(?:ssh|ecdsa|sk)-[a-z0-9@.-]+)[ \t]+(AAAA[A-Za-z0-9+/]+=*)(?:[ \t]+([^\r\n]*))?")


class Pem(NamedTuple):
    """One PEM block: label, headers (RFC 1421), the decoded content."""

    label: bytes
    headers: dict[bytes, bytes]
    content: bytes


class PublicLine(NamedTuple):
    """One line of authorized_keys or a .pub file; `options` is what stands before the algorithm."""

    options: str
    algorithm: str
    blob: bytes
    comment: str


def sniff(data: bytes) -> Format:
    """The format of `data`; raises KeyFormatError with the reason when it is none we read."""
    head = data.lstrip(b"\xef\xbb\xbf \t\r\n")
    if data[:1] == b"\x30":
        return _sniff_der(data)
    if match := re.match(rb"PuTTY-User-Key-File-(\d+): ", head):
        return _sniff_ppk(match[1])
    if head.startswith(b"---- BEGIN SSH2 PUBLIC KEY ----"):
        return Format.RFC4716
    if head.startswith(b"---- BEGIN SSH2 ENCRYPTED PRIVATE KEY ----"):
        raise KeyFormatError(
            "This is a private key of ssh.com's SSH, a format we do not read.",
            hint="Open it in PuTTYgen and save it as PPK.",
        )
    if begin := _PEM_BEGIN.search(data):
        if begin[1] in _PEM_LABELS:
            return _PEM_LABELS[begin[1]]
        raise KeyFormatError(f"A PEM file of kind {begin[1].decode('ascii')!r} holds no key we can use.")
    lines = public_lines(data)
    if not lines:
        reason = "The file is empty." if not head else "This is no key file of any format we read."
        raise KeyFormatError(reason, hint="OpenSSH, PEM, PKCS#8, PKCS#12, PPK, RFC 4716 and X.509 are read.")
    if len(lines) > 1 or lines[0].options:
        return Format.AUTHORIZED_KEYS
    return Format.CERTIFICATE if "-cert-v0" in lines[0].algorithm else Format.PUBLIC


def _sniff_ppk(version: bytes) -> Format:
    known = {b"1": Format.PPK1, b"2": Format.PPK2, b"3": Format.PPK3}
    if version in known:
        return known[version]
    raise KeyFormatError(
        f"A PPK file of version {version.decode('ascii')} is not supported.",
        hint="Open it in a current PuTTYgen and save it again.",
    )


def _sniff_der(data: bytes) -> Format:
    """Tell DER files apart by their first elements (X.690 section 8.1).

    A certificate opens with a sequence in a sequence; PKCS#12 with the version 3 (RFC 7292 section 4).
    """
    length = data[1] if len(data) > 1 else 0
    body = data[2 + (length & 0x7F if length & 0x80 else 0) :]
    if body[:3] == b"\x02\x01\x03":
        return Format.PKCS12
    if body[:1] == b"\x02":
        return Format.DER
    if body[:1] != b"\x30":
        raise KeyFormatError("This DER file holds no key and no certificate.")
    inner_length = body[1] if len(body) > 1 else 0
    inner = body[2 + (inner_length & 0x7F if inner_length & 0x80 else 0) :]
    # TBSCertificate starts with the version in [0]; EncryptedPrivateKeyInfo with an object identifier.
    return Format.X509_DER if inner[:1] in (b"\xa0", b"\x02") else Format.DER


def pem_block(data: bytes) -> Pem:
    """The first PEM block of `data` that is not `EC PARAMETERS`; raises KeyFormatError when it is cut off."""
    begin = _PEM_BEGIN.search(data)
    if not begin:
        raise KeyFormatError("There is no PEM block in the file.")
    end = data.find(b"-----END " + begin[1] + b"-----", begin.end())
    if end < 0:
        raise KeyFormatError("The END line is missing; the file is cut off.")
    headers: dict[bytes, bytes] = {}
    body = []
    for line in data[begin.end() : end].splitlines():
        if header := _PEM_HEADER.match(line):
            headers[header[1]] = header[2]
        else:
            body.append(line.strip())
    return Pem(begin[1], headers, decode_base64(b"".join(body)))


def decode_base64(text: bytes) -> bytes:
    """`text` decoded; KeyFormatError when it is damaged."""
    try:
        return base64.b64decode(text, validate=True)
    except binascii.Error as error:
        raise KeyFormatError("The base64 text is damaged.") from error


def public_lines(data: bytes) -> list[PublicLine]:
    """Every public key line in `data`, in order; comments and lines that are none are passed over."""
    found = []
    for line in data.removeprefix(b"\xef\xbb\xbf").splitlines():
        if line.lstrip().startswith(b"#"):
            continue
        match = _LINE.search(line)
        if not match:
            continue
        try:
            blob = base64.b64decode(match[2] + b"=" * (-len(match[2]) % 4), validate=True)
        except binascii.Error:
            continue
        if blob[4 : 4 + len(match[1])] != match[1]:
            continue
        options = line[: match.start(1)].strip().decode("utf-8", "replace")
        comment = (match[3] or b"").strip().decode("utf-8", "replace")
        found.append(PublicLine(options, match[1].decode("ascii"), blob, comment))
    return found


def rfc4716(data: bytes) -> PublicLine:
    """The public key of an RFC 4716 file; its Comment header without quotes."""
    inside, body, comment, pending = False, [], "", b""
    for raw in data.splitlines():
        line = raw.strip()
        if line == b"---- BEGIN SSH2 PUBLIC KEY ----":
            inside = True
        elif line == b"---- END SSH2 PUBLIC KEY ----":
            break
        elif inside and (pending or b":" in line):
            # A header line that ends in a backslash goes on in the next one (RFC 4716 section 3.3).
            if line.endswith(b"\\"):
                pending += line[:-1]
                continue
            tag, _, value = (pending + line).partition(b":")
            pending = b""
            if tag.strip().lower() == b"comment":
                comment = value.strip().decode("utf-8", "replace")
                if len(comment) > 1 and comment[0] == comment[-1] == '"':
                    comment = comment[1:-1]
        elif inside:
            body.append(line)
    else:
        raise KeyFormatError("The END line is missing; the file is cut off.")
    blob = decode_base64(b"".join(body))
    name_length = int.from_bytes(blob[:4], "big")
    return PublicLine("", blob[4 : 4 + name_length].decode("ascii", "replace"), blob, comment)
