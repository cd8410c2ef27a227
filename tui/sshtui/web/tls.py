"""TLS: with a certificate that is given, or one made here that the person compares by its fingerprint."""

from __future__ import annotations

import ipaddress
import os
import ssl
import stat
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from sshtui.errors import ConfigError, NotFound, UsageError
from sshtui.files import ensure_private_directory, read_whole, write_whole

if TYPE_CHECKING:
    from cryptography import x509

DAYS = 397
"""For how long a certificate of ours counts: browsers take no server certificate that counts longer than 398 days."""

RENEW_BEFORE = timedelta(days=30)


@dataclass(frozen=True)
class Certificate:
    """A certificate (chain) and its private key, both PEM files."""

    chain: Path
    key: Path

    def context(self) -> ssl.SSLContext:
        """TLS 1.2 or newer with this certificate. Raises as `load` does."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        context.set_alpn_protocols(["http/1.1"])
        self.load(context)
        return context

    def load(self, context: ssl.SSLContext) -> None:
        """Let new connections see what the files hold now.

        Raises NotFound, UsageError for a key others can read, and ConfigError for files that do not fit together.
        """
        check_private(self.key, "private key")
        try:
            context.load_cert_chain(self.chain, self.key, password=_no_password)
        except FileNotFoundError as error:
            raise NotFound(f"There is no certificate {self.chain}.") from error
        except (ssl.SSLError, OSError) as error:
            raise ConfigError(
                f"{self.chain} and {self.key} cannot be used for TLS: {error.strerror or error}.",
                hint="Both are PEM files, the key without a passphrase and belonging to the first certificate.",
            ) from error

    def fingerprint(self) -> str:
        """SHA-256 of the first certificate, as browsers show it."""
        from cryptography import x509
        from cryptography.hazmat.primitives import hashes

        certificate = x509.load_pem_x509_certificate(read_whole(self.chain) or b"")
        return certificate.fingerprint(hashes.SHA256()).hex(":").upper()


def check_private(path: Path, what: str) -> None:
    """Return when nobody but its owner can read `path`. Raises NotFound, UsageError."""
    try:
        facts = os.stat(path)
    except OSError as error:
        raise NotFound(f"There is no {what} {path}: {error.strerror}.") from error
    if facts.st_mode & (stat.S_IRWXG | stat.S_IRWXO):
        raise UsageError(
            f"The {what} {path} can be read by others (mode {stat.S_IMODE(facts.st_mode):04o}).",
            hint=f"chmod 600 {path}",
        )


def own_certificate(certificate: Certificate, names: Sequence[str]) -> Certificate:
    """`certificate` made here: as it is when it covers `names` for a while, else anew. Raises NotSaved."""
    if not _serves(certificate, names):
        _make(certificate, names)
    return certificate


def _serves(certificate: Certificate, names: Sequence[str]) -> bool:
    from cryptography import x509

    chain, key = read_whole(certificate.chain), read_whole(certificate.key)
    if chain is None or key is None:
        return False
    try:
        found = x509.load_pem_x509_certificate(chain)
        alternatives = found.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except (ValueError, x509.ExtensionNotFound):
        return False
    held = {str(each.value) for each in alternatives}
    return set(names) <= held and found.not_valid_after_utc - RENEW_BEFORE > datetime.now(UTC)


def _make(certificate: Certificate, names: Sequence[str]) -> None:
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "sshtui console")])
    now = datetime.now(UTC).replace(microsecond=0)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        # A browser's clock may be a little behind.
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(days=DAYS) - timedelta(hours=1))
        .add_extension(x509.SubjectAlternativeName([_alternative(each) for each in names]), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .sign(key, hashes.SHA256())
    )
    wrap = serialization.Encoding.PEM
    ensure_private_directory(certificate.key.parent)
    write_whole(
        certificate.key,
        key.private_bytes(wrap, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()),
    )
    write_whole(certificate.chain, made.public_bytes(wrap))


def _alternative(name: str) -> x509.GeneralName:
    from cryptography import x509

    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)


def _no_password() -> str:
    # Without this OpenSSL would ask on the terminal.
    raise ssl.SSLError("the key has a passphrase")
