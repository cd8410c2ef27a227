"""Certificates for portals: openssl reads them, finds them right, and the key pair of one logs in."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from sshtui.keys.identities import FileAndAgentIdentities
from sshtui.keys.inspect import inspect_file
from sshtui.keys.workshop import open_file, public_half
from sshtui.keys.x509 import bundle, self_sign
from sshtui.model.host_keys import PublicKey
from sshtui.model.hosts import Host
from tests.fakes.prompting import ScriptedPrompter
from tests.integration.keys_programs import login, run
from tests.servers.key_files import make_key_file, public_line
from tests.servers.openssh import OpenSSH


@pytest.fixture
def openssl(need: Callable[[str], str]) -> str:
    return need("openssl")


@pytest.mark.parametrize("kind", ["rsa", "ecdsa", "ed25519"])
def test_openssl_verifies_the_certificate_and_it_holds_the_key(tmp_path: Path, openssl: str, kind: str) -> None:
    made, pem, der = make_key_file(tmp_path / "made", kind), tmp_path / "c.pem", tmp_path / "c.cer"
    certificate = self_sign(open_file(made, None), days=30, subject="/C=DE/O=Müller \\/ Söhne/CN=web-1")
    pem.write_bytes(certificate.pem)
    der.write_bytes(certificate.der)
    assert run(openssl, "verify", "-CAfile", pem, pem).strip().endswith("OK")
    public = run(openssl, "x509", "-in", pem, "-noout", "-pubkey")
    assert public == open_file(made, None).export_public_key("pkcs8-pem").decode()
    assert run(openssl, "x509", "-in", der, "-inform", "DER").split() == pem.read_text().split()
    subject = run(openssl, "x509", "-in", pem, "-noout", "-subject", "-nameopt", "utf8,sep_comma_plus")
    assert subject.strip() == "subject=C=DE,O=Müller / Söhne,CN=web-1"
    run(openssl, "x509", "-in", pem, "-noout", "-checkend", str(29 * 86400))


def test_the_certificate_is_built_like_the_one_openssl_req_makes(tmp_path: Path, openssl: str) -> None:
    theirs, key, ours = tmp_path / "theirs.pem", tmp_path / "key.pem", tmp_path / "ours.pem"
    name = ("-subj", "/CN=web-1")
    run(openssl, "req", "-x509", "-nodes", "-days", "365", "-newkey", "rsa:2048", "-keyout", key, "-out", theirs, *name)
    ours.write_bytes(self_sign(open_file(key, None), days=365, subject="/CN=web-1").pem)
    shown = [_skeleton(run(openssl, "x509", "-in", path, "-noout", "-text")) for path in (theirs, ours)]
    assert shown[0] == shown[1]


def _skeleton(text: str) -> str:
    """`openssl x509 -text` without what differs by nature: serial, times, signature, order of extensions."""
    text = text[: text.rindex("Signature Algorithm")]
    lines = [line.strip() for line in text.splitlines()]
    return "\n".join(
        sorted(line for line in lines if not re.match(r"(Not Before|Not After|[0-9a-f]{2}(:[0-9a-f]{2}){10,})", line))
    )


@pytest.mark.parametrize("passphrase", [None, "portal"])
def test_openssl_opens_the_bundle_and_so_do_we(tmp_path: Path, openssl: str, passphrase: str | None) -> None:
    made, p12 = make_key_file(tmp_path / "made", "rsa"), tmp_path / "b.p12"
    key = open_file(made, None)
    p12.write_bytes(bundle(key, self_sign(key).pem, passphrase))
    said = run(openssl, "pkcs12", "-in", p12, "-nodes", "-passin", f"pass:{passphrase or ''}")
    assert "BEGIN CERTIFICATE" in said
    assert "BEGIN PRIVATE KEY" in said
    assert open_file(p12, passphrase).public_data == key.public_data
    found = inspect_file(p12)
    assert found.encrypted == bool(passphrase)


@pytest.mark.parametrize("passphrase", ["", "portal"])
def test_bundles_of_openssl_are_read(tmp_path: Path, openssl: str, passphrase: str) -> None:
    key, pem, p12 = tmp_path / "key.pem", tmp_path / "c.pem", tmp_path / "b.p12"
    run(openssl, "req", "-x509", "-nodes", "-newkey", "rsa:2048", "-keyout", key, "-out", pem, "-subj", "/CN=x")
    run(openssl, "pkcs12", "-export", "-inkey", key, "-in", pem, "-out", p12, "-passout", f"pass:{passphrase}")
    assert open_file(p12, passphrase or None).public_data == open_file(key, None).public_data
    assert inspect_file(p12).encrypted == bool(passphrase)


def test_the_public_line_of_a_foreign_certificate_is_the_one_ssh_keygen_gives(
    tmp_path: Path, openssl: str, need: Callable[[str], str]
) -> None:
    key, pem = tmp_path / "key.pem", tmp_path / "c.pem"
    run(openssl, "req", "-x509", "-nodes", "-newkey", "rsa:2048", "-keyout", key, "-out", pem, "-subj", "/CN=x")
    key.chmod(0o600)
    assert public_half(pem)[0].line == run(need("ssh-keygen"), "-y", "-f", key).strip()


async def test_the_key_pair_of_a_certificate_logs_in(
    tmp_path: Path, start_sshd: Callable[..., OpenSSH], openssl: str
) -> None:
    key, pem = tmp_path / "id_rsa", tmp_path / "c.pem"
    run(openssl, "req", "-x509", "-nodes", "-newkey", "rsa:2048", "-keyout", key, "-out", pem, "-subj", "/CN=x")
    key.chmod(0o600)
    server = start_sshd(authorised=(public_half(pem)[0].line,))
    identities = FileAndAgentIdentities(tmp_path)
    (pair,) = await identities.available(Host("web", "127.0.0.1"))
    assert await login(server, await identities.signer(pair, ScriptedPrompter()))


def test_certificates_of_openssh_are_taken_apart_as_ssh_keygen_does(tmp_path: Path, need: Callable[[str], str]) -> None:
    keygen, authority = need("ssh-keygen"), make_key_file(tmp_path / "authority", "ecdsa")
    for kind in ("ed25519", "ecdsa", "rsa"):
        made = make_key_file(tmp_path / kind, kind)
        options = (
            "-n",
            "root,deploy",
            "-z",
            "77",
            "-V",
            "20200102000000Z:20400304000000Z",
            "-O",
            "force-command=ls -l",
        )
        run(keygen, "-q", "-s", authority, "-I", "ticket 4711", *options, f"{made}.pub")
        found = inspect_file(tmp_path / f"{kind}-cert.pub")
        assert found.certificate is not None
        assert found.certificate.public == PublicKey(base64.b64decode(public_line(made).split()[1]))
        assert found.certificate.authority.line == " ".join(public_line(authority).split()[:2])
        said = dict(found.details)
        assert (said["key id"], said["serial"], said["principals"]) == ("ticket 4711", "77", "root, deploy")
        assert said["valid"] == "2020-01-02 00:00 UTC to 2040-03-04 00:00 UTC"
        assert said["critical option"] == "force-command=ls -l"
        theirs = run(keygen, "-L", "-f", tmp_path / f"{kind}-cert.pub")
        assert said["extension"] in theirs
        assert found.certificate.public.sha256 in theirs
        assert found.problem == ""
