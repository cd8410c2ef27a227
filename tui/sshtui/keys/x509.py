"""X.509 certificates for portals that want them: made, bundled, taken apart (RFC 5280, RFC 7292)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from sshtui.errors import KeyFormatError, KeyPairError, UsageError
from sshtui.keys.formats import Format
from sshtui.keys.kdf_limits import refuse_slow
from sshtui.keys.key_file import KeyFile
from sshtui.keys.translate import decoding, encoding
from sshtui.model.host_keys import PublicKey

if TYPE_CHECKING:
    import asyncssh
    from cryptography import x509
    from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed448, ed25519, rsa
    from cryptography.hazmat.primitives.asymmetric.types import PublicKeyTypes

    SigningKey = (
        rsa.RSAPrivateKey
        | ec.EllipticCurvePrivateKey
        | ed25519.Ed25519PrivateKey
        | ed448.Ed448PrivateKey
        | dsa.DSAPrivateKey
    )

DAYS_LIMIT = 36_500


@dataclass(frozen=True)
class SelfSigned:
    """A certificate just made, in both wrappings."""

    pem: bytes
    der: bytes


def self_sign(private_key: asyncssh.SSHKey, *, days: int = 365, subject: str = "") -> SelfSigned:
    """A self-signed certificate as `openssl req -x509` makes it, valid from now for `days`.

    `subject` is `/C=DE/O=Example/CN=name` as openssl takes it; empty means the key's comment as CN.
    Raises UsageError for a bad subject or span, KeyPairError for a type that cannot sign certificates.
    """
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ed448, ed25519

    if not 1 <= days <= DAYS_LIMIT:
        raise UsageError(f"A certificate is valid for 1 to {DAYS_LIMIT} days, not {days}.")
    held = _signing_key(private_key)
    name = _name(subject or f"/CN={_common_name(private_key)}")
    now = datetime.now(UTC).replace(microsecond=0)
    own_id = x509.SubjectKeyIdentifier.from_public_key(held.public_key())
    builder = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(held.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now)
        .not_valid_after(now + timedelta(days=days))
        .add_extension(own_id, critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(own_id), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
    )
    digest = None if isinstance(held, ed25519.Ed25519PrivateKey | ed448.Ed448PrivateKey) else hashes.SHA256()
    with encoding(private_key.get_algorithm(), "X.509"):
        certificate = builder.sign(held, digest)
    wrap = serialization.Encoding
    return SelfSigned(certificate.public_bytes(wrap.PEM), certificate.public_bytes(wrap.DER))


def _signing_key(private_key: asyncssh.SSHKey) -> SigningKey:
    """The key as cryptography holds it; KeyPairError for one that lives in a device."""
    from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed448, ed25519, rsa

    held = private_key.pyca_key
    issuers = (
        rsa.RSAPrivateKey,
        ec.EllipticCurvePrivateKey,
        ed25519.Ed25519PrivateKey,
        ed448.Ed448PrivateKey,
        dsa.DSAPrivateKey,
    )
    if not isinstance(held, issuers):
        raise KeyPairError(f"A key of type {private_key.get_algorithm()} cannot sign a certificate.")
    return held


def _common_name(private_key: asyncssh.SSHKey) -> str:
    comment = "".join(each for each in private_key.get_comment(errors="replace") or "" if each.isprintable())
    return (comment.replace("/", "_") or "sshtui")[:64]


def _name(subject: str) -> x509.Name:
    """`/C=DE/CN=name` as a name; a slash inside a value is written `\\/`."""
    from cryptography import x509
    from cryptography.x509.oid import NameOID

    oids = {
        "C": NameOID.COUNTRY_NAME,
        "ST": NameOID.STATE_OR_PROVINCE_NAME,
        "L": NameOID.LOCALITY_NAME,
        "O": NameOID.ORGANIZATION_NAME,
        "OU": NameOID.ORGANIZATIONAL_UNIT_NAME,
        "CN": NameOID.COMMON_NAME,
        "emailAddress": NameOID.EMAIL_ADDRESS,
    }
    parts = subject.replace("\\/", "\0").split("/")
    if parts[0] or len(parts) < 2:
        raise UsageError(f"A subject is written /C=DE/O=Example/CN=name, not {subject!r}.")
    attributes = []
    for part in parts[1:]:
        short, _, value = part.replace("\0", "/").partition("=")
        if short not in oids or not value:
            raise UsageError(f"{part!r} is no subject field; there are {', '.join(oids)}.")
        try:
            attributes.append(x509.NameAttribute(oids[short], value))
        except ValueError as error:
            raise UsageError(f"The subject field {short} cannot be {value!r}: {error}.") from error
    return x509.Name(attributes)


def bundle(
    private_key: asyncssh.SSHKey, certificate_pem: bytes, passphrase: str | None, *, name: str = "sshtui"
) -> bytes:
    """A PKCS#12 file with the private key and its certificate, AES-256 with PBKDF2-SHA-256 when protected."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.serialization import pkcs12

    held = _signing_key(private_key)
    protection: serialization.KeySerializationEncryption = serialization.NoEncryption()
    if passphrase is not None:
        protection = (
            serialization.PrivateFormat.PKCS12.encryption_builder()
            .kdf_rounds(100_000)
            .key_cert_algorithm(pkcs12.PBES.PBESv2SHA256AndAES256CBC)
            .hmac_hash(hashes.SHA256())
            .build(passphrase.encode())
        )
    certificate = x509.load_pem_x509_certificate(certificate_pem)
    return pkcs12.serialize_key_and_certificates(name.encode(), held, certificate, None, protection)


def inspect_x509(data: bytes, path: str, kind: Format) -> KeyFile:
    """What a certificate, a PKCS#12 bundle or a PEM public key is. Raises KeyFormatError."""
    from cryptography import x509
    from cryptography.hazmat.primitives import serialization

    label = path or "The file"
    with decoding(label):
        if kind is Format.PUBLIC_PEM:
            return KeyFile(path, kind, ssh_public(serialization.load_pem_public_key(data)))
        if kind is Format.PKCS12:
            return _inspect_pkcs12(data, path)
        load = x509.load_der_x509_certificate if kind is Format.X509_DER else x509.load_pem_x509_certificate
        return _inspect_certificate(load(data), path, kind)


def _inspect_pkcs12(data: bytes, path: str) -> KeyFile:
    from cryptography.hazmat.primitives.serialization import pkcs12

    refuse_slow(data, path or "The file")
    try:
        private_key, certificate, others = pkcs12.load_key_and_certificates(data, None)
    except ValueError:
        return KeyFile(path, Format.PKCS12, None, protection="PKCS#12 password")
    details: tuple[tuple[str, str], ...] = ()
    public = None
    if certificate:
        found = _inspect_certificate(certificate, path, Format.PKCS12)
        details, public = found.details, found.public
    elif private_key:
        public = ssh_public(private_key.public_key())
    return KeyFile(path, Format.PKCS12, public, details=(*details, ("further certificates", str(len(others)))))


def _inspect_certificate(found: x509.Certificate, path: str, kind: Format) -> KeyFile:
    from cryptography.hazmat.primitives import hashes

    start, end = found.not_valid_before_utc, found.not_valid_after_utc
    now = datetime.now(UTC)
    problem = f"It expired on {end:%Y-%m-%d %H:%M} UTC." if now > end else ""
    if now < start:
        problem = f"It becomes valid on {start:%Y-%m-%d %H:%M} UTC."
    details = (
        ("subject", found.subject.rfc4514_string() or "(empty)"),
        ("issuer", found.issuer.rfc4514_string() or "(empty)"),
        ("serial", f"{found.serial_number:x}"),
        ("valid", f"{start:%Y-%m-%d %H:%M} UTC to {end:%Y-%m-%d %H:%M} UTC"),
        ("certificate SHA-256", found.fingerprint(hashes.SHA256()).hex(":").upper()),
        ("certificate SHA-1", found.fingerprint(hashes.SHA1()).hex(":").upper()),
    )
    return KeyFile(path, kind, ssh_public(found.public_key()), details=details, problem=problem)


def ssh_public(public_key: PublicKeyTypes) -> PublicKey:
    """The SSH form of a public key of another world; KeyFormatError for a type SSH does not have."""
    import asyncssh
    from cryptography.hazmat.primitives import serialization

    pem = public_key.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    try:
        return PublicKey(asyncssh.import_public_key(pem).public_data)
    except asyncssh.KeyImportError as error:
        raise KeyFormatError("The public key is of a type that SSH does not use.") from error
