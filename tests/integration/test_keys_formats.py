"""Every type of key in every format, plain and protected, judged by ssh-keygen, puttygen and openssl, both ways."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Callable
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from sshtui.errors import KeyPairError, WrongPassphrase
from sshtui.keys.convert import Target
from sshtui.keys.inspect import inspect_file
from sshtui.keys.workshop import change_comment, change_passphrase, convert_file, make, open_file
from tests.integration.keys_programs import run
from tests.servers.key_files import make_key_file, public_line

COMMENT = "jürgen@example"
PASSPHRASE = "wörter mit abstand"

TYPES = [("ed25519", 0), ("ecdsa", 256), ("ecdsa", 384), ("ecdsa", 521), ("rsa", 1024), ("rsa", 2048)]
KEYS = [pytest.param(kind, bits, id=f"{kind}{bits or ''}") for kind, bits in TYPES]
PROTECTED = [pytest.param("", id="plain"), pytest.param(PASSPHRASE, id="protected")]

pytestmark = pytest.mark.parametrize("passphrase", PROTECTED)


@pytest.fixture
def keygen(need: Callable[[str], str]) -> str:
    return need("ssh-keygen")


@pytest.fixture
def puttygen(need: Callable[[str], str]) -> str:
    return need("puttygen")


def blob(line: str) -> str:
    """Algorithm and base64 of a public line, without its comment."""
    return " ".join(line.split()[:2])


def secret_file(directory: Path, passphrase: str) -> Path:
    """A file with the passphrase as puttygen reads it."""
    path = directory / f"secret-{bool(passphrase)}"
    path.write_text(passphrase)
    return path


@pytest.mark.parametrize(("kind", "bits"), KEYS)
@pytest.mark.parametrize("form", ["RFC4716", "PEM", "PKCS8"])
def test_what_ssh_keygen_writes_is_read(
    tmp_path: Path, keygen: str, kind: str, bits: int, form: str, passphrase: str
) -> None:
    made = make_key_file(tmp_path / "made", kind, bits=bits, comment=COMMENT)
    run(keygen, "-q", "-p", "-m", form, "-N", passphrase, "-f", made)
    key = open_file(made, passphrase or None)
    assert (blob(key.export_public_key().decode()), key.get_comment()) == (blob(public_line(made)), COMMENT)
    found = inspect_file(made)
    assert found.public is not None
    assert (found.public.line, found.encrypted) == (blob(public_line(made)), bool(passphrase))
    said = run(keygen, "-l", "-f", f"{made}.pub")
    assert said.startswith(f"{found.public.bits} {found.public.sha256} ")
    assert said.rstrip().endswith(f"({found.public.kind})")
    if passphrase:
        with pytest.raises(WrongPassphrase):
            open_file(made, "something else")


@pytest.mark.parametrize(("kind", "bits"), KEYS)
@pytest.mark.parametrize("target", [Target.OPENSSH, Target.PKCS1, Target.PKCS8])
def test_what_we_write_ssh_keygen_reads(
    tmp_path: Path, keygen: str, kind: str, bits: int, target: Target, passphrase: str
) -> None:
    made, out = make_key_file(tmp_path / "made", kind, bits=bits, comment=COMMENT), tmp_path / "out"
    if kind == "ed25519" and target is Target.PKCS1:
        with pytest.raises(KeyPairError, match="no PKCS#1 form"):
            convert_file(made, out, target, passphrase=None, new_passphrase=passphrase or None)
        return
    convert_file(made, out, target, passphrase=None, new_passphrase=passphrase or None, rounds=1)
    assert out.stat().st_mode & 0o777 == 0o600
    if kind == "ed25519" and target is Target.PKCS8:
        # ssh-keygen before 9.6 does not read these; openssl does.
        pem = run("openssl", "pkey", "-in", out, "-passin", f"pass:{passphrase}", "-pubout")
        assert pem == open_file(made, None).export_public_key("pkcs8-pem").decode()
        return
    assert blob(run(keygen, "-y", "-P", passphrase, "-f", out)) == blob(public_line(made))


@pytest.mark.parametrize(("kind", "bits"), [*KEYS, pytest.param("dsa", 1024, id="dsa"), pytest.param("eddsa", 448)])
@pytest.mark.parametrize("version", [2, 3])
def test_what_puttygen_writes_is_read(
    tmp_path: Path, puttygen: str, kind: str, bits: int, version: int, passphrase: str
) -> None:
    made, secret = tmp_path / "made.ppk", secret_file(tmp_path, passphrase)
    size = ("-b", str(bits)) if bits else ()
    how = ("-O", "private", "-C", COMMENT, "--new-passphrase", secret, "--ppk-param", f"version={version}")
    run(puttygen, "-q", "-t", kind, *size, "-o", made, *how)
    key = open_file(made, passphrase or None)
    assert blob(key.export_public_key().decode()) == blob(run(puttygen, "-L", made))
    assert key.get_comment() == COMMENT
    found = inspect_file(made)
    assert (found.format.value, found.comment, found.encrypted) == (f"ppk{version}", COMMENT, bool(passphrase))
    if passphrase:
        with pytest.raises(WrongPassphrase):
            open_file(made, "something else")


@pytest.mark.parametrize(("kind", "bits"), KEYS)
@pytest.mark.parametrize("target", [Target.PPK2, Target.PPK3])
def test_what_we_write_puttygen_reads(
    tmp_path: Path, puttygen: str, kind: str, bits: int, target: Target, passphrase: str
) -> None:
    made, out = make_key_file(tmp_path / "made", kind, bits=bits, comment=COMMENT), tmp_path / "out.ppk"
    convert_file(made, out, target, passphrase=None, new_passphrase=passphrase or None)
    back, empty = tmp_path / "back", secret_file(tmp_path, "")
    secret = ("--old-passphrase", secret_file(tmp_path, passphrase)) if passphrase else ()
    run(puttygen, out, "-O", "private-openssh-new", "-o", back, *secret, "--new-passphrase", empty)
    key = open_file(back, None)
    assert (blob(key.export_public_key().decode()), key.get_comment()) == (blob(public_line(made)), COMMENT)


@pytest.mark.parametrize("flavour", ["argon2i", "argon2d", "argon2id"])
def test_ppk_files_of_every_argon2_flavour_are_read(
    tmp_path: Path, puttygen: str, flavour: str, passphrase: str
) -> None:
    made, secret = tmp_path / "made.ppk", secret_file(tmp_path, passphrase)
    how = ("-O", "private", "--new-passphrase", secret, "--ppk-param", f"kdf={flavour},passes=2,memory=64")
    run(puttygen, "-q", "-t", "ed25519", "-o", made, *how)
    assert blob(open_file(made, passphrase or None).export_public_key().decode()) == blob(run(puttygen, "-L", made))


@pytest.mark.parametrize("check", ["MAC", "Hash"])
def test_ppk_files_of_version_1_are_read_as_puttygen_reads_them(
    tmp_path: Path, puttygen: str, check: str, passphrase: str
) -> None:
    made, old, secret = make_key_file(tmp_path / "made", "rsa"), tmp_path / "old.ppk", secret_file(tmp_path, passphrase)
    run(puttygen, made, "-O", "private", "--ppk-param", "version=2", "-o", old, "--new-passphrase", secret)
    old.write_text(as_version_1(old.read_text(), check, passphrase))
    back, empty = tmp_path / "back", secret_file(tmp_path, "")
    words = ("--old-passphrase", secret) if passphrase else ()
    run(puttygen, old, "-O", "private-openssh-new", "-o", back, *words, "--new-passphrase", empty)
    found = open_file(old, passphrase or None)
    assert found.public_data == open_file(back, None).public_data == open_file(made, None).public_data
    text = old.read_text()
    old.write_text(text[:-2] + ("0" if text[-2] != "0" else "1") + "\n")
    with pytest.raises(KeyPairError):
        open_file(old, passphrase or None)


def as_version_1(text: str, check: str, passphrase: str) -> str:
    """A PPK file of version 2 as version 1: its check covers the private part only (PuTTY's sshpubk.c)."""
    private = base64.b64decode("".join(text[text.index("Private-Lines") : text.index("Private-MAC")].splitlines()[1:]))
    if passphrase:
        parts = [hashlib.sha1(bytes((0, 0, 0, count)) + passphrase.encode()).digest() for count in (0, 1)]
        decryptor = Cipher(algorithms.AES(b"".join(parts)[:32]), modes.CBC(bytes(16))).decryptor()
        private = decryptor.update(private)
    key = hashlib.sha1(b"putty-private-key-file-mac-key" + passphrase.encode()).digest()
    digest = hmac.new(key, private, "sha1") if check == "MAC" else hashlib.sha1(private)
    return f"{text[: text.index('Private-MAC')].replace('File-2', 'File-1')}Private-{check}: {digest.hexdigest()}\n"


@pytest.mark.parametrize("kind", ["ed25519", "ecdsa", "rsa"])
def test_a_new_pair_is_one_ssh_keygen_would_have_made(tmp_path: Path, keygen: str, kind: str, passphrase: str) -> None:
    made = make(tmp_path / "new", kind, comment=COMMENT, passphrase=passphrase or None, rounds=1)
    assert run(keygen, "-y", "-P", passphrase, "-f", made.path).strip() == public_line(made.path) == made.public_line
    art = run(keygen, "-lv", "-f", f"{made.path}.pub").split("\n", 1)[1].strip()
    assert art == made.public.randomart


def test_passphrase_and_comment_change_in_place(tmp_path: Path, keygen: str, passphrase: str) -> None:
    made = make_key_file(tmp_path / "made", passphrase=passphrase, comment="before")
    assert change_comment(made, COMMENT, passphrase or None) == (made, tmp_path / "made.pub")
    assert run(keygen, "-c", "-P", passphrase, "-C", "kept", "-f", made)
    change_passphrase(made, passphrase or None, "another", rounds=1)
    assert run(keygen, "-y", "-P", "another", "-f", made).strip() == public_line(made)
    change_passphrase(made, "another", None)
    assert blob(run(keygen, "-y", "-P", "", "-f", made)) == blob(public_line(made))


@pytest.mark.parametrize("target", [Target.PPK2, Target.PPK3])
def test_a_ppk_file_changes_its_comment_and_puttygen_agrees(
    tmp_path: Path, puttygen: str, target: Target, passphrase: str
) -> None:
    made, out = make_key_file(tmp_path / "made", comment="before"), tmp_path / "out.ppk"
    convert_file(made, out, target, passphrase=None, new_passphrase=passphrase or None)
    change_comment(out, COMMENT, passphrase or None)
    secret = ("--old-passphrase", secret_file(tmp_path, passphrase)) if passphrase else ()
    back = tmp_path / "back"
    empty = secret_file(tmp_path, "")
    run(puttygen, out, "-O", "private-openssh-new", "-o", back, *secret, "--new-passphrase", empty)
    assert open_file(back, None).get_comment() == COMMENT


@pytest.mark.parametrize("cipher", ["-aes128", "-aes256", "-des3"])
def test_keys_of_openssl_are_read(tmp_path: Path, need: Callable[[str], str], cipher: str, passphrase: str) -> None:
    openssl, plain, pem = need("openssl"), tmp_path / "plain", tmp_path / "pem"
    run(openssl, "genrsa", "-traditional", "-out", plain, "1024")
    guard = (cipher, "-passout", f"pass:{passphrase}") if passphrase else ()
    run(openssl, "rsa", "-traditional", "-in", plain, *guard, "-out", pem)
    public = run(openssl, "rsa", "-in", plain, "-pubout")
    assert open_file(pem, passphrase or None).export_public_key("pkcs8-pem").decode() == public
    pkcs8, bare = tmp_path / "pkcs8", () if passphrase else ("-nocrypt",)
    guard = ("-passout", f"pass:{passphrase}", "-scrypt") if passphrase else ()
    run(openssl, "pkcs8", "-topk8", "-in", plain, *guard, *bare, "-out", pkcs8)
    assert open_file(pkcs8, passphrase or None).export_public_key("pkcs8-pem").decode() == public
    run(openssl, "pkcs8", "-topk8", "-in", plain, *guard, *bare, "-outform", "DER", "-out", pkcs8)
    assert open_file(pkcs8, passphrase or None).export_public_key("pkcs8-pem").decode() == public


@pytest.mark.parametrize("curve", ["prime256v1", "secp384r1"])
def test_files_with_curve_parameters_in_front_are_read(
    tmp_path: Path, need: Callable[[str], str], curve: str, passphrase: str
) -> None:
    openssl, pem = need("openssl"), tmp_path / "pem"
    run(openssl, "ecparam", "-name", curve, "-genkey", "-out", pem)
    if passphrase:
        run(openssl, "ec", "-in", pem, "-aes256", "-passout", f"pass:{passphrase}", "-out", pem)
    public = run(openssl, "ec", "-in", pem, "-passin", f"pass:{passphrase}", "-pubout")
    assert open_file(pem, passphrase or None).export_public_key("pkcs8-pem").decode() == public
