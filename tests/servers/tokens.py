"""A token of software (SoftHSM) in a directory of the test, with key pairs that never leave it."""

from __future__ import annotations

import base64
import gc
import os
import re
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

PIN = "493817"
LIBRARY = Path("/usr/lib/softhsm/libsofthsm2.so")
"""Where Debian has it; below a directory that ssh-agent takes libraries from."""

LABEL = "work"


@dataclass(frozen=True)
class SoftToken:
    """The public lines of what is on it, and the environment it is seen in."""

    library: str
    lines: Sequence[str]
    environment: dict[str, str] = field(repr=False)


@contextmanager
def soft_token(
    directory: Path, kinds: Sequence[str] = ("EC:prime256v1", "rsa:2048", "EC:edwards25519"), *, hidden: bool = False
) -> Iterator[SoftToken]:
    """An initialised token with a key pair of each kind; SOFTHSM2_CONF names it inside the block.

    `hidden`: it shows nothing without its PIN, not even public halves.
    """
    (directory / "tokens").mkdir(parents=True)
    configuration = directory / "softhsm2.conf"
    configuration.write_text(f"directories.tokendir = {directory / 'tokens'}\nlog.level = ERROR\n")
    before = os.environ.get("SOFTHSM2_CONF")
    os.environ["SOFTHSM2_CONF"] = str(configuration)
    environment = dict(os.environ)

    def run(*command: str) -> str:
        return subprocess.run(command, env=environment, check=True, capture_output=True, text=True).stdout

    def public_line(module: Sequence[str], number: int) -> str:
        """As ssh-keygen writes what openssl makes of what pkcs11-tool reads."""
        der, pem = directory / f"{number}.der", directory / f"{number}.pem"
        run(*module, "--read-object", "--type", "pubkey", "--id", f"{number:02}", "--output-file", str(der))
        if kinds[number - 1] == "EC:edwards25519":
            # openssl knows no DER of pkcs11-tool for it; the point stands in the listing, behind its tag and length.
            listed = run(*module, "--list-objects", "--type", "pubkey", "--id", f"{number:02}")
            point = bytes.fromhex(re.findall(r"EC_POINT:\s*0420([0-9a-f]{64})\b", listed)[0])
            blob = b"".join(len(part).to_bytes(4, "big") + part for part in (b"ssh-ed25519", point))
            return f"ssh-ed25519 {base64.b64encode(blob).decode()}"
        run("openssl", "pkey", "-pubin", "-inform", "DER", "-in", str(der), "-out", str(pem))
        return run("ssh-keygen", "-i", "-m", "PKCS8", "-f", str(pem)).strip()

    try:
        run("softhsm2-util", "--init-token", "--free", "--label", LABEL, "--pin", PIN, "--so-pin", PIN)
        module = ["pkcs11-tool", "--module", str(LIBRARY), "--token-label", LABEL, "--login", "--pin", PIN]
        for number, kind in enumerate(kinds, 1):
            named = ["--id", f"{number:02}", "--label", kind.partition(":")[0], *(["--private"] if hidden else [])]
            run(*module, "--keypairgen", "--key-type", kind, *named)
        lines = [public_line(module, number) for number in range(1, len(kinds) + 1)]
        yield SoftToken(str(LIBRARY), lines, environment)
    finally:
        _forget_library()
        if before is None:
            del os.environ["SOFTHSM2_CONF"]
        else:
            os.environ["SOFTHSM2_CONF"] = before


def _forget_library() -> None:
    """The library reads its configuration once in a program: the next test has another token."""
    import pkcs11

    gc.collect()
    pkcs11.unload(str(LIBRARY))
