"""Files made by openssl that would keep us computing are refused before anything is computed."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from sshtui.errors import KeyFormatError
from sshtui.keys.inspect import inspect_file
from sshtui.keys.workshop import open_file
from tests.integration.keys_programs import run

COUNT = 70_000
COUNT_IN_DER = b"\x02\x03\x01\x11\x70"
"""COUNT as an INTEGER (ITU-T X.690 section 8.3)."""
FOR_EVER = b"\x02\x03\x7f\xff\xff"


@pytest.fixture
def openssl(need: Callable[[str], str]) -> str:
    return need("openssl")


@pytest.fixture
def key(tmp_path: Path, openssl: str) -> Path:
    path = tmp_path / "key.pem"
    run(openssl, "genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256", "-out", path)
    path.chmod(0o600)
    return path


def refused(file: Path, words: str) -> None:
    """Every count of the file raised, one at a time, makes it a file that is refused."""
    data = file.read_bytes()
    parts = data.split(COUNT_IN_DER)
    assert len(parts) > 1
    for at in range(1, len(parts)):
        file.write_bytes(COUNT_IN_DER.join(parts[:at]) + FOR_EVER + COUNT_IN_DER.join(parts[at:]))
        with pytest.raises(KeyFormatError, match=words):
            open_file(file, "x")
    file.write_bytes(data)


@pytest.mark.parametrize("scheme", [("-v2", "aes256"), ("-v2", "des3"), ("-v1", "PBE-SHA1-3DES")])
def test_a_pkcs_8_file_is_opened_unless_it_takes_for_ever(
    tmp_path: Path, openssl: str, key: Path, scheme: tuple[str, str]
) -> None:
    der = tmp_path / "key.der"
    made: list[str | Path] = ["pkcs8", "-topk8", "-in", key, "-passout", "pass:x", "-iter", str(COUNT), *scheme]
    run(openssl, *made, "-outform", "DER", "-out", der)
    assert open_file(der, "x").public_data == open_file(key, None).public_data
    refused(der, "iterations")


def test_a_pkcs_8_file_protected_by_scrypt_is_opened_unless_it_takes_for_ever(
    tmp_path: Path, openssl: str, key: Path
) -> None:
    der = tmp_path / "key.der"
    made: list[str | Path] = [
        "pkcs8",
        "-topk8",
        "-in",
        key,
        "-passout",
        "pass:x",
        "-scrypt",
        "-scrypt_N",
        "65536",
        "-scrypt_r",
        "2",
    ]
    run(openssl, *made, "-outform", "DER", "-out", der)
    assert open_file(der, "x").public_data == open_file(key, None).public_data
    der.write_bytes(der.read_bytes().replace(b"\x02\x03\x01\x00\x00", b"\x02\x03\x7f\x00\x00"))
    with pytest.raises(KeyFormatError, match="scrypt"):
        open_file(der, "x")


def test_a_bundle_is_opened_unless_it_takes_for_ever(tmp_path: Path, openssl: str, key: Path) -> None:
    certificate, bundle = tmp_path / "c.pem", tmp_path / "b.p12"
    run(openssl, "req", "-x509", "-key", key, "-out", certificate, "-subj", "/CN=x")
    parts: list[str | Path] = ["-inkey", key, "-in", certificate, "-iter", str(COUNT)]
    run(openssl, "pkcs12", "-export", *parts, "-out", bundle, "-passout", "pass:x")
    assert open_file(bundle, "x").public_data == open_file(key, None).public_data
    assert bundle.read_bytes().endswith(COUNT_IN_DER)
    refused(bundle, "iterations")
    bundle.write_bytes(bundle.read_bytes().removesuffix(COUNT_IN_DER) + FOR_EVER)
    with pytest.raises(KeyFormatError, match="iterations"):
        inspect_file(bundle)
