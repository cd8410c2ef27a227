"""`sshtui keys x509`: self-signed certificates."""

from __future__ import annotations

from pathlib import Path

import click

from sshtui.cli.keys_options import FILE, as_json, force
from sshtui.cli.keys_output import tell
from sshtui.cli.keys_passphrases import new_passphrase, new_passphrase_options, old_passphrase_option, with_passphrase


@click.command()
@click.argument("file", type=FILE)
@click.option("--days", type=int, default=365, show_default=True, help="How long it is valid.")
@click.option("--subject", default="", help="As /C=DE/O=Example/CN=name; default: the comment as CN.")
@click.option("--out", type=FILE, required=True, help="The certificate in PEM.")
@click.option("--der", type=FILE, help="The certificate in DER as well (.cer).")
@click.option("--p12", type=FILE, help="Certificate and private key together in PKCS#12 as well.")
@old_passphrase_option
@new_passphrase_options
@force
@as_json
def x509(
    file: Path,
    days: int,
    subject: str,
    out: Path,
    der: Path | None,
    p12: Path | None,
    passphrase_fd: int | None,
    new_passphrase_fd: int | None,
    no_passphrase: bool,
    force: bool,
    json_wanted: bool,
) -> None:
    """Make a self-signed X.509 certificate for the key in FILE, for portals that want one.

    \b
    sshtui keys x509 id_rsa --days 365 --out cert.pem --der cert.cer
    """
    from sshtui.keys.saving import refuse_existing
    from sshtui.keys.workshop import certify, needs_passphrase, open_file

    if not force:
        refuse_existing(*(path for path in (out, der, p12) if path))

    def make(passphrase: str | None) -> tuple[Path, ...]:
        open_file(file, passphrase)
        protection = new_passphrase(str(p12), new_passphrase_fd, no_passphrase) if p12 else None
        return certify(
            file,
            out,
            der=der,
            p12=p12,
            days=days,
            subject=subject,
            passphrase=passphrase,
            bundle_passphrase=protection,
            replace=force,
        )

    written = with_passphrase(str(file), passphrase_fd, make, needed=needs_passphrase(file))
    tell(json_wanted, {"written": [str(path) for path in written]}, *(f"Wrote {path}" for path in written))
