"""Private keys opened: any format in, one kind of object out (asyncssh's, which carries the comment)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from sshtui.errors import KeyFormatError, WrongPassphrase
from sshtui.keys import ppk
from sshtui.keys.formats import Format, pem_block, sniff
from sshtui.keys.kdf_limits import refuse_slow
from sshtui.keys.openssh import read_container
from sshtui.keys.translate import decoding, encoding, wrong_passphrase
from sshtui.keys.wire import Reader, mpint, string

if TYPE_CHECKING:
    import asyncssh
    from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes

    from sshtui.keys.ppk import PpkFile


def open_private(data: bytes, passphrase: str | None, label: str) -> asyncssh.SSHKey:
    """The private key in `data`, whatever its format. `label` names it in errors.

    `passphrase` is None for none; a needless one is ignored. Slow by design when encrypted (0.1 to 2 s): call it
    in a thread from async code. Raises WrongPassphrase, KeyFormatError.
    """
    kind = sniff(data)
    if not kind.private:
        raise KeyFormatError(f"{label} holds no private key.", hint="Give the file without .pub.")
    if kind in (Format.PPK1, Format.PPK2, Format.PPK3):
        return _open_ppk(ppk.read_ppk(data), passphrase, label)
    if kind is Format.OPENSSH:
        return _open_openssh(data, passphrase, label)
    if kind is Format.PKCS12:
        return _open_pkcs12(data, passphrase, label)
    return _open_pem(data, passphrase, label, der=kind is Format.DER)


def _open_openssh(data: bytes, passphrase: str | None, label: str) -> asyncssh.SSHKey:
    import asyncssh

    encrypted = read_container(data).encrypted
    if encrypted and passphrase is None:
        raise _passphrase_needed(label)
    with decoding(label):
        return asyncssh.import_private_key(data, passphrase if encrypted else None)


def _open_pem(data: bytes, passphrase: str | None, label: str, *, der: bool) -> asyncssh.SSHKey:
    from cryptography.hazmat.primitives import serialization

    encrypted = is_encrypted_der(data) if der else is_encrypted_pem(data)
    if encrypted and passphrase is None:
        raise _passphrase_needed(label)
    if encrypted:
        refuse_slow(data if der else pem_block(data).content, label)
    load = serialization.load_der_private_key if der else serialization.load_pem_private_key
    with decoding(label, encrypted=encrypted):
        return from_cryptography(load(data, passphrase.encode() if encrypted and passphrase is not None else None))


def is_encrypted_pem(data: bytes) -> bool:
    """Whether a PEM private key needs a passphrase (RFC 7468 section 11, RFC 1421 section 4.6.1.1)."""
    block = pem_block(data)
    return block.label == b"ENCRYPTED PRIVATE KEY" or b"ENCRYPTED" in block.headers.get(b"Proc-Type", b"")


def is_encrypted_der(data: bytes) -> bool:
    """Whether a DER private key is an EncryptedPrivateKeyInfo, which opens with a sequence, not a version."""
    length = data[1] if len(data) > 1 else 0
    body = data[2 + (length & 0x7F if length & 0x80 else 0) :]
    return body[:1] == b"\x30"


def _open_pkcs12(data: bytes, passphrase: str | None, label: str) -> asyncssh.SSHKey:
    from cryptography.hazmat.primitives.serialization import pkcs12

    refuse_slow(data, label)
    # A bundle does not say whether it is protected without being opened; an empty password counts as none.
    try:
        found = pkcs12.load_key_and_certificates(data, passphrase.encode() if passphrase is not None else None)[0]
    except ValueError as error:
        if passphrase is None:
            raise _passphrase_needed(label) from error
        raise wrong_passphrase(label) from error
    if found is None:
        raise KeyFormatError(f"{label} holds no private key.")
    with decoding(label):
        return from_cryptography(found)


def _passphrase_needed(label: str) -> WrongPassphrase:
    return WrongPassphrase(f"{label} is protected by a passphrase.")


def from_cryptography(private_key: PrivateKeyTypes) -> asyncssh.SSHKey:
    """The same private key as asyncssh holds it; ValueError for a type SSH does not use."""
    import asyncssh
    from cryptography.hazmat.primitives import serialization

    der = private_key.private_bytes(
        serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return asyncssh.import_private_key(der)


def _open_ppk(file: PpkFile, passphrase: str | None, label: str) -> asyncssh.SSHKey:
    private = file.open(passphrase, label)
    with decoding(label):
        private_key = from_cryptography(_from_blobs(file.algorithm, file.public, private))
        if private_key.public_data != file.public:
            raise KeyFormatError(f"In {label} the private and the public part do not belong together.")
    private_key.set_comment(file.comment.encode("utf-8", "surrogateescape"))
    return private_key


def _from_blobs(algorithm: str, public_blob: bytes, private_blob: bytes) -> PrivateKeyTypes:
    """The private key of PPK's two blobs (PuTTY manual, appendix C.3)."""
    from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed448, ed25519, rsa

    public, private = Reader(public_blob), Reader(private_blob)
    if public.string().decode("ascii", "replace") != algorithm:
        raise KeyFormatError("The PPK file's public part is of another type than its first line says.")
    if algorithm == "ssh-ed25519":
        return ed25519.Ed25519PrivateKey.from_private_bytes(private.string())
    if algorithm == "ssh-ed448":
        return ed448.Ed448PrivateKey.from_private_bytes(private.string())
    if algorithm == "ssh-rsa":
        e, n = public.mpint(), public.mpint()
        d, p, q, iqmp = (private.mpint() for _ in range(4))
        return rsa.RSAPrivateNumbers(p, q, d, d % (p - 1), d % (q - 1), iqmp, rsa.RSAPublicNumbers(e, n)).private_key()
    if algorithm == "ssh-dss":
        p, q, g, y = (public.mpint() for _ in range(4))
        numbers = dsa.DSAPublicNumbers(y, dsa.DSAParameterNumbers(p, q, g))
        return dsa.DSAPrivateNumbers(private.mpint(), numbers).private_key()
    curves: dict[str, type[ec.EllipticCurve]] = {
        "ecdsa-sha2-nistp256": ec.SECP256R1,
        "ecdsa-sha2-nistp384": ec.SECP384R1,
        "ecdsa-sha2-nistp521": ec.SECP521R1,
    }
    if algorithm not in curves:
        raise KeyFormatError(f"A PPK file of type {algorithm} is not supported.")
    return ec.derive_private_key(private.mpint(), curves[algorithm]())


def to_ppk(private_key: asyncssh.SSHKey, version: Literal[2, 3], passphrase: str | None) -> bytes:
    """`key` as a PPK file; raises KeyPairError for a type PuTTY does not have."""
    algorithm = private_key.get_algorithm()
    with encoding(algorithm, f"PPK {version}"):
        private = _private_blob(private_key)
    comment = (private_key.get_comment_bytes() or b"").decode("utf-8", "surrogateescape")
    return ppk.make_ppk(version, algorithm, comment, private_key.public_data, private, passphrase).text()


def _private_blob(private_key: asyncssh.SSHKey) -> bytes:
    from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed448, ed25519, rsa

    held = private_key.pyca_key
    if isinstance(held, ed25519.Ed25519PrivateKey | ed448.Ed448PrivateKey):
        return string(held.private_bytes_raw())
    if isinstance(held, rsa.RSAPrivateKey):
        secret = held.private_numbers()
        return b"".join(mpint(number) for number in (secret.d, secret.p, secret.q, secret.iqmp))
    if isinstance(held, dsa.DSAPrivateKey):
        return mpint(held.private_numbers().x)
    if isinstance(held, ec.EllipticCurvePrivateKey):
        return mpint(held.private_numbers().private_value)
    raise ValueError("PuTTY has no such type")
