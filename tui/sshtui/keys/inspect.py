"""What a key file is, told without asking for its passphrase."""

from __future__ import annotations

import os
import shlex
import stat
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from sshtui.errors import ConfigError, KeyFormatError, KeyPairError, NotFound, WrongPassphrase
from sshtui.files import read_whole, with_home
from sshtui.keys.certificates import read_certificate
from sshtui.keys.formats import Format, PublicLine, pem_block, public_lines, rfc4716, sniff
from sshtui.keys.key_file import KeyFile
from sshtui.keys.openssh import read_container
from sshtui.keys.ppk import read_ppk
from sshtui.keys.private import is_encrypted_der, is_encrypted_pem, open_private
from sshtui.model.host_keys import PublicKey
from sshtui.model.hosts import Host
from sshtui.model.key_pairs import KeyPair

READ_LIMIT = 1024 * 1024
"""Bytes; no key file comes near it."""


def read_key_file(path: Path) -> bytes:
    """What `path` holds, at most READ_LIMIT bytes. Raises NotFound, KeyPairError."""
    try:
        data = read_whole(with_home(path), limit=READ_LIMIT)
    except ConfigError as error:
        raise KeyPairError(error.sentence, hint=error.hint) from error
    if data is None:
        raise NotFound(f"There is no file {path}.")
    return data


def inspect_file(path: Path) -> KeyFile:
    """What the key file at `path` is; its `.pub` beside is consulted for what only the passphrase would show.

    Raises NotFound, KeyPairError, KeyFormatError.
    """
    path = with_home(path)
    try:
        found = inspect_data(read_key_file(path), str(path))
    except KeyFormatError as error:
        raise KeyFormatError(f"{path}: {error.sentence}", hint=error.hint) from error
    if not found.format.private:
        return found
    if found.public is None or not found.comment:
        found = _with_public_file(found, path.with_name(path.name + ".pub"))
    problem = permission_problem(path)
    remedy = f"chmod 600 {shlex.quote(str(path))}" if problem else ""
    return replace(found, problem=problem, remedy=remedy)


def permission_problem(path: Path) -> str:
    """What is wrong with the mode of a private key file, or "". ssh refuses keys that others may read."""
    try:
        mode = stat.S_IMODE(os.stat(path).st_mode)
    except OSError:
        return ""
    return f"Others may read it (mode {mode:04o})." if mode & 0o077 else ""


def inspect_data(data: bytes, path: str = "") -> KeyFile:
    """What the content of a key file is. Raises KeyFormatError."""
    kind = sniff(data)
    match kind:
        case Format.OPENSSH:
            container = read_container(data)
            protection = f"{container.cipher}, {container.kdf} {container.rounds} rounds" if container.encrypted else ""
            return KeyFile(path, kind, PublicKey(container.public), container.comment, protection)
        case Format.PPK1 | Format.PPK2 | Format.PPK3:
            file = read_ppk(data)
            return KeyFile(path, kind, PublicKey(file.public), file.comment, file.protection)
        case Format.PKCS1 | Format.SEC1 | Format.PKCS8 | Format.DER:
            return _inspect_pem(data, path, kind)
        case Format.PUBLIC | Format.RFC4716:
            line = rfc4716(data) if kind is Format.RFC4716 else public_lines(data)[0]
            return KeyFile(path, kind, PublicKey(line.blob), line.comment)
        case Format.AUTHORIZED_KEYS:
            lines = tuple(public_lines(data))
            return KeyFile(path, kind, PublicKey(lines[0].blob), lines[0].comment, lines=lines)
        case Format.CERTIFICATE:
            return _inspect_certificate(public_lines(data)[0], path)
        case Format.PUBLIC_PEM | Format.X509 | Format.X509_DER | Format.PKCS12:
            from sshtui.keys.x509 import inspect_x509

            return inspect_x509(data, path, kind)


def _inspect_pem(data: bytes, path: str, kind: Format) -> KeyFile:
    encrypted = is_encrypted_der(data) if kind is Format.DER else is_encrypted_pem(data)
    if encrypted:
        dek = b"" if kind is Format.DER else pem_block(data).headers.get(b"DEK-Info", b"")
        protection = f"{dek.split(b',')[0].decode('ascii', 'replace')}, MD5 once (weak)" if dek else "PKCS#5"
        return KeyFile(path, kind, None, protection=protection)
    return KeyFile(path, kind, PublicKey(open_private(data, None, path or "The file").public_data))


def _inspect_certificate(line: PublicLine, path: str) -> KeyFile:
    found = read_certificate(line.blob)
    limits = (found.valid_from, found.valid_until)
    details = [
        ("certificate for", found.kind),
        ("key id", found.key_id),
        ("serial", str(found.serial)),
        ("principals", ", ".join(found.principals) or "(everyone)"),
        ("valid", " to ".join(f"{day:%Y-%m-%d %H:%M} UTC" if day else "always" for day in limits)),
        ("authority", f"{found.authority.kind} {found.authority.sha256}"),
    ]
    details += [("critical option", option) for option in found.critical_options]
    details += [("extension", extension) for extension in found.extensions]
    return KeyFile(
        path,
        Format.CERTIFICATE,
        found.public,
        line.comment,
        details=tuple(details),
        certificate=found,
        problem=found.problem(datetime.now(UTC)),
    )


def _with_public_file(found: KeyFile, beside: Path) -> KeyFile:
    """`found` with public half and comment of the `.pub` file, when that one fits."""
    try:
        public = inspect_data(read_key_file(beside))
    except (KeyPairError, NotFound):
        return found
    if public.format is not Format.PUBLIC or (found.public is not None and found.public != public.public):
        return found
    return replace(found, public=public.public, comment=found.comment or public.comment)


def key_pair(path: Path) -> KeyPair:
    """The private key file at `path` as a value to offer. Raises NotFound, KeyPairError."""
    found = inspect_file(path)
    if not found.format.private:
        raise KeyPairError(f"{path} holds no private key.", hint="Give the file without .pub.")
    certificate = certificate_path(path).is_file()
    return KeyPair("file", str(path), found.public, found.comment, found.encrypted, certificate)


def certificate_path(path: Path) -> Path:
    """Where the certificate of the private key at `path` stands, as ssh looks for it."""
    return path.with_name(path.name + "-cert.pub")


def list_directory(directory: Path) -> list[KeyFile]:
    """Every private key in `directory`, by name; files that are none, or cannot be read, are left out."""
    found = []
    try:
        names = sorted(os.listdir(directory))
    except OSError:
        return []
    for name in names:
        path = directory / name
        if name.endswith(".pub") or name.startswith(("known_hosts", "authorized_keys", "config")) or path.is_dir():
            continue
        try:
            file = inspect_file(path)
        except (KeyPairError, NotFound, WrongPassphrase):
            continue
        if file.format.private:
            found.append(file)
    return found


def used_by(path: Path, hosts: Iterable[Host]) -> list[str]:
    """Names of the hosts that log in with the key pair whose private or public file is `path`."""
    own = os.path.realpath(with_home(path))
    names = (own, own.removesuffix(".pub"))
    return [
        host.name for host in hosts if host.key_pair and os.path.realpath(os.path.expanduser(host.key_pair)) in names
    ]
