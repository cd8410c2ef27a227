"""What a person does with key files: make, convert, protect, rename. Every function blocks; use a thread from async."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from sshtui.errors import KeyFormatError, KeyPairError, NotFound, UsageError, WrongPassphrase
from sshtui.files import not_saved
from sshtui.keys.convert import ROUNDS, SAME, Target, export_private, losses, public_text
from sshtui.keys.formats import Format, public_lines, sniff
from sshtui.keys.generate import generate
from sshtui.keys.inspect import inspect_data, inspect_file, read_key_file
from sshtui.keys.openssh import read_container
from sshtui.keys.private import open_private
from sshtui.keys.saving import public_path, refuse_existing, save_private, save_public
from sshtui.model.host_keys import PublicKey

if TYPE_CHECKING:
    import asyncssh


@dataclass(frozen=True)
class Made:
    """A key pair that was written: where, and its public half. `lost` says what did not survive a conversion."""

    path: Path
    public: PublicKey
    comment: str
    lost: tuple[str, ...] = ()

    @property
    def public_line(self) -> str:
        """The line for authorized_keys, without a line end."""
        return public_text(self.public, self.comment).rstrip("\n")


def make(
    path: Path,
    kind: str = "ed25519",
    *,
    bits: int | None = None,
    comment: str = "",
    passphrase: str | None = None,
    rounds: int = ROUNDS,
    replace: bool = False,
    pin: str | None = None,
    verify_required: bool = False,
) -> Made:
    """A new key pair in OpenSSH's format at `path`, its public half in `.pub` beside it.

    `pin` and `verify_required` as in generate.generate. Raises WrongPassphrase when a security key wants another PIN,
    UsageError when a file stands there and `replace` is not set, KeyPairError, NotSaved.
    """
    if not replace:
        refuse_existing(path, public_path(path))
    private_key = generate(kind, bits, comment, pin=pin, verify_required=verify_required)
    made = Made(path, PublicKey(private_key.public_data), comment)
    save_private(path, export_private(private_key, Target.OPENSSH, passphrase, rounds=rounds), replace=replace)
    save_public(public_path(path), (made.public_line + "\n").encode(), replace=replace)
    return made


def open_file(path: Path, passphrase: str | None) -> asyncssh.SSHKey:
    """The private key in the file at `path`, with its comment, which PEM files have in the `.pub` beside.

    Raises WrongPassphrase, KeyFormatError, NotFound.
    """
    private_key = open_private(read_key_file(path), passphrase, str(path))
    if not private_key.has_comment() and (comment := inspect_file(path).comment):
        private_key.set_comment(comment)
    return private_key


def needs_passphrase(path: Path) -> bool:
    """Whether the private key at `path` is protected. Raises KeyFormatError when it holds none, NotFound."""
    found = inspect_file(path)
    if not found.format.private:
        raise KeyFormatError(f"{path} holds no private key.", hint="Give the file without .pub.")
    return found.encrypted


def convert_file(
    source: Path,
    out: Path,
    target: Target,
    *,
    passphrase: str | None,
    new_passphrase: str | None,
    rounds: int = ROUNDS,
    replace: bool = False,
) -> Made:
    """Write the private key of `source` to `out` in another format; `source` stays unless it is `out`.

    `new_passphrase` protects the new file, None leaves it plain.
    """
    if not replace:
        refuse_existing(out)
    private_key = open_file(source, passphrase)
    kind = sniff(read_key_file(source))
    data = export_private(private_key, target, new_passphrase, rounds=rounds)
    save_private(out, data, replace=replace)
    lost = losses(
        private_key.get_algorithm(),
        kind,
        target,
        commented=private_key.has_comment(),
        protected=new_passphrase is not None,
    )
    return Made(out, PublicKey(private_key.public_data), private_key.get_comment(errors="replace") or "", lost)


def change_passphrase(path: Path, old: str | None, new: str | None, *, rounds: int = ROUNDS) -> Path:
    """Protect the private key at `path`, which is returned, by `new` instead of `old`; None means no passphrase.

    The format stays.
    """
    data = read_key_file(path)
    target = _same_target(path, sniff(data))
    private_key = open_private(data, old, str(path))
    save_private(path, export_private(private_key, target, new, rounds=rounds), replace=True)
    return path


def make_private(path: Path) -> Path:
    """Take the rights of everyone but the owner away from `path`, which is returned. Raises NotSaved."""
    try:
        path.chmod(0o600)
    except OSError as error:
        raise not_saved(path, error) from error
    return path


def _same_target(path: Path, kind: Format) -> Target:
    if kind not in SAME:
        raise UsageError(
            f"{path} is of format {kind.value}, which is not written in place.",
            hint="Convert it to another format first: sshtui keys convert.",
        )
    return SAME[kind]


def change_comment(path: Path, comment: str, passphrase: str | None = None) -> tuple[Path, ...]:
    """Let the key at `path` bear `comment`, in the file and in a `.pub` beside that fits; the files written.

    OpenSSH and PPK files keep the comment inside, so a protected one needs its passphrase. PEM has none: there the
    `.pub` alone bears it, and is made when missing.
    """
    comment = " ".join(comment.split())
    found = inspect_file(path)
    if found.format in (Format.PUBLIC, Format.CERTIFICATE, Format.RFC4716):
        return _change_public_comment(path, comment)
    if not found.format.private:
        raise UsageError(f"{path} is of format {found.format.value}, which bears no comment.")
    if found.format is Format.PPK1:
        _same_target(path, found.format)
    inside = found.format in (Format.OPENSSH, Format.PPK2, Format.PPK3)
    public = found.public
    written = []
    if inside:
        data = read_key_file(path)
        private_key = open_private(data, passphrase, str(path))
        private_key.set_comment(comment)
        rounds = (read_container(data).rounds or ROUNDS) if found.format is Format.OPENSSH else ROUNDS
        protection = passphrase if found.encrypted else None
        save_private(path, export_private(private_key, SAME[found.format], protection, rounds=rounds), replace=True)
        written.append(path)
    elif public is None:
        public = PublicKey(open_private(read_key_file(path), passphrase, str(path)).public_data)
    beside = public_path(path)
    if public is not None and (_bears(beside, public) or not (inside or beside.exists())):
        save_public(beside, public_text(public, comment).encode(), replace=True)
        written.append(beside)
    return tuple(written)


def _change_public_comment(path: Path, comment: str) -> tuple[Path, ...]:
    data = read_key_file(path)
    found = inspect_data(data, str(path))
    public, style = found.public, "rfc4716" if found.format is Format.RFC4716 else "openssh"
    if found.format is Format.CERTIFICATE:
        public = PublicKey(public_lines(data)[0].blob)
    assert public is not None, "public files show their public key"
    save_public(path, public_text(public, comment, style).encode(), replace=True)
    return (path,)


def _bears(path: Path, public: PublicKey) -> bool:
    """Whether the file at `path` is the one public line of `public`."""
    try:
        found = inspect_data(read_key_file(path))
    except (KeyPairError, NotFound):
        return False
    return found.format is Format.PUBLIC and found.public == public


def public_half(path: Path, passphrase: str | None = None) -> tuple[PublicKey, str]:
    """The public key and the comment of any key file; WrongPassphrase when only a passphrase shows them."""
    found = inspect_file(path)
    if found.public is not None:
        return found.public, found.comment
    if passphrase is None:
        raise WrongPassphrase(f"{path} shows its public key only to the passphrase.")
    return PublicKey(open_private(read_key_file(path), passphrase, str(path)).public_data), found.comment


def certify(
    path: Path,
    out: Path,
    *,
    der: Path | None = None,
    p12: Path | None = None,
    days: int = 365,
    subject: str = "",
    passphrase: str | None = None,
    bundle_passphrase: str | None = None,
    replace: bool = False,
) -> tuple[Path, ...]:
    """Write a self-signed certificate for the private key at `path`: the files written.

    It goes to `out` in PEM, to `der` in DER, and to `p12` together with the private key, protected by
    `bundle_passphrase`. `days` and `subject` as in x509.self_sign.
    """
    from sshtui.keys.x509 import bundle, self_sign

    if not replace:
        refuse_existing(*(each for each in (out, der, p12) if each))
    private_key = open_file(path, passphrase)
    certificate = self_sign(private_key, days=days, subject=subject)
    bundled = bundle(private_key, certificate.pem, bundle_passphrase) if p12 else b""
    save_public(out, certificate.pem, replace=replace)
    if der:
        save_public(der, certificate.der, replace=replace)
    if p12:
        save_private(p12, bundled, replace=replace)
    return tuple(each for each in (out, der, p12) if each)
