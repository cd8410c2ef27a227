"""What is known of a key file, as a value."""

from __future__ import annotations

from dataclasses import dataclass

from sshtui.keys.certificates import Certificate
from sshtui.keys.formats import Format, PublicLine
from sshtui.model.host_keys import PublicKey


@dataclass(frozen=True)
class KeyFile:
    """A file with a key in it. `public` is None when the passphrase hides even that.

    `protection` says how it is encrypted ("" when it is not), `details` has further facts as (name, value),
    `lines` the keys of an authorized_keys file. Comment and details are untrusted text.
    """

    path: str
    format: Format
    public: PublicKey | None
    comment: str = ""
    protection: str = ""
    details: tuple[tuple[str, str], ...] = ()
    lines: tuple[PublicLine, ...] = ()
    certificate: Certificate | None = None
    problem: str = ""
    """What is wrong with it (permissions, an expired certificate), or ""."""
    remedy: str = ""
    """The command that mends the problem, or ""."""

    @property
    def encrypted(self) -> bool:
        """Whether the private key needs a passphrase."""
        return bool(self.protection)
