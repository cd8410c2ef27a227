"""The OpenSSH certificate that stands beside a private key file, or where a host says."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from sshtui.errors import KeyPairError
from sshtui.keys.certificates import Certificate, read_certificate
from sshtui.keys.formats import Format, public_lines, sniff
from sshtui.keys.inspect import certificate_path, read_key_file
from sshtui.keys.translate import decoding
from sshtui.model.host_keys import PublicKey

if TYPE_CHECKING:
    import asyncssh


def read_certificate_beside(path: Path, public: PublicKey) -> asyncssh.SSHCertificate | None:
    """The certificate of the private key at `path` with public half `public`; None when there is none.

    Raises KeyPairError with the reason when it is expired, not valid yet, another key's or damaged.
    """
    beside = certificate_path(path)
    return read_certificate_file(beside, public) if beside.is_file() else None


def read_certificate_file(path: Path, public: PublicKey) -> asyncssh.SSHCertificate:
    """The certificate in a file, for the key pair with public half `public`. Raises as `read_certificate_beside`."""
    import asyncssh

    data = read_key_file(path)
    found = _certificate(path, data)
    problem = found.problem(datetime.now(UTC))
    if found.public != public:
        problem = "It belongs to another key."
    if problem:
        raise KeyPairError(f"The certificate {path} is left out: {problem}")
    with decoding(str(path)):
        return asyncssh.import_certificate(data)


def certified_key(path: Path) -> PublicKey:
    """The public half that the certificate in a file is for. Raises KeyPairError, NotFound."""
    return _certificate(path, read_key_file(path)).public


def _certificate(path: Path, data: bytes) -> Certificate:
    if sniff(data) is not Format.CERTIFICATE:
        raise KeyPairError(f"{path} holds no certificate.")
    return read_certificate(public_lines(data)[0].blob)


def usable_certificate(path: Path, public: PublicKey) -> asyncssh.SSHCertificate | None:
    """The same, but None for one that is of no use; for where the key alone will do."""
    try:
        return read_certificate_beside(path, public)
    except KeyPairError:
        return None
