from __future__ import annotations

import os
import ssl
import subprocess
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from sshtui.errors import ConfigError, NotFound, UsageError
from sshtui.web import tls
from sshtui.web.tls import Certificate, own_certificate

NAMES = ("localhost", "127.0.0.1", "::1", "console.example")


def place(directory: Path) -> Certificate:
    return Certificate(directory / "config" / "cert.pem", directory / "config" / "key.pem")


def test_a_certificate_made_here_is_what_openssl_takes_for_a_server(tmp_path: Path, need: Callable[[str], str]) -> None:
    made = own_certificate(place(tmp_path), NAMES)
    text = subprocess.run(
        [need("openssl"), "x509", "-in", str(made.chain), "-noout", "-text", "-fingerprint", "-sha256"],
        capture_output=True, text=True, check=True,
    ).stdout  # fmt: skip
    assert "prime256v1" in text
    assert "DNS:localhost, IP Address:127.0.0.1, IP Address:0:0:0:0:0:0:0:1, DNS:console.example" in text
    assert "TLS Web Server Authentication" in text
    assert made.fingerprint() in text
    certificate = x509.load_pem_x509_certificate(made.chain.read_bytes())
    assert (certificate.not_valid_after_utc - certificate.not_valid_before_utc).days == 397
    assert certificate.not_valid_before_utc < datetime.now(UTC)
    assert made.key.stat().st_mode & 0o777 == 0o600


def test_it_stays_until_it_does_not_cover_a_name(tmp_path: Path) -> None:
    made = own_certificate(place(tmp_path), NAMES)
    before = made.fingerprint()
    assert own_certificate(place(tmp_path), NAMES[:2]).fingerprint() == before
    assert own_certificate(place(tmp_path), (*NAMES, "10.0.0.5")).fingerprint() != before


def test_it_is_made_anew_a_month_before_it_ends(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for days, stays in ((29, False), (32, True)):
        monkeypatch.setattr(tls, "DAYS", days)
        made = own_certificate(place(tmp_path / str(days)), NAMES)
        before = made.fingerprint()
        assert (own_certificate(made, NAMES).fingerprint() == before) is stays


def test_the_context_is_tls_1_2_or_newer(tmp_path: Path) -> None:
    context = own_certificate(place(tmp_path), NAMES).context()
    assert context.minimum_version == ssl.TLSVersion.TLSv1_2


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o666, 0o610])
def test_a_key_others_can_read_is_refused(tmp_path: Path, mode: int) -> None:
    made = own_certificate(place(tmp_path), NAMES)
    os.chmod(made.key, mode)
    with pytest.raises(UsageError, match="can be read by others"):
        made.context()


def test_files_that_do_not_fit_are_refused_without_a_question(tmp_path: Path) -> None:
    made = own_certificate(place(tmp_path), NAMES)
    other = own_certificate(place(tmp_path / "other"), NAMES)
    with pytest.raises(ConfigError):
        Certificate(made.chain, other.key).context()
    with pytest.raises(NotFound):
        Certificate(tmp_path / "none", made.key).context()
    with pytest.raises(NotFound):
        Certificate(made.chain, tmp_path / "none").context()
    secret = serialization.BestAvailableEncryption(b"pass")
    made.key.write_bytes(
        ec.generate_private_key(ec.SECP256R1()).private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, secret
        )
    )
    with pytest.raises(ConfigError):
        made.context()
